package mutation_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
)

const (
	big = 3_000_000_000 // an id that needs 64 bits

	// unlisted is the prefix of names that no spec lists.
	unlisted = "Unlisted"

	article = 16519 // of the sandbox
)

// recordGood records valid exchanges of every operation with the sandbox, with and without optional
// fields. It scripts responses that the sandbox never sends, such as null and unlisted fields.
func recordGood(t *testing.T, client *xsale.Client, recorder *recorder) {
	ctx := t.Context()
	organization := client.Organization("")
	calls := callsOf(ctx, client, organization)

	for _, call := range calls {
		if err := call.do(); err != nil {
			t.Errorf("%s: %v", call.operation, err)
		}
	}
	for _, call := range calls {
		for _, body := range goodResponses[call.operation] {
			// Any 2xx is a success, so this uses a status that the sandbox does not send.
			recorder.script(http.StatusNonAuthoritativeInfo, "application/json", body)
			if err := call.do(); err != nil {
				t.Errorf("%s, response %s: %v", call.operation, body, err)
			}
		}
	}
	// The sandbox has no integration and no article with such an id.
	order := orders()[0]
	order.IntegrationID = big
	for _, call := range []struct {
		body string
		do   func() error
	}{
		{`{}`, func() error {
			return second(organization.Integrations.CreateParameter(ctx, big, big, xsale.ParameterDefinition{}))
		}},
		{`{}`, func() error { return second(organization.Orders.Create(ctx, order)) }},
		{`[]`, func() error { return drain(organization.Articles.ListTranslations(ctx, big)) }},
	} {
		recorder.script(http.StatusOK, "application/json", call.body)
		if err := call.do(); err != nil {
			t.Error(err)
		}
	}
	for _, call := range calls {
		for _, status := range []int{http.StatusNotFound, http.StatusInternalServerError} {
			recorder.script(status, "text/plain", "No.")
			if err := call.do(); err == nil {
				t.Errorf("%s: no error, but the status was %d", call.operation, status)
			}
		}
	}
}

// trafficCall is one way to call an operation.
type trafficCall struct {
	operation string
	do        func() error
}

func callsOf(ctx context.Context, client *xsale.Client, organization *xsale.Organization) []trafficCall {
	var calls []trafficCall
	add := func(operation string, do func() error) { calls = append(calls, trafficCall{operation, do}) }

	add("getMe", func() error { return second(client.Me(ctx)) })

	for _, integration := range integrations() {
		add("createIntegration", func() error { return second(organization.Integrations.Create(ctx, integration)) })
	}
	for _, params := range []xsale.ListOrdersParams{
		{},
		{StatusIDs: []int64{1}},
		{StatusIDs: []int64{1, big}},
		{StatusNames: []string{"Nowe"}},
		{StatusNames: []string{"Nowe", "W trakcie realizacji"}},
		{StatusIDs: []int64{1}, StatusNames: []string{"Nowe"}},
	} {
		add("listOrders", func() error { return drain(organization.Orders.List(ctx, params)) })
	}
	add("listOrders", func() error {
		return drain(organization.Orders.List(ctx, xsale.ListOrdersParams{}, call.Query(unlisted, "1")))
	})
	for _, order := range orders() {
		add("createOrder", func() error { return second(organization.Orders.Create(ctx, order)) })
	}
	add("listStatuses", func() error { return drain(organization.Statuses.List(ctx)) })

	for _, definition := range []xsale.ParameterDefinition{{}, {UnknownFields: unlistedFields()}} {
		add("createParameter", func() error { return second(organization.Integrations.CreateParameter(ctx, 1, 12, definition)) })
	}
	for _, translation := range []xsale.Translation{
		{LanguageID: 2},
		{LanguageID: 2, Name: wire.Null[string](), Description: wire.Null[string]()},
		{LanguageID: big, Name: wire.Some("Oak desk"), Description: wire.Some("<p>Solid oak.</p>"), UnknownFields: unlistedFields()},
	} {
		add("setTranslation", func() error { return organization.Articles.SetTranslation(ctx, article, translation) })
	}
	add("listTranslations", func() error { return drain(organization.Articles.ListTranslations(ctx, article)) })

	add("", func() error { return second(client.Call(ctx, http.MethodGet, "/me", nil)) })
	add("", func() error { return second(organization.Call(ctx, http.MethodPost, "/orders", orders()[0])) })
	return calls
}

