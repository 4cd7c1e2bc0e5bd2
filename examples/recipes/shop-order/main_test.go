package main

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// exampleField is made up for the test: the vendor's Swagger has the real name.
const exampleField = "ExternalNumber"

const sold = `{"Number":"A-%d","Customer":"Anna","Order":{"IntegrationId":1,"PaymentFormId":3,"PurchaseDate":"2026-03-29","BuyerId":7,"RecipientId":7,"PayerId":7,"Items":[{"OfferId":501,"VariantId":1,"Quantity":2,"PriceGross":%s}]}}`

// start opens the shop and its flow, as each start of the program does.
func start(t *testing.T, organization *xsale.Organization, file, field string) (*sqlite.Database, *push) {
	before := *numberField
	*numberField = field
	shop, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shop.Close(); *numberField = before })
	orders := newPush(organization, shop)
	orders.Settle = time.Millisecond
	return shop, orders
}

// Connections break before and after an order is stored, and the shop passes its sales again. Still
// each sale becomes one order.
func TestEachSaleBecomesOneOrder(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(0))
	organization := sandbox.Client(t).Organization("")
	sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse), xsaletest.Cut(xsaletest.BeforeResponse).Processed(),
		xsaletest.Status(http.StatusServiceUnavailable).Processed())
	var sales strings.Builder
	want := map[string]int{}
	for i := range 8 {
		want[fmt.Sprintf("A-%d", i)] = 1
		fmt.Fprintf(&sales, sold+"\n", i, "149.90")
	}
	file := filepath.Join(t.TempDir(), "shop.db")
	for range 2 {
		shop, orders := start(t, organization, file, exampleField)
		var report strings.Builder
		if err := sell(t.Context(), shop.DB(), orders, strings.NewReader(sales.String())); err != nil {
			t.Fatal(err)
		}
		if err := send(t.Context(), orders, &report); err != nil || strings.Count(report.String(), " done ") != 8 {
			t.Fatal(report.String(), err)
		}
	}
	got := map[string]int{}
	for order, err := range organization.Orders.List(t.Context(), xsale.ListOrdersParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		number, _, err := order.GetString(exampleField)
		if err != nil {
			t.Error(err)
		}
		got[number]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("orders by number: %v, want %v", got, want)
	}
}

// Without the shop's number in the orders that xSale lists, nobody can tell whether an order exists, so
// it is not sent again.
func TestLostResponseWithoutANumber(t *testing.T) {
	for _, field := range []string{"", exampleField} {
		sandbox := xsaletest.New(t)
		sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse))
		shop, orders := start(t, sandbox.Client(t).Organization(""), filepath.Join(t.TempDir(), "shop.db"), field)
		var report strings.Builder
		if err := sell(t.Context(), shop.DB(), orders, strings.NewReader(fmt.Sprintf(sold, 1, "149.90"))); err != nil {
			t.Fatal(err)
		}
		err := send(t.Context(), orders, &report)
		if sent := len(sandbox.Requests("createOrder")); sent != 1 || err == nil || !strings.HasPrefix(report.String(), "A-1 parked 0 ") {
			t.Errorf("field %q: sent %d times, %q, %v", field, sent, report.String(), err)
		}
	}
}

// A sale that conflicts with an earlier one is rejected with its order, and the next one is not.
func TestSaleAndOrderAreStoredTogether(t *testing.T) {
	shop, orders := start(t, xsaletest.New(t).Client(t).Organization(""), filepath.Join(t.TempDir(), "shop.db"), "")
	if err := sell(t.Context(), shop.DB(), orders, strings.NewReader(fmt.Sprintf(sold, 1, "149.90"))); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.DB().Exec(`DELETE FROM sales`); err != nil {
		t.Fatal(err)
	}
	const invalid = `{"Number":7}{"Nmber":"A-3"}{"Customer":"Anna"}`
	err := sell(t.Context(), shop.DB(), orders, strings.NewReader(fmt.Sprintf(sold+invalid+sold+"x", 1, "99.90", 2, "99.90")))
	for _, want := range []string{"sale 1: number A-1: ", "sale 2: invalid: ", `sale 3: invalid: json: unknown field "Nmber"`,
		"sale 4: invalid: Number is missing", "sale 6: invalid character 'x'"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	var numbers string
	if err := shop.DB().QueryRow(`SELECT json_group_array(number) FROM sales`).Scan(&numbers); err != nil || numbers != `["A-2"]` {
		t.Errorf("sales %s, %v, want A-2", numbers, err)
	}
}
