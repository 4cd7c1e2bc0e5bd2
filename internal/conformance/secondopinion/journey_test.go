package secondopinion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// travel calls every operation of the spec at a base URL, with the tokens of a sandbox.
func travel(ctx context.Context, sandbox *xsaletest.Sandbox, baseURL string, spec *openapi3.T) error {
	var called operations
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client, err := xsale.New(append(sandbox.Options(),
		xsale.WithBaseURL(baseURL),
		xsale.WithHTTPClient(&http.Client{Transport: withoutViolations{transport}}),
		xsale.WithRetries(0),
		xsale.WithHooks(call.Hooks{CallDone: called.add}),
	)...)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := journey(ctx, client); err != nil {
		return err
	}
	return called.compare(spec)
}

// journey fails at the first wrong response. It works with the sandbox, and with Prism's mock,
// where all ids are equal, so that a created object is listed there, too. It does not compare the
// digits of prices, because Prism as a proxy rewrites numbers.
func journey(ctx context.Context, client *xsale.Client) error {
	me, err := client.Me(ctx)
	if err != nil {
		return err
	}
	if len(me.Organizations) == 0 || me.Organizations[0].Name != xsaletest.Organization {
		return fmt.Errorf("the organizations are %v", me.Organizations)
	}
	shop := client.Organization(me.Organizations[0].Name)
	integration, err := shop.Integrations.Create(ctx, xsale.CreateIntegration{
		Name:                 "domenasklepu.pl",
		IsActive:             new(true),
		IntegrationType:      xsale.IntegrationTypeOwnShop,
		OrderSynchronization: &xsale.OrderSynchronization{ExportToWarehouse: "MAG-1"},
	})
	if err != nil {
		return err
	}
	if integration.ID == 0 {
		return errors.New("the new integration has no id")
	}
	var definition xsale.ParameterDefinition
	definition.Set("Name", json.RawMessage(`"Color"`)) // any object: the vendor does not publish the fields
	if _, err := shop.Integrations.CreateParameter(ctx, integration.ID, 12, definition); err != nil {
		return err
	}
	order, err := shop.Orders.Create(ctx, xsale.CreateOrder{
		IntegrationID: integration.ID,
		PaymentFormID: 1,
		PurchaseDate:  wire.NewDate(2024, time.October, 25),
		BuyerID:       7,
		RecipientID:   7,
		PayerID:       7,
		Items: []xsale.CreateOrderItem{
			{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")},
			{OfferID: 502, VariantID: 1, Quantity: wire.MustDecimal("0.75"), PriceNet: wire.MustDecimal("16.25")},
		},
	})
	if err != nil {
		return err
	}
	if order.ID == 0 {
		return errors.New("the new order has no id")
	}
	statuses, err := call.Collect(shop.Statuses.List(ctx))
	if err != nil {
		return err
	}
	if len(statuses) == 0 {
		return errors.New("there is no status")
	}
	id := max(statuses[0].ID, 1) // Prism's mock makes negative ids up
	for _, params := range []xsale.ListOrdersParams{
		{},
		{StatusIDs: []int64{id}, StatusNames: []string{statuses[0].Name}},
		{StatusIDs: []int64{id, 2}, StatusNames: []string{statuses[0].Name, "W toku & dalej"}},
	} {
		orders, err := call.Collect(shop.Orders.List(ctx, params))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(orders, func(listed xsale.Order) bool { return listed.ID == order.ID }) {
			return fmt.Errorf("the new order is not among the %d that are listed", len(orders))
		}
	}
	if err := shop.Articles.SetTranslation(ctx, 16519, xsale.Translation{
		LanguageID:  2,
		Name:        wire.Some("Oak desk"),
		Description: wire.Null[string](),
	}); err != nil {
		return err
	}
	translations, err := call.Collect(shop.Articles.ListTranslations(ctx, 16519))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(translations, func(t xsale.Translation) bool { return t.LanguageID == 2 }) {
		return errors.New("the translation is not listed")
	}
	raw, err := shop.Call(ctx, http.MethodGet, "/statuses", nil)
	if err != nil {
		return err
	}
	var again []xsale.Status
	if err := raw.Decode(&again); err != nil || len(again) != len(statuses) {
		return fmt.Errorf("the raw call got %d statuses of %d: %w", len(again), len(statuses), err)
	}
	if _, err := shop.Call(ctx, http.MethodGet, "/contractors", nil); !errors.Is(err, xsale.ErrNotFound) {
		return fmt.Errorf("unlisted path: %w", err)
	}
	return nil
}

// operations records the ids of the called operations.
type operations struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (o *operations) add(_ context.Context, event call.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ids == nil {
		o.ids = map[string]bool{}
	}
	o.ids[event.Operation] = true // "" is a raw call
}

// compare fails if an operation of the spec was not called.
func (o *operations) compare(spec *openapi3.T) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	missing := map[string]bool{}
	for _, item := range spec.Paths.Map() {
		for _, operation := range item.Operations() {
			if !o.ids[operation.OperationID] {
				missing[operation.OperationID] = true
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not called: %s", strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return nil
}

// withoutViolations fails if Prism forwards a call and reports violations in a header.
type withoutViolations struct {
	next http.RoundTripper
}

func (w withoutViolations) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if violations := response.Header.Get("sl-violations"); violations != "" {
		response.Body.Close()
		return nil, fmt.Errorf("%s %s: Prism reports %s", request.Method, request.URL.Path, violations)
	}
	return response, nil
}
