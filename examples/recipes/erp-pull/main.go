// Program erp-pull imports each new order of xSale into an ERP system once, whatever fails on the way.
//
// It follows the vendor's page about fetching orders into your own ERP system,
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/pobieranie-zamowien-integracja-z-wlasnym-systemem-erp:
//
//  1. choose the status of the orders that are ready for the ERP system: -status, Nowe by default;
//  2. list the orders in it;
//  3. import them, and keep their ids;
//  4. give the imported ones the status "Zaimportowano do ERP", and
//  5. those that failed "Do obsługi ręcznej".
//
// The path of 4 and 5 is not public. This program records which status an order is to get;
// ../status-handover sends it. The fields of an order line are not public either: see [orderLine].
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/wire"
)

var (
	database = flag.String("database", "erp.db", "SQLite `FILE` of the ERP system")
	status   = flag.String("status", "Nowe", "`NAME` of the status of the orders to import")
	every    = flag.Duration("every", 0, "look for orders at this `INTERVAL` until interrupted, instead of once")
)

// tables are those of the ERP system, in which this SQLite file stands in for it. They contain
// quantities and prices as text, because SQLite would store floats.
const tables = `
	CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
	CREATE TABLE IF NOT EXISTS lines (order_id INTEGER, line INTEGER, offer_id INTEGER, quantity TEXT, price TEXT, articles TEXT);
	CREATE TABLE IF NOT EXISTS statuses (order_id INTEGER PRIMARY KEY, status TEXT NOT NULL, sent TEXT)`

// orderLine has the names that the vendor publishes for new orders. If orders are read with others, each
// of them is parked: take the names from the vendor's Swagger.
type orderLine struct {
	OfferID              int64 `json:"OfferId"`
	Quantity, PriceGross wire.Decimal
	OrderItemArticles    json.RawMessage // the pick list, with sets broken down into articles
}

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	client, err := xsale.New(account.From(""))
	if err != nil {
		return err
	}
	defer client.Close()
	erp, err := openERP(ctx, *database)
	if err != nil {
		return err
	}
	defer erp.Close()
	orders := newImport(client.Organization(""), erp)
	if *every > 0 {
		return orders.Watch(ctx, *every)
	}
	summary, err := orders.Run(ctx)
	fmt.Println("imported:", summary.Done)
	if err == nil && summary.Parked > 0 {
		err = fmt.Errorf("orders that need a person: %d; see 'xsale orders parked --database %s'", summary.Parked, *database)
	}
	return err
}

func openERP(ctx context.Context, file string) (*sqlite.Database, error) {
	erp, err := sqlite.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if _, err := erp.DB().ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file, err), erp.Close())
	}
	return erp, nil
}

// newImport returns the import of new orders. The name of the flow is the one that 'xsale orders parked'
// expects.
func newImport(shop *xsale.Organization, erp *sqlite.Database) *transfer.Pull[xsale.Order, *sql.Tx] {
	return &transfer.Pull[xsale.Order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: erp, Name: "pull-" + shop.Name(), Logger: slog.Default()},
		List: func(ctx context.Context) iter.Seq2[xsale.Order, error] {
			return shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{*status}})
		},
		Key:      func(order xsale.Order) string { return transfer.ID(order.ID) },
		HandleTx: insertOrder,
		HandOver: func(ctx context.Context, item transfer.Item[xsale.Order], outcome transfer.Outcome) error {
			status := "Zaimportowano do ERP"
			if outcome.Failed {
				status = "Do obsługi ręcznej"
			}
			// After a kill, this is called once more. A status that the ERP system has set meanwhile stays.
			_, err := erp.DB().ExecContext(ctx, `INSERT INTO statuses (order_id, status) VALUES (?, ?)
				ON CONFLICT DO UPDATE SET status = excluded.status
				WHERE statuses.status IN ('Zaimportowano do ERP', 'Do obsługi ręcznej')`, item.Value.ID, status)
			return err
		},
	}
}

// insertOrder writes an order with its lines. The caller commits all of it or none.
func insertOrder(ctx context.Context, tx *sql.Tx, item transfer.Item[xsale.Order]) error {
	var order struct{ Items []orderLine }
	if err := json.Unmarshal(item.JSON, &order); err != nil {
		return transfer.Fail(err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO orders VALUES (?, ?)`, item.Value.ID, string(item.JSON)); err != nil {
		return err
	}
	for i, line := range order.Items {
		if line.OfferID == 0 || !line.Quantity.IsSet() || !line.PriceGross.IsSet() {
			return transfer.Fail(fmt.Errorf("line %d lacks OfferId, Quantity or PriceGross", i+1))
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)`,
			item.Value.ID, i+1, line.OfferID, line.Quantity, line.PriceGross, string(line.OrderItemArticles)); err != nil {
			return err
		}
	}
	return nil
}
