package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

const changeStatus = "PUT /{organizationName}/orders/{id}/status"

// newShop returns a sandbox that can change the status of orders, and calls changed after each.
func newShop(t *testing.T, changed func(), options ...xsaletest.Option) (*xsaletest.Sandbox, *xsale.Organization) {
	sandbox := xsaletest.New(t, options...)
	sandbox.HandleFunc(changeStatus, func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Name string }
		err := json.NewDecoder(r.Body).Decode(&body)
		id, idErr := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err := errors.Join(err, idErr, sandbox.Orders("").SetStatus(id, body.Name)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
		changed()
	})
	return sandbox, sandbox.Client(t).Organization("")
}

// openERP opens an ERP, as each start of the program does.
func openERP(t *testing.T, file string) *sqlite.Database {
	erp, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { erp.Close() })
	if _, err := erp.DB().Exec(tables); err != nil {
		t.Fatal(err)
	}
	return erp
}

// Prices arrive to the digit, and sets in the pick list as their articles.
func TestOrderIsImportedExactly(t *testing.T) {
	sandbox, shop := newShop(t, func() {}, xsaletest.WithSeed(xsaletest.Seed{Orders: []xsaletest.SeedOrder{{Order: `{"Id":7,"Items":[
		{"OfferId":511,"Quantity":2,"PriceGross":1299.90,"OrderItemArticles":[{"SandboxArticleId":16529,"SandboxQuantity":2},{"SandboxArticleId":16524,"SandboxQuantity":8}]},
		{"OfferId":501,"Quantity":0.250,"PriceGross":548.90}]}`}}}))
	erp := openERP(t, filepath.Join(t.TempDir(), "erp.db"))
	if summary, err := newImport(shop, erp).Run(t.Context()); err != nil || summary.Done != 1 {
		t.Fatal(summary, err)
	}
	var lines, picks string
	err := errors.Join(
		erp.DB().QueryRow(`SELECT group_concat(concat_ws(' ', order_id, line, offer_id, quantity, price), ', ') FROM lines`).Scan(&lines),
		erp.DB().QueryRow(`SELECT group_concat(concat_ws(' ', order_id, line, article_id, quantity), ', ') FROM picks`).Scan(&picks))
	if lines != "7 1 511 2 1299.90, 7 2 501 0.250 548.90" || picks != "7 1 16529 2, 7 1 16524 8" || err != nil {
		t.Errorf("lines %q, picks %q, %v", lines, picks, err)
	}
	if _, status, err := sandbox.Orders("").Get(7); status != statusImported || err != nil {
		t.Errorf("status %q, %v", status, err)
	}
}

// The service fails, an order lacks a price, and the program is stopped and started again. Still
// each good order is imported once, and the bad one is left to a person.
func TestBadDay(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var changes atomic.Int32
	sandbox, shop := newShop(t, func() {
		if changes.Add(1) == 9 {
			stop()
		}
	})
	bad, err := sandbox.Orders("").Add(xsaletest.SeedOrder{Order: `{"Items":[{"OfferId":501,"Quantity":1}]}`})
	newOrders, listErr := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{statusNew}}))
	sandbox.Fail("listOrders", xsaletest.RetryAfter(0), xsaletest.ExpiredIDToken())
	sandbox.Fail(changeStatus, xsaletest.Cut(xsaletest.BeforeResponse).Processed(), xsaletest.Status(http.StatusServiceUnavailable))

	file := filepath.Join(t.TempDir(), "erp.db")
	_, stopped := newImport(shop, openERP(t, file)).Run(ctx)
	erp := openERP(t, file)
	_, restarted := newImport(shop, erp).Run(t.Context())
	if err := errors.Join(err, listErr, restarted); err != nil || !errors.Is(stopped, context.Canceled) {
		t.Fatal(err, stopped)
	}
	var imported int
	if err := erp.DB().QueryRow(`SELECT count(*) FROM orders`).Scan(&imported); imported != len(newOrders)-1 || err != nil {
		t.Errorf("%d of %d orders imported, %v", imported, len(newOrders)-1, err)
	}
	if _, status, _ := sandbox.Orders("").Get(bad); status != statusFailed {
		t.Errorf("the bad order has the status %q", status)
	}
}
