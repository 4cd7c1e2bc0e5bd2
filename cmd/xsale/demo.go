package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// Data of the sandbox, and a language id seen in use.
const (
	demoArticle     = 16519
	languageEnglish = 2
	statusNew       = "Nowe"
)

// demoRetryAfter is how long the demo's 429 asks to wait: long enough to see.
const demoRetryAfter = time.Second

func newDemoCommand(a *app) *cobra.Command {
	return uses(&cobra.Command{
		Use:   "demo",
		Short: "Show an integrator's day, good and bad, against a sandbox",
		Long: `Show an integrator's day, good and bad, against a sandbox in this process: a login, orders and
translations, then revoked tokens, a lost response and a 429. The demo needs no account and no network.
It fails if a step does not have the result that it shows.`,
		Example: "  xsale demo",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) (err error) {
			sandbox, err := xsaletest.Start(xsaletest.WithTLS())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, sandbox.Close()) }()
			client, err := xsale.New(append(sandbox.Options(), xsale.WithLogger(a.logger(command)))...)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, client.Close()) }()
			out := command.OutOrStdout()
			demo := &demo{client: client, sandbox: sandbox, out: out, color: output.Colorful(out)}
			return demo.run(command.Context())
		},
	})
}

// demo is one run. Its steps build on each other.
type demo struct {
	client  *xsale.Client
	sandbox *xsaletest.Sandbox
	out     io.Writer
	color   bool

	organization *xsale.Organization
	integration  int64
	order        int64
}

// ANSI escape sequences.
const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
)

func (d *demo) paint(style, s string) string {
	if !d.color {
		return s
	}
	return style + s + "\x1b[0m"
}

type demoStep struct {
	title string
	do    func(context.Context) (string, error)
}

func (d *demo) run(ctx context.Context) error {
	fmt.Fprintln(d.out, d.paint(dim, "A sandbox of xSale runs in this process. No account needed; nothing leaves the machine."))
	number := 0
	for _, part := range []struct {
		title, style string
		steps        []demoStep
	}{
		{"A good day", green, []demoStep{
			{"log in", d.logIn},
			{"create an integration", d.createIntegration},
			{"create an order", d.createOrder},
			{"list orders by status", d.listOrders},
			{"translate an article", d.translate},
		}},
		{"A bad day", yellow, []demoStep{
			{"tokens revoked", d.surviveRevokedTokens},
			{"response of a create lost", d.surviveLostResponse},
			{"429 Too Many Requests", d.surviveRateLimit},
		}},
	} {
		fmt.Fprintf(d.out, "\n%s\n", d.paint(bold, part.title))
		for _, step := range part.steps {
			number++
			result, err := step.do(ctx)
			if err != nil {
				return fmt.Errorf("step %d, %s: %w", number, step.title, err)
			}
			fmt.Fprintf(d.out, "%3d  %s  %s\n", number, d.paint(part.style, fmt.Sprintf("%-26s", step.title)), result)
		}
	}
	_, err := fmt.Fprintf(d.out, `
%d steps, %d API requests, %d logins.

%s, with xsale installed
  xsale sandbox          run the sandbox for your own program, in any language
  xsale generate --init  start a typed client in your own repository
`, number, d.sandbox.Calls(), d.sandbox.Logins(), d.paint(bold, "Next"))
	return err
}

func (d *demo) logIn(ctx context.Context) (string, error) {
	me, err := d.client.Me(ctx)
	if err != nil {
		return "", err
	}
	if len(me.Organizations) == 0 {
		return "", errors.New("the user has no organization")
	}
	d.organization = d.client.Organization(me.Organizations[0].Name)
	return fmt.Sprintf("once, as %s of %s", me.Name, me.Organizations[0].ShortName), d.checkLogins(1)
}

func (d *demo) checkLogins(want int) error {
	if got := d.sandbox.Logins(); got != want {
		return fmt.Errorf("%d logins so far, want %d", got, want)
	}
	return nil
}

func (d *demo) createIntegration(ctx context.Context) (string, error) {
	created, err := d.organization.Integrations.Create(ctx, xsale.CreateIntegration{
		Name:            "domenasklepu.pl",
		IsActive:        new(true),
		IntegrationType: xsale.IntegrationTypeOwnShop,
	})
	if err != nil {
		return "", err
	}
	if created.ID == 0 {
		return "", errors.New("the new integration has no id")
	}
	d.integration = created.ID
	return fmt.Sprintf("integration %d for the shop domenasklepu.pl", created.ID), nil
}

