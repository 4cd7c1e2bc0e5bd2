package transfer_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// fakeShop is a sandbox with a few orders, a client of it, and a database.
type fakeShop struct {
	sandbox  *xsaletest.Sandbox
	client   *xsale.Client
	database *sqlite.Database
	dir      string
}

func openFakeShop() *fakeShop {
	seed := xsaletest.Seed{Orders: []xsaletest.SeedOrder{
		{Order: `{"Id":1,"Items":[]}`}, {Order: `{"Id":2,"Items":[]}`}, {Order: `{"Id":3,"Items":[]}`, Status: "Zaimportowano do ERP"},
	}}
	sandbox, err := xsaletest.Start(xsaletest.WithSeed(seed))
	if err != nil {
		log.Fatal(err)
	}
	// The path is made up, because the vendor does not publish it.
	err = sandbox.HandleFunc("PUT /{organizationName}/orders/{id}/status", func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		json.NewDecoder(r.Body).Decode(&body)
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err := sandbox.Orders("").SetStatus(id, body.Name); err != nil {
			log.Fatal(err)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		log.Fatal(err)
	}
	database, err := sqlite.Open(context.Background(), filepath.Join(dir, "orders.db"))
	if err != nil {
		log.Fatal(err)
	}
	return &fakeShop{sandbox, client, database, dir}
}

func (s *fakeShop) close() {
	s.client.Close()
	s.database.Close()
	s.sandbox.Close()
	os.RemoveAll(s.dir)
}

// newPull returns the import of new orders.
func (s *fakeShop) newPull(handle func(context.Context, transfer.Item[xsale.Order]) error) *transfer.Pull[xsale.Order, *sql.Tx] {
	shop := s.client.Organization("")
	return &transfer.Pull[xsale.Order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: s.database, Name: "orders", Workers: 1},
		List: func(ctx context.Context) iter.Seq2[xsale.Order, error] {
			return shop.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}})
		},
		Key:    func(order xsale.Order) string { return transfer.ID(order.ID) },
		Handle: handle,
		HandOver: func(ctx context.Context, item transfer.Item[xsale.Order], outcome transfer.Outcome) error {
			status := "Zaimportowano do ERP"
			if outcome.Failed {
				status = "Do obsługi ręcznej"
			}
			_, err := shop.Call(ctx, http.MethodPut, "/orders/"+item.Key+"/status", map[string]string{"Name": status}, call.Name("setStatus"))
			return err
		},
	}
}

func ExamplePull() {
	shop := openFakeShop()
	defer shop.close()
	pull := shop.newPull(func(_ context.Context, item transfer.Item[xsale.Order]) error {
		fmt.Println("into the ERP system:", item.Key)
		return nil
	})
	for range 2 {
		summary, err := pull.Run(context.Background())
		fmt.Printf("%+v %v\n", summary, err)
	}
	// Output:
	// into the ERP system: 1
	// into the ERP system: 2
	// {Listed:2 New:2 Done:2 Parked:0 Retries:0} <nil>
	// {Listed:0 New:0 Done:0 Parked:0 Retries:0} <nil>
}

// A program that runs all the time reads the list in every period.
func ExamplePull_Watch() {
	shop := openFakeShop()
	defer shop.close()
	ctx, stop := context.WithCancel(context.Background()) // usually that of signal.NotifyContext
	pull := shop.newPull(func(_ context.Context, item transfer.Item[xsale.Order]) error {
		fmt.Println("into the ERP system:", item.Key)
		if item.Key == "2" {
			stop()
		}
		return nil
	})
	fmt.Println(pull.Watch(ctx, 2*time.Minute))
	// Output:
	// into the ERP system: 1
	// into the ERP system: 2
	// <nil>
}

func ExampleFlow() {
	shop := openFakeShop()
	defer shop.close()
	ctx := context.Background()
	pull := shop.newPull(func(_ context.Context, item transfer.Item[xsale.Order]) error {
		switch {
		case len(item.Value.Items) == 0 && item.Key == "1":
			return transfer.Fail(errors.New("the order has no lines"))
		case len(item.JSON) > 1<<20: // while the ERP system takes small orders only
			return transfer.Later(errors.New("too large by day"), 10*time.Minute)
		}
		return nil
	})
	if _, err := pull.Run(ctx); err != nil {
		log.Fatal(err)
	}
	for entry, err := range pull.Entries(ctx, transfer.StateParked) {
		fmt.Println(entry.Key, entry.Reason, err)
	}
	stats, err := pull.Stats(ctx)
	fmt.Println(maps.Collect(maps.All(stats)), err)

	fmt.Println(pull.Retry(ctx, "1")) // parked again by the next run
	if _, err := pull.Run(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(pull.Discard(ctx, "1"))
	entry, err := pull.Entry(ctx, "1")
	fmt.Println(entry.State, err)
	// Output:
	// 1 handle: the order has no lines <nil>
	// map[done:1 parked:1] <nil>
	// <nil>
	// <nil>
	// discarded <nil>
}

func ExamplePush() {
	shop := openFakeShop()
	defer shop.close()
	ctx := context.Background()
	organization := shop.client.Organization("")
	const numberField = "Note" // the field for the shop's own number: look it up in the vendor's Swagger
	push := transfer.Push[xsale.CreateOrder, xsale.Created, *sql.Tx]{
		Flow:   transfer.Flow[*sql.Tx]{Database: shop.database, Name: "shop"},
		Settle: time.Millisecond, // minutes outside of tests
		Send: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, error) {
			return organization.Orders.Create(ctx, item.Value)
		},
		Find: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, bool, error) {
			order, found, err := call.FindByNumber(organization.Orders.List(ctx, xsale.ListOrdersParams{}), item.Key,
				func(order xsale.Order) (string, bool, error) { return order.GetString(numberField) })
			return xsale.Created{ID: order.ID}, found, err
		},
	}
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2026, time.November, 27), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("1"), PriceGross: wire.MustDecimal("548.90")}},
	}
	if err := order.Set(numberField, json.RawMessage(`"2026/4711"`)); err != nil {
		log.Fatal(err)
	}
	// The response to the create gets lost.
	if err := shop.sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed()); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		added, err := push.Add(ctx, "2026/4711", order)
		fmt.Println("added:", added, err)
		if _, err := push.Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	for result, err := range push.Results(ctx) {
		fmt.Println(result.Key, result.State, result.Value.ID, err)
	}
	// Output:
	// added: true <nil>
	// added: false <nil>
	// 2026/4711 done 4 <nil>
}

// The order of the shop and the intent to send it are one transaction.
func ExamplePush_AddTx() {
	shop := openFakeShop()
	defer shop.close()
	ctx := context.Background()
	push := transfer.Push[string, int, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: shop.database, Name: "translations"},
		Send: func(_ context.Context, item transfer.Item[string]) (int, error) { return len(item.Value), nil },
	}
	tx, err := shop.database.DB().BeginTx(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := push.AddTx(ctx, tx, "16519", "desk"); err != nil {
		log.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}
	added, err := push.AddAll(ctx, maps.All(map[string]string{"16519": "desk", "16520": "chair"}))
	fmt.Println("added:", added, err)
	summary, err := push.Run(ctx)
	fmt.Println("sent:", summary.Done, err)
	result, err := push.Result(ctx, "16520")
	fmt.Println(result.State, result.Value, err)
	fmt.Println(errors.Is(push.Resend(ctx, "16520"), transfer.ErrInvalid)) // it is not parked
	// Output:
	// added: 1 <nil>
	// sent: 2 <nil>
	// done 5 <nil>
	// true
}
