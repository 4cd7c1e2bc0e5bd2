// Package orderimport imports new orders into an ERP system and sends the orders of a shop to
// xSale.
//
// It is small on purpose: the example is about its tests.
package orderimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
)

// statusNew is the status of orders to import.
const statusNew = "Nowe"

// ERP stores orders.
type ERP interface {
	Has(ctx context.Context, orderID int64) (bool, error)
	Import(ctx context.Context, order xsale.Order) error
}

// ImportNew imports the new orders that the ERP does not have yet and returns how many it
// imported. An order that does not fit its type is part of the error and does not keep the others
// from being imported. If the list breaks off, the orders before the break are imported, and the
// next run imports the rest.
func ImportNew(ctx context.Context, shop *xsale.Organization, erp ERP) (int, error) {
	imported := 0
	var unfit []error
	for order, err := range shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}}) {
		if _, ok := errors.AsType[*call.ElementError](err); ok { // its JSON field has the order
			unfit = append(unfit, err)
			continue
		}
		if err != nil {
			return imported, errors.Join(append(unfit, fmt.Errorf("list orders: %w", err))...)
		}
		known, err := erp.Has(ctx, order.ID)
		if err == nil && !known {
			err = erp.Import(ctx, order)
		}
		if err != nil {
			return imported, fmt.Errorf("import order %d: %w", order.ID, err)
		}
		if !known {
			imported++
		}
	}
	return imported, errors.Join(unfit...)
}

// noteField is the field of an order for the shop's own number. The spec does not list one: look
// up the name in the vendor's Swagger.
const noteField = "Note"

// Send creates an order once, even if it is called again minutes after an error.
func Send(ctx context.Context, shop *xsale.Organization, number string, order xsale.CreateOrder) error {
	note, err := json.Marshal(number)
	if err != nil {
		return err
	}
	if err := order.Set(noteField, note); err != nil {
		return err
	}
	find := func(ctx context.Context, number string) (int64, bool, error) {
		order, found, err := call.FindByNumber(shop.Orders.List(ctx, xsale.ListOrdersParams{}), number,
			func(order xsale.Order) (string, bool, error) { return order.GetString(noteField) })
		return order.ID, found, err
	}
	_, err = call.CreateOnce(ctx, number, find, func(ctx context.Context) (int64, error) {
		created, err := shop.Orders.Create(ctx, order, call.Timeout(time.Minute))
		return created.ID, err
	})
	return err
}