func (d *demo) newOrder() xsale.CreateOrder {
	return xsale.CreateOrder{
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
	}
}

func (d *demo) createOrder(ctx context.Context) (string, error) {
	created, err := d.organization.Orders.Create(ctx, d.newOrder())
	if err != nil {
		return "", err
	}
	if created.ID == 0 {
		return "", errors.New("the new order has no id")
	}
	d.order = created.ID
	return fmt.Sprintf("order %d: 2 × 149.90 and 0.750 × 19.99", created.ID), nil
}

// newOrders returns the orders in the status of new orders, by id.
func (d *demo) newOrders(ctx context.Context) (map[int64]xsale.Order, error) {
	orders := map[int64]xsale.Order{}
	for order, err := range d.organization.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{statusNew}}) {
		if err != nil {
			return nil, err
		}
		orders[order.ID] = order
	}
	return orders, nil
}

func (d *demo) listOrders(ctx context.Context) (string, error) {
	orders, err := d.newOrders(ctx)
	if err != nil {
		return "", err
	}
	order, ok := orders[d.order]
	if !ok {
		return "", fmt.Errorf("order %d is not among the %d listed", d.order, len(orders))
	}
	if len(order.Items) != 2 {
		return "", fmt.Errorf("order %d has %d lines, want 2", d.order, len(order.Items))
	}
	// The spec does not list these fields of a line, but the client keeps fields it does not know.
	price, _ := order.Items[0].Get("PriceGross")
	quantity, _ := order.Items[1].Get("Quantity")
	if string(price) != "149.90" || string(quantity) != "0.750" {
		return "", fmt.Errorf("got price %s and quantity %s, want 149.90 and 0.750", price, quantity)
	}
	return fmt.Sprintf("%d in %s, ours among them, still %s and %s", len(orders), statusNew, price, quantity), nil
}

func (d *demo) translate(ctx context.Context) (string, error) {
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
			return fmt.Sprintf("article %d in English: %s", demoArticle, name), nil
		}
	}
	return "", errors.New("the English translation was not stored")
}

func (d *demo) surviveRevokedTokens(ctx context.Context) (string, error) {
	d.sandbox.RevokeTokens()
	if _, err := d.newOrders(ctx); err != nil {
		return "", err
	}
	return "one new login; the call succeeded", d.checkLogins(2)
}

// surviveLostResponse creates an order whose response is lost. The client must not send it again;
// it is up to the program to look whether the order exists.
func (d *demo) surviveLostResponse(ctx context.Context) (string, error) {
	before, err := d.newOrders(ctx)
	if err != nil {
		return "", err
	}
	if err := d.sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed()); err != nil {
		return "", err
	}
	if _, err := d.organization.Orders.Create(ctx, d.newOrder()); !errors.Is(err, xsale.ErrMaybeProcessed) {
		return "", fmt.Errorf("got %v, want xsale.ErrMaybeProcessed", err)
	}
	after, err := d.newOrders(ctx)
	if err != nil {
		return "", err
	}
	maps.DeleteFunc(after, func(id int64, _ xsale.Order) bool { _, old := before[id]; return old })
	if len(after) != 1 {
		return "", fmt.Errorf("%d orders were created, want 1", len(after))
	}
	return fmt.Sprintf("ErrMaybeProcessed; not sent again; a look finds one order, %d", slices.Collect(maps.Keys(after))[0]), nil
}

func (d *demo) surviveRateLimit(ctx context.Context) (string, error) {
	if err := d.sandbox.Fail("listStatuses", xsaletest.RetryAfter(demoRetryAfter)); err != nil {
		return "", err
	}
	start := time.Now()
	statuses := 0
	for _, err := range d.organization.Statuses.List(ctx) {
		if err != nil {
			return "", err
		}
		statuses++
	}
	waited := time.Since(start)
	requests := d.sandbox.Requests("listStatuses")
	if len(requests) != 2 || requests[0].Status != http.StatusTooManyRequests {
		return "", fmt.Errorf("%d requests, want a 429 and its retry", len(requests))
	}
	if waited < demoRetryAfter {
		return "", fmt.Errorf("waited %v, want %v", waited, demoRetryAfter)
	}
	return fmt.Sprintf("waited %v as asked, then got the %d statuses", demoRetryAfter, statuses), nil
}
