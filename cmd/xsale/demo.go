package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// What the demo works with: the sandbox's article, and the language ids that were seen in use.
const (
	demoArticle     = 16519
	languageEnglish = 2
	statusNew       = "Nowe"
)

func newDemoCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show an integrator's day against a sandbox inside the process",
		Long: `Show an integrator's day against a sandbox inside the process, over TLS on loopback. It needs no account and
nothing running, and fails when a step gives anything but what is expected.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) (err error) {
			sandbox, err := xsaletest.Start(xsaletest.WithTLS())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, sandbox.Close()) }()
			wiretap := &wiretap{next: sandbox.HTTPClient().Transport}
			client, err := xsale.New(append(sandbox.Options(),
				xsale.WithHTTPClient(&http.Client{Transport: wiretap}),
				xsale.WithLogger(a.logger(command)),
			)...)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, client.Close()) }()
			out := command.OutOrStdout()
			fmt.Fprintf(out, "Sandbox at %s, inside this process. No account, nothing leaves the machine.\n", sandbox.URL())
			demo := &demo{client: client, wiretap: wiretap, out: out}
			if err := demo.run(command.Context()); err != nil {
				return err
			}
			fmt.Fprintf(out, "\n%d API calls, %d login.\n", sandbox.Calls(), sandbox.Logins())
			if logins := sandbox.Logins(); logins != 1 {
				return fmt.Errorf("the demo logged in %d times instead of once", logins)
			}
			return nil
		},
	}
}

// demo is one run: its steps build on each other.
type demo struct {
	client       *xsale.Client
	organization *xsale.Organization
	integration  int64
	order        int64
	wiretap      *wiretap
	out          io.Writer
}

func (d *demo) run(ctx context.Context) error {
	for i, step := range []struct {
		title string
		do    func(context.Context) (string, error)
	}{
		{"Who am I, and for which organization?", d.whoAmI},
		{"Create an own-shop integration", d.createIntegration},
		{"Create an order of that shop", d.createOrder},
		{"List the new orders by the name of their status", d.listByStatusName},
		{"List them by the id of the status", d.listByStatusID},
		{"Read the translations of an article", d.readTranslations},
		{"Write its English translation", d.writeTranslation},
		{"Define a parameter of the offers in a category", d.createParameter},
		{"Reach a path that the API description does not have", d.callUnknownPath},
	} {
		fmt.Fprintf(d.out, "\n%d. %s\n", i+1, step.title)
		result, err := step.do(ctx)
		for _, exchange := range d.wiretap.take() {
			fmt.Fprintf(d.out, "   %s\n", exchange)
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		fmt.Fprintf(d.out, "   = %s\n", result)
	}
	return nil
}

func (d *demo) whoAmI(ctx context.Context) (string, error) {
	me, err := d.client.Me(ctx)
	if err != nil {
		return "", err
	}
	if len(me.Organizations) == 0 {
		return "", errors.New("the user has no organization")
	}
	d.organization = d.client.Organization(me.Organizations[0].Name)
	return fmt.Sprintf("%s, working for %s", me.Name, d.organization.Name()), nil
}

func (d *demo) createIntegration(ctx context.Context) (string, error) {
	created, err := d.organization.Integrations.Create(ctx, xsale.CreateIntegration{
		Name:            "domenasklepu.pl",
		IsActive:        new(true),
		IntegrationType: xsale.IntegrationTypeOwnShop,
		OrderSynchronization: &xsale.OrderSynchronization{
			ExportToWarehouse:       new("MAG-1"),
			ERPDocumentSerialNumber: new("ECOM"),
			ExportWithoutTransport:  new(true),
		},
	})
	if err != nil {
		return "", err
	}
	if created.ID == 0 {
		return "", errors.New("the new integration has no id")
	}
	d.integration = created.ID
	return fmt.Sprintf("integration %d", created.ID), nil
}

func (d *demo) createOrder(ctx context.Context) (string, error) {
	created, err := d.organization.Orders.Create(ctx, xsale.CreateOrder{
		IntegrationID: d.integration,
		PaymentFormID: 1,
		PurchaseDate:  wire.NewDate(2024, time.October, 25),
		BuyerID:       7,
		RecipientID:   7,
		PayerID:       7,
		Items: []xsale.CreateOrderItem{
			{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")},
			{OfferID: 502, VariantID: 1, Quantity: wire.MustDecimal("0.750"), PriceGross: wire.MustDecimal("19.99")},
		},
	})
	if err != nil {
		return "", err
	}
	if created.ID == 0 {
		return "", errors.New("the new order has no id")
	}
	d.order = created.ID
	return fmt.Sprintf("order %d", created.ID), nil
}

func (d *demo) listByStatusName(ctx context.Context) (string, error) {
	return d.findOrder(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}})
}

func (d *demo) listByStatusID(ctx context.Context) (string, error) {
	for status, err := range d.organization.Statuses.List(ctx) {
		if err != nil {
			return "", err
		}
		if status.Name == statusNew {
			return d.findOrder(ctx, xsale.ListOrdersParams{StatusIDs: []int64{status.ID}})
		}
	}
	return "", fmt.Errorf("there is no status %q", statusNew)
}

// findOrder looks for the demo's order in a list, and whether its prices came back to the digit.
func (d *demo) findOrder(ctx context.Context, params xsale.ListOrdersParams) (string, error) {
	orders, err := call.Collect(d.organization.Orders.List(ctx, params))
	if err != nil {
		return "", err
	}
	index := slices.IndexFunc(orders, func(order xsale.Order) bool { return order.ID == d.order })
	if index < 0 {
		return "", fmt.Errorf("order %d is not among the %d listed", d.order, len(orders))
	}
	order := orders[index]
	if len(order.Items) != 2 {
		return "", fmt.Errorf("order %d came back with %d lines instead of 2", d.order, len(order.Items))
	}
	// The API description does not say which members a line that is read has; those that came are kept all the same.
	price, _ := order.Items[0].Get("PriceGross")
	quantity, _ := order.Items[1].Get("Quantity")
	if string(price) != "149.90" || string(quantity) != "0.750" {
		return "", fmt.Errorf("price %s and quantity %s came back for 149.90 and 0.750", price, quantity)
	}
	return fmt.Sprintf("%d orders, ours among them with %s and %s to the digit", len(orders), price, quantity), nil
}

func (d *demo) readTranslations(ctx context.Context) (string, error) {
	translations, err := call.Collect(d.organization.Articles.ListTranslations(ctx, demoArticle))
	if err != nil {
		return "", err
	}
	if len(translations) == 0 {
		return "", fmt.Errorf("article %d has no translation", demoArticle)
	}
	name, _ := translations[0].Name.Get()
	return fmt.Sprintf("%d of article %d; the first, in language %d: %s", len(translations), demoArticle, translations[0].LanguageID, name), nil
}

func (d *demo) writeTranslation(ctx context.Context) (string, error) {
	const name = "Oak writing desk, 140 cm"
	err := d.organization.Articles.SetTranslation(ctx, demoArticle, xsale.Translation{
		LanguageID:  languageEnglish,
		Name:        wire.Some(name),
		Description: wire.Some("<p>Solid oak, oiled.</p>"),
	})
	if err != nil {
		return "", err
	}
	for translation, err := range d.organization.Articles.ListTranslations(ctx, demoArticle) {
		if err != nil {
			return "", err
		}
		if got, _ := translation.Name.Get(); translation.LanguageID == languageEnglish && got == name {
			return "read back: " + got, nil
		}
	}
	return "", errors.New("the English translation was not stored")
}

func (d *demo) createParameter(ctx context.Context) (string, error) {
	var definition xsale.ParameterDefinition
	definition.Set("Name", json.RawMessage(`"Colour"`)) // the vendor does not publish the members; any object will do here
	created, err := d.organization.Integrations.CreateParameter(ctx, d.integration, 12, definition)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("parameter %d", created.ID), nil
}

func (d *demo) callUnknownPath(ctx context.Context) (string, error) {
	_, err := d.organization.Call(ctx, http.MethodGet, "/contractors", nil)
	failure, ok := errors.AsType[*xsale.Error](err)
	if !ok || !errors.Is(err, xsale.ErrNotFound) {
		return "", fmt.Errorf("the sandbox does not have this path, but the call gave: %v", err)
	}
	return fmt.Sprintf("*xsale.Error, errors.Is(err, xsale.ErrNotFound): %v", failure), nil
}

// wiretap notes what goes over the wire, without headers and bodies.
type wiretap struct {
	next http.RoundTripper

	mu        sync.Mutex
	exchanges []string
}

func (w *wiretap) RoundTrip(request *http.Request) (*http.Response, error) {
	line := request.Method + " " + request.URL.RequestURI()
	response, err := w.next.RoundTrip(request)
	if err != nil {
		line += "  no answer"
	} else {
		line += "  " + response.Status
		if request.Header.Get("Authorization") != "" && request.Header.Get("X-Id-Token") != "" {
			line += "  (both tokens sent)"
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exchanges = append(w.exchanges, line)
	return response, err
}

// take returns what was noted since the last time.
func (w *wiretap) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	exchanges := w.exchanges
	w.exchanges = nil
	return exchanges
}
