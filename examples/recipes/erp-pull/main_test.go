package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// open opens the ERP system, as each start of the program does.
func open(t *testing.T, file string) *sqlite.Database {
	erp, err := openERP(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { erp.Close() })
	return erp
}

func query(t *testing.T, erp *sqlite.Database, query string) (result string) {
	t.Helper()
	if err := erp.DB().QueryRow(query).Scan(&result); err != nil {
		t.Fatal(err)
	}
	return result
}

// Prices arrive to the digit, and the pick list as it came.
func TestOrderIsImportedExactly(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithSeed(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":7,"Items":[
		{"OfferId":511,"Quantity":2,"PriceGross":1299.90,"OrderItemArticles":[{"SandboxArticleId":16529,"SandboxQuantity":8}]},
		{"OfferId":501,"Quantity":0.250,"PriceGross":548.90}]}`}}}))
	erp := open(t, filepath.Join(t.TempDir(), "erp.db"))
	summary, err := newImport(sandbox.Client(t).Organization(""), erp).Run(t.Context())
	if err != nil || summary.Done != 1 {
		t.Fatal(summary, err)
	}
	const want = `7 1 511 2 1299.90 [{"SandboxArticleId":16529,"SandboxQuantity":8}], 7 2 501 0.250 548.90 `
	if got := query(t, erp, `SELECT group_concat(concat_ws(' ', order_id, line, offer_id, quantity, price, articles), ', ') FROM lines`); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The service fails, an order lacks a price, and the program is stopped and started again. Still
// each good order is imported once, and a person has to look at the bad one.
func TestBadDay(t *testing.T) {
	sandbox := xsaletest.New(t)
	shop := sandbox.Client(t).Organization("")
	bad, err := sandbox.Orders("").Add(xsaletest.SeedOrder{Order: `{"Items":[{"OfferId":501,"Quantity":1}]}`})
	newOrders, listErr := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}))
	if err := errors.Join(err, listErr); err != nil {
		t.Fatal(err)
	}
	sandbox.Fail("listOrders", xsaletest.RetryAfter(0), xsaletest.ExpiredIDToken())
	file := filepath.Join(t.TempDir(), "erp.db")
	ctx, stop := context.WithCancel(t.Context())
	stopped := newImport(shop, open(t, file))
	insert, imported := stopped.HandleTx, 0
	stopped.HandleTx = func(ctx context.Context, tx *sql.Tx, item transfer.Item[xsale.Order]) error {
		if imported++; imported == 9 {
			stop()
		}
		return insert(ctx, tx, item)
	}
	if _, err := stopped.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	erp := open(t, file)
	if summary, err := newImport(shop, erp).Run(t.Context()); err != nil || summary.Done >= len(newOrders)-1 {
		t.Fatal(summary, err)
	}
	if got := query(t, erp, `SELECT count(*) || ' ' || (SELECT count(*) FROM statuses WHERE status = 'Zaimportowano do ERP') FROM orders`); got != fmt.Sprint(len(newOrders)-1, len(newOrders)-1) {
		t.Errorf("%s orders imported and handed over, want %d of each", got, len(newOrders)-1)
	}
	if got := query(t, erp, `SELECT group_concat(order_id || ' ' || status) FROM statuses WHERE status <> 'Zaimportowano do ERP'`); got != fmt.Sprint(bad, " Do obsługi ręcznej") {
		t.Errorf("got %q, want order %d alone", got, bad)
	}
}

// A hand-over that is repeated after a kill does not undo what the ERP system has set since.
func TestRepeatedHandOver(t *testing.T) {
	erp := open(t, filepath.Join(t.TempDir(), "erp.db"))
	orders := newImport(xsaletest.New(t).Client(t).Organization(""), erp)
	order := transfer.Item[xsale.Order]{Value: xsale.Order{ID: 7}}
	for _, test := range []struct {
		failed    bool
		set, want string // what the ERP system sets after the hand-over
	}{
		{true, "Do obsługi ręcznej", "Do obsługi ręcznej"},
		{false, "Wysłane", "Zaimportowano do ERP"},
		{false, "Wysłane", "Wysłane"},
	} {
		if err := orders.HandOver(t.Context(), order, transfer.Outcome{Failed: test.failed}); err != nil {
			t.Fatal(err)
		}
		if got := query(t, erp, `SELECT status FROM statuses`); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if _, err := erp.DB().Exec(`UPDATE statuses SET status = ?`, test.set); err != nil {
			t.Fatal(err)
		}
	}
}