// unlistedFields returns fields that no spec lists.
func unlistedFields() wire.UnknownFields {
	var fields wire.UnknownFields
	for name, value := range map[string]string{unlisted: "1", unlisted + "Text": `"a"`, unlisted + "List": "[]"} {
		if err := fields.Set(name, json.RawMessage(value)); err != nil {
			panic(err)
		}
	}
	return fields
}

// integrations returns a minimal and a full integration.
func integrations() []xsale.CreateIntegration {
	return []xsale.CreateIntegration{
		{Name: "domenasklepu.pl", IntegrationType: xsale.IntegrationTypeOwnShop},
		{Name: "domenasklepu.pl", IntegrationType: xsale.IntegrationTypeOwnShop, OrderSynchronization: &xsale.OrderSynchronization{}},
		{
			Name: "domenasklepu.pl", IntegrationType: big, IsActive: new(false),
			OrderSynchronization: &xsale.OrderSynchronization{
				ExportToWarehouse: "MAG-1", ERPDocumentSerialNumber: "ECOM", ExportWithoutTransport: true,
				UnknownFields: unlistedFields(),
			},
			UnknownFields: unlistedFields(),
		},
	}
}

// orders returns orders with one line and either price, and a full one with two lines.
func orders() []xsale.CreateOrder {
	order := func(items ...xsale.CreateOrderItem) xsale.CreateOrder {
		return xsale.CreateOrder{
			IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
			Items: items,
		}
	}
	line := xsale.CreateOrderItem{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2")}
	gross, net := line, line
	gross.PriceGross = wire.MustDecimal("149.90")
	net.PriceNet = wire.MustDecimal("121.87")
	whole := xsale.CreateOrderItem{
		OfferID: big, VariantID: big, Quantity: wire.MustDecimal("0.750"), PriceGross: wire.MustDecimal("19.99"), PriceNet: wire.MustDecimal("16.25"),
		UnknownFields: unlistedFields(),
	}
	everything := order(whole, gross)
	everything.PaymentFormID, everything.BuyerID, everything.RecipientID, everything.PayerID = big, big, big, big
	everything.UnknownFields = unlistedFields()
	return []xsale.CreateOrder{order(gross), order(net), everything}
}

// goodResponses are minimal and full valid responses, by operation.
var goodResponses = map[string][]string{
	"getMe": {
		`{}`,
		`{"Organizations":[]}`,
		`{"Organizations":[{}]}`,
		`{"Id":3000000000,"Name":"Lorem Ipsum","Nickname":"loremipsum","Email":"loremipsum@futuriti.pl","EmailVerified":false,
			"Organizations":[{"Id":3000000000,"ShortName":"Futuriti","Name":"Futuriti_bb7b2a13","Unlisted":1,"UnlistedText":"a"}],"Unlisted":1,"UnlistedText":"a"}`,
	},
	"listOrders": {
		`[]`,
		`[{}]`,
		`[{"Id":1,"Items":[]},{"Id":2,"Items":[{}]},{"Id":3,"Items":[{"OrderItemArticles":[]}]},{"Id":4,"Items":[{"OrderItemArticles":[{}]}]}]`,
		`[{"Id":3000000000,"Items":[{"OrderItemArticles":[{"Unlisted":1,"UnlistedText":"a"}],"Unlisted":1,"UnlistedText":"a"}],"Unlisted":1,"UnlistedText":"a"}]`,
	},
	"listStatuses": {
		`[]`,
		`[{}]`,
		`[{"Id":3000000000,"Name":"Nowe","Unlisted":1,"UnlistedText":"a"}]`,
	},
	"listTranslations": {
		`[]`,
		`[{"LanguageId":2}]`,
		`[{"LanguageId":2,"Name":null,"Description":null}]`,
		`[{"LanguageId":3000000000,"Name":"Oak desk","Description":"<p>Solid oak.</p>","Unlisted":1,"UnlistedText":"a"}]`,
	},
	"createOrder":       createdAnswers,
	"createIntegration": createdAnswers,
	"createParameter":   createdAnswers,
	"setTranslation":    {``},
}

var createdAnswers = []string{
	`{}`,
	`{"Id":3000000000,"Unlisted":1,"UnlistedText":"a"}`,
}

func second[T any](_ T, err error) error { return err }

func drain[T any](list iter.Seq2[T, error]) error { return second(call.Collect(list)) }
