package main

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
)

// The statuses of an order before and after the import.
const (
	statusNew      = "Nowe"
	statusImported = "Zaimportowano do ERP"
	statusFailed   = "Do obsługi ręcznej"
)

// statusPath is made up, and so is the body: look both up in the vendor's Swagger.
const statusPath = "/orders/%d/status"

// newImport returns the import of a shop's new orders, as one worker runs it.
func newImport(shop *xsale.Organization, database transfer.Database[pgx.Tx], worker string) *transfer.Pull[xsale.Order, pgx.Tx] {
	return &transfer.Pull[xsale.Order, pgx.Tx]{
		Flow: transfer.Flow[pgx.Tx]{Database: database, Name: "pull-" + shop.Name(), Logger: slog.Default()},
		List: func(ctx context.Context) iter.Seq2[xsale.Order, error] {
			return shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}})
		},
		Key: func(order xsale.Order) string { return transfer.ID(order.ID) },
		HandleTx: func(ctx context.Context, tx pgx.Tx, item transfer.Item[xsale.Order]) error {
			_, err := tx.Exec(ctx, `INSERT INTO erp_orders (id, body, worker) VALUES ($1, $2, $3)`, item.Value.ID, item.JSON, worker)
			return err
		},
		HandOver: func(ctx context.Context, item transfer.Item[xsale.Order], outcome transfer.Outcome) error {
			status := statusImported
			if outcome.Failed {
				status = statusFailed
			}
			path, body := fmt.Sprintf(statusPath, item.Value.ID), map[string]string{"Name": status}
			_, err := shop.Call(ctx, http.MethodPut, path, body, call.Name("setStatus"))
			return err
		},
	}
}
