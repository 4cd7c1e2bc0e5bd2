package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
)

// tables are the shop's own tables, in the same database as the transfers.
const tables = `CREATE TABLE IF NOT EXISTS sales (number TEXT PRIMARY KEY, customer TEXT)`

// numberField is the field of an order with the shop's own number. Its name is not public: look it
// up in the vendor's Swagger.
const numberField = "ExternalNumber"

// sale is a sale of the shop, and the order that it becomes in xSale.
type sale struct {
	Number, Customer string
	Order            xsale.CreateOrder
}

// sell stores a sale and the intent to send its order: both, or neither. A sale that was stored before
// changes nothing.
func (s *shop) sell(ctx context.Context, sale sale) error {
	number, err := json.Marshal(sale.Number)
	if err != nil {
		return err
	}
	if err := sale.Order.Set(numberField, number); err != nil {
		return err
	}
	tx, err := s.database.DB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after the commit
	if _, err := tx.ExecContext(ctx, `INSERT INTO sales VALUES (?, ?) ON CONFLICT DO NOTHING`, sale.Number, sale.Customer); err != nil {
		return err
	}
	if _, err := s.orders().AddTx(ctx, tx, sale.Number, sale.Order); err != nil {
		return err
	}
	return tx.Commit()
}

// sendOrders stores the sales of a JSON stream, sends the orders that were not sent before, and prints
// the state of each order.
func (s *shop) sendOrders(ctx context.Context, in io.Reader, out io.Writer) error {
	integration, err := s.integrationID(ctx)
	if err != nil {
		return fmt.Errorf("run setup first: %w", err)
	}
	sales := json.NewDecoder(in)
	for {
		var sale sale
		if err := sales.Decode(&sale); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		sale.Order.IntegrationID = integration
		if err := s.sell(ctx, sale); err != nil {
			return err
		}
	}
	orders := s.orders()
	if _, err := orders.Run(ctx); err != nil {
		return err
	}
	for order, err := range orders.Results(ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, order.Key, order.State, order.Value.ID, order.Reason)
	}
	return nil
}

// orders sends each order of the shop once.
func (s *shop) orders() *push[xsale.CreateOrder, xsale.Created] {
	return &push[xsale.CreateOrder, xsale.Created]{
		Flow: s.flow("push-" + s.xsale.Name()),
		Send: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, error) {
			return s.xsale.Orders.Create(ctx, item.Value)
		},
		Find: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, bool, error) {
			order, found, err := call.FindByNumber(s.xsale.Orders.List(ctx, xsale.ListOrdersParams{}), item.Key,
				func(order xsale.Order) (string, bool, error) { return order.GetString(numberField) })
			return xsale.Created{ID: order.ID}, found, err
		},
		Settle: s.settle,
	}
}
