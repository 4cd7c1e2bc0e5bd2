// Package orderimport takes new orders into an ERP system and sends the orders of a shop to xSale. It is small so that its
// tests are easy to follow: they are what the example is for.
package orderimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/xsale-go/xsale"
)

// statusNew is the status of orders that the ERP does not have yet.
const statusNew = "Nowe"

// ERP is what takes the orders. An order that it has already is one that Has tells.
type ERP interface {
	Has(ctx context.Context, orderID int64) (bool, error)
	Import(ctx context.Context, order xsale.Order) error
}

// ImportNew imports the new orders that the ERP does not have, and returns how many it imported. Where the list breaks off,
// those before the break are imported, and the next run goes on from there.
func ImportNew(ctx context.Context, shop *xsale.Organization, erp ERP) (int, error) {
	imported := 0
	for order, err := range shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}}) {
		if err != nil {
			return imported, fmt.Errorf("list the orders: %w", err)
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
	return imported, nil
}

// noteMember is a member of orders in which the shop keeps its own number. The API description does not list one: take the
// name from the vendor's Swagger.
const noteMember = "Note"

// Send creates an order of the shop once, whatever happens on the way: when it cannot be known whether the server has
// created it, it looks for the shop's number among the orders before it tries again.
func Send(ctx context.Context, shop *xsale.Organization, number string, order xsale.CreateOrder) error {
	note, err := json.Marshal(number)
	if err != nil {
		return err
	}
	if err := order.Set(noteMember, note); err != nil {
		return err
	}
	const attempts = 3
	for attempt := 1; ; attempt++ {
		_, err = shop.Orders.Create(ctx, order)
		if !errors.Is(err, xsale.ErrMaybeProcessed) || attempt == attempts {
			return err
		}
		for listed, err := range shop.Orders.List(ctx, xsale.ListOrdersParams{}) {
			if err != nil {
				return fmt.Errorf("order %s may have been created: %w", number, err)
			}
			if sent, _ := listed.Get(noteMember); string(sent) == string(note) {
				return nil
			}
		}
	}
}
