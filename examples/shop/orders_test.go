package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

func newSale(number, price string) sale {
	return sale{Number: number, Customer: "Anna", Order: xsale.CreateOrder{
		PaymentFormID: 3, BuyerID: 7, RecipientID: 7, PayerID: 7, PurchaseDate: wire.NewDate(2026, time.March, 29),
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal(price)}},
	}}
}

// Connections break before and after an order is stored, and the shop sends its sales again. Still
// each sale becomes one order.
func TestEachSaleBecomesOneOrder(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(0))
	s := newShop(t, sandbox)
	if err := s.setUp(t.Context(), 12, nil); err != nil {
		t.Fatal(err)
	}
	sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse), xsaletest.Cut(xsaletest.BeforeResponse).Processed(),
		xsaletest.Status(http.StatusServiceUnavailable).Processed())
	var sales bytes.Buffer
	want := map[string]int{}
	for i := range 8 {
		number := fmt.Sprintf("A-%d", i)
		want[number] = 1
		if err := json.NewEncoder(&sales).Encode(newSale(number, "149.90")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		var report strings.Builder
		if err := s.sendOrders(t.Context(), bytes.NewReader(sales.Bytes()), &report); err != nil || strings.Count(report.String(), " done ") != 8 {
			t.Fatal(report.String(), err)
		}
	}
	got := map[string]int{}
	for order, err := range s.xsale.Orders.List(t.Context(), xsale.ListOrdersParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		number, _, err := order.GetString(numberField)
		if err != nil {
			t.Error(err)
		}
		got[number]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("orders by number: %v, want %v", got, want)
	}
}

// A sale whose order conflicts with an earlier one is not stored either.
func TestSaleAndOrderAreStoredTogether(t *testing.T) {
	s := newShop(t, xsaletest.New(t))
	if err := s.sell(t.Context(), newSale("A-1", "149.90")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.database.DB().Exec(`DELETE FROM sales`); err != nil {
		t.Fatal(err)
	}
	if err := s.sell(t.Context(), newSale("A-1", "99.90")); !errors.Is(err, transfer.ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	var sales int
	if err := s.database.DB().QueryRow(`SELECT count(*) FROM sales`).Scan(&sales); err != nil || sales != 0 {
		t.Errorf("%d sales, %v, want none", sales, err)
	}
}
