package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"

	"example.com/erp-sync/xsaleapi"
)

// newSandbox starts a fake xSale without orders. It checks each request against the spec.
func newSandbox(t *testing.T, options ...xsaletest.Option) (*xsaletest.Sandbox, *xsaleapi.Client) {
	t.Helper()
	sandbox := xsaletest.New(t, append(options, xsaletest.WithOrders(0))...)
	api, err := xsaleapi.New(sandbox.Client(t))
	if err != nil {
		t.Fatal(err)
	}
	return sandbox, api
}

// shopOrder is an order as a shop sends it. A float would print its total, 548.90, as 548.9.
func shopOrder() xsaleapi.CreateOrder {
	return xsaleapi.CreateOrder{
		IntegrationID: 1,
		PaymentFormID: 1,
		PurchaseDate:  wire.NewDate(2025, time.March, 31),
		BuyerID:       7,
		RecipientID:   7,
		PayerID:       7,
		Items: []xsaleapi.CreateOrderItem{
			{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("274.45")},
		},
	}
}

func TestOrderArrivesWithItsTotal(t *testing.T) {
	sandbox, api := newSandbox(t)
	created, err := api.CreateOrder(t.Context(), xsaletest.Organization, shopOrder())
	if err != nil {
		t.Fatal(err)
	}
	for _, variable := range sandbox.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var order Order
	if err := json.Unmarshal([]byte(out.String()), &order); err != nil {
		t.Fatal(err)
	}
	if order.ID != created.ID || len(order.Lines) != 1 || order.Lines[0].PriceGross.String() != "274.45" || order.Total.String() != "548.90" {
		t.Errorf("order %d became %s", created.ID, out.String())
	}
}

// The client rejects an order without a required value. The sandbox rejects requests that violate
// the spec in other ways, with a JSON pointer.
func TestInvalidRequests(t *testing.T) {
	_, api := newSandbox(t, xsaletest.WithInvalidRequests()) // otherwise the sandbox fails the test
	incomplete := shopOrder()
	incomplete.PurchaseDate = wire.DateTime{}
	if _, err := api.CreateOrder(t.Context(), xsaletest.Organization, incomplete); !errors.Is(err, xsale.ErrInvalid) || !strings.Contains(err.Error(), "PurchaseDate") {
		t.Errorf("got %v", err)
	}
	_, err := api.CreateOrderWithBody(t.Context(), xsaletest.Organization, "application/json", strings.NewReader(`{"Items":[{"Quantity":"two"}]}`))
	failure, ok := errors.AsType[*xsale.Error](err)
	if !ok || !errors.Is(err, xsale.ErrBadRequest) {
		t.Fatalf("the sandbox accepted the order: %v", err)
	}
	for _, pointer := range []string{"/PurchaseDate", "/Items/0/Quantity"} {
		if !slices.ContainsFunc(failure.Fields, func(field xsale.FieldError) bool { return field.Field == pointer }) {
			t.Errorf("the error lacks %s: %v", pointer, err)
		}
	}
}
