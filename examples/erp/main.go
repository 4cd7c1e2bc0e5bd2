// Program erp imports each new order of xSale into an ERP system once, and then changes its status in
// xSale. The environment sets the account and the organization.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/wire"
)

const statusNew, statusImported, statusFailed = "Nowe", "Zaimportowano do ERP", "Do obsługi ręcznej"

// statusPath is made up, and so is the body: look both up in the vendor's Swagger.
const statusPath = "/orders/%d/status"

// tables stores quantities and prices as text, because SQLite would store floats.
const tables = `
	CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY);
	CREATE TABLE IF NOT EXISTS lines (order_id, line, offer_id, quantity TEXT, price TEXT);
	CREATE TABLE IF NOT EXISTS picks (order_id, line, article_id, quantity TEXT)`

// orderLine has the fields that the ERP needs. The names of the pick list's fields are the sandbox's
// own: replace them with those in the vendor's Swagger.
type orderLine struct {
	OfferID              int64 `json:"OfferId"`
	Quantity, PriceGross wire.Decimal
	OrderItemArticles    []struct {
		ID       int64        `json:"SandboxArticleId"`
		Quantity wire.Decimal `json:"SandboxQuantity"`
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		return err
	}
	defer client.Close()
	erp, err := sqlite.Open(ctx, "erp.db")
	if err != nil {
		return err
	}
	defer erp.Close()
	if _, err := erp.DB().ExecContext(ctx, tables); err != nil {
		return err
	}
	return newImport(client.Organization(""), erp).Watch(ctx, 2*time.Minute)
}

// newImport returns the import of a shop's new orders.
func newImport(shop *xsale.Organization, erp *sqlite.Database) *transfer.Pull[xsale.Order, *sql.Tx] {
	return &transfer.Pull[xsale.Order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: erp, Name: "pull-" + shop.Name(), Logger: slog.Default()},
		List: func(ctx context.Context) iter.Seq2[xsale.Order, error] {
			return shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}})
		},
		Key:      func(order xsale.Order) string { return transfer.ID(order.ID) },
		HandleTx: insertOrder,
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

// insertOrder writes an order with its lines and its pick list. The caller commits all of it or none.
func insertOrder(ctx context.Context, tx *sql.Tx, item transfer.Item[xsale.Order]) error {
	var order struct{ Items []orderLine }
	if err := json.Unmarshal(item.JSON, &order); err != nil {
		return transfer.Fail(err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO orders VALUES (?)`, item.Value.ID); err != nil {
		return err
	}
	for i, line := range order.Items {
		if !line.Quantity.IsSet() || !line.PriceGross.IsSet() {
			return transfer.Fail(fmt.Errorf("line %d lacks a quantity or a gross price", i+1))
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO lines VALUES (?, ?, ?, ?, ?)`, item.Value.ID, i+1, line.OfferID, line.Quantity, line.PriceGross); err != nil {
			return err
		}
		for _, article := range line.OrderItemArticles {
			if _, err := tx.ExecContext(ctx, `INSERT INTO picks VALUES (?, ?, ?, ?)`, item.Value.ID, i+1, article.ID, article.Quantity); err != nil {
				return err
			}
		}
	}
	return nil
}
