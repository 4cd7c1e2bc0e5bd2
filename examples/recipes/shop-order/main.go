// Program shop-order sends the orders of your own shop or marketplace to xSale, each once. It reads a sale
// from each line of standard input, as in
//
//	{"Number":"A-1","Customer":"Anna","Order":{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2026-11-01","BuyerId":3,"RecipientId":3,"PayerId":3,"Items":[{"OfferId":501,"VariantId":1,"Quantity":2,"PriceGross":149.90}]}}
//
// It follows the vendor's page about adding an order of your own shop or marketplace,
// https://xsale.ai/docs/rest-api-xsale/przyklady-wykorzystania-rest-api-xsale-w-produkcyjnych-integracjach/dodanie-zamowienia-z-wlasnego-sklepu-lub-marketplace:
//
//  1. create the integration that the orders come from: see ../shop-integration;
//  2. find or create the contractors who buy, receive and pay: the path is not public, so take the ids
//     from the panel or the vendor's Swagger;
//  3. create the order;
//  4. add its payment, delivery and shipment: these paths are not public either.
//
// The field for the shop's own number of an order is not public: pass its name as -number-field.
// Without it, a create whose response was lost cannot be looked up, and a person has to.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

var (
	database    = flag.String("database", "shop.db", "SQLite `FILE` of the shop")
	numberField = flag.String("number-field", "", "`NAME` of the field of an order with the shop's own number")
)

// sale is a sale of the shop, and the order that it becomes in xSale.
type sale struct {
	Number, Customer string
	Order            xsale.CreateOrder
}

type push = transfer.Push[xsale.CreateOrder, xsale.Created, *sql.Tx]

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
	shop, err := sqlite.Open(ctx, *database)
	if err != nil {
		return err
	}
	defer shop.Close()
	orders := newPush(client.Organization(""), shop)
	return errors.Join(sell(ctx, shop.DB(), orders, os.Stdin), send(ctx, orders, os.Stdout))
}

// newPush returns the flow that sends each order once. Its name is the one that 'xsale orders parked
// --flow push' expects.
func newPush(organization *xsale.Organization, shop *sqlite.Database) *push {
	return &push{
		Flow: transfer.Flow[*sql.Tx]{Database: shop, Name: "push-" + organization.Name(), Logger: slog.Default()},
		Send: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, error) {
			return organization.Orders.Create(ctx, item.Value)
		},
		Find: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, bool, error) {
			list, listed := organization.Orders.List(ctx, xsale.ListOrdersParams{}), false
			order, found, err := call.FindByNumber(list, item.Key, func(order xsale.Order) (string, bool, error) {
				number, ok, err := order.GetString(*numberField)
				listed = listed || ok
				return number, ok, err
			})
			if err == nil && !listed {
				err = transfer.Fail(fmt.Errorf("no listed order has the field %q: look for the order in the panel", *numberField))
			}
			return xsale.Created{ID: order.ID}, found, err
		},
	}
}

// sell stores the sales of a JSON stream. One that is rejected does not delay the others.
func sell(ctx context.Context, shop *sql.DB, orders *push, in io.Reader) error {
	if _, err := shop.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS sales (number TEXT PRIMARY KEY, customer TEXT)`); err != nil {
		return err
	}
	var rejected error
	for sales, n := json.NewDecoder(in), 1; ; n++ {
		var sale json.RawMessage
		err := sales.Decode(&sale)
		if errors.Is(err, io.EOF) {
			return rejected
		}
		if err == nil {
			err = store(ctx, shop, orders, sale)
		}
		if err != nil {
			rejected = errors.Join(rejected, fmt.Errorf("sale %d: %w", n, err))
		}
		if err != nil && !errors.Is(err, transfer.ErrConflict) && !errors.Is(err, transfer.ErrInvalid) {
			return rejected
		}
	}
}

// store stores a sale together with the intent to send its order: both, or neither. A sale that was
// stored before changes nothing.
func store(ctx context.Context, shop *sql.DB, orders *push, data json.RawMessage) error {
	var sale sale
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields() // of sale; the order may have any field
	if err := decoder.Decode(&sale); err != nil {
		return fmt.Errorf("%w: %w", transfer.ErrInvalid, err)
	}
	if strings.TrimSpace(sale.Number) == "" {
		return fmt.Errorf("%w: Number is missing", transfer.ErrInvalid)
	}
	if *numberField != "" {
		number, err := json.Marshal(sale.Number)
		if err := errors.Join(err, sale.Order.Set(*numberField, number)); err != nil {
			return err
		}
	}
	tx, err := shop.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after the commit
	if _, err := tx.ExecContext(ctx, `INSERT INTO sales VALUES (?, ?) ON CONFLICT DO NOTHING`, sale.Number, sale.Customer); err != nil {
		return err
	}
	if _, err := orders.AddTx(ctx, tx, sale.Number, sale.Order); err != nil {
		return fmt.Errorf("number %s: %w", sale.Number, err)
	}
	return tx.Commit()
}

// send sends the orders that were not sent before, and prints the state of each.
func send(ctx context.Context, orders *push, out io.Writer) error {
	summary, err := orders.Run(ctx)
	for order, err := range orders.Results(ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, order.Key, order.State, order.Value.ID, order.Reason)
	}
	if err == nil && summary.Parked > 0 {
		err = fmt.Errorf("orders that need a person: %d; see 'xsale orders parked --flow push'", summary.Parked)
	}
	return err
}
