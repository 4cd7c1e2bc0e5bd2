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

// newSandbox starts a fake xSale that has no orders yet, and checks each request against the API description.
func newSandbox(t *testing.T, options ...xsaletest.Option) (*xsaletest.Sandbox, *xsaleapi.Client) {
	t.Helper()
	sandbox := xsaletest.New(t, append(options, xsaletest.WithOrders(0))...)
	api, err := xsaleapi.New(sandbox.Client(t))
	if err != nil {
		t.Fatal(err)
	}
	return sandbox, api
}

// shopOrder is an order as a shop sends it. In floats its total would be 59.970000000000006.
func shopOrder() xsaleapi.CreateOrder {
	return xsaleapi.CreateOrder{
		IntegrationID: 1,
		PaymentFormID: 1,
		PurchaseDate:  wire.NewDate(2025, time.March, 31),
		BuyerID:       7,
		RecipientID:   7,
		PayerID:       7,
		Items: []xsaleapi.CreateOrderItem{
			{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("3"), PriceGross: wire.MustDecimal("19.99")},
		},
	}
}

func TestAnOrderArrivesWithItsTotal(t *testing.T) {
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
	if order.ID != created.ID || len(order.Lines) != 1 || order.Total.String() != "59.97" {
		t.Errorf("order %d became %s", created.ID, out.String())
	}
}

// The contract: the sandbox refuses what does not fit the API description, and names the place.
func TestARequestThatBreaksTheContractIsNoticed(t *testing.T) {
	for place, spoil := range map[string]func(*xsaleapi.CreateOrder){
		"/PurchaseDate":     func(order *xsaleapi.CreateOrder) { order.PurchaseDate = wire.DateTime{} },
		"/Items/0/Quantity": func(order *xsaleapi.CreateOrder) { order.Items[0].Quantity = wire.Decimal{} },
	} {
		t.Run(place, func(t *testing.T) {
			_, api := newSandbox(t, xsaletest.WithInvalidRequests()) // or the sandbox would fail the test
			order := shopOrder()
			spoil(&order)
			_, err := api.CreateOrder(t.Context(), xsaletest.Organization, order)
			failure, ok := errors.AsType[*xsale.Error](err)
			if !ok || !errors.Is(err, xsale.ErrBadRequest) {
				t.Fatalf("the sandbox did not refuse it: %v", err)
			}
			if !slices.ContainsFunc(failure.Fields, func(field xsale.FieldError) bool { return field.Field == place }) {
				t.Errorf("the place is not named: %v", err)
			}
		})
	}
}
