// Package twoclients_test runs one suite of cases through the services of a Client and through the
// generated client that users write into their own repositories.
package twoclients_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/wire"
)

// A client that a user generates from the shipped spec is package gen but for its name.
func TestGenIsWhatUsersGenerate(t *testing.T) {
	overlays := []pipeline.Overlay{{Name: "go.overlay.yaml", Data: openapi.GoOverlay()}}
	result, err := pipeline.Run(openapi.Spec(), pipeline.Options{Overlays: overlays})
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(result.Document, codegen.Options{Package: "xsaleapi", Split: true, From: "openapi/openapi.yaml"}, result.Report)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 {
		t.Fatalf("%d files", len(files))
	}
	for _, file := range files {
		shipped, err := os.ReadFile(filepath.Join("../../../gen", file.Name))
		if err != nil {
			t.Fatal(err)
		}
		got := bytes.ReplaceAll(file.Content, []byte("ackage xsaleapi"), []byte("ackage gen"))
		if !bytes.Equal(got, shipped) {
			t.Errorf("%s differs: run go generate", file.Name)
		}
	}
}

var order = xsale.CreateOrder{
	IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
	Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
}

// operations are the operations of both clients: each returns its result.
var operations = map[string]struct {
	service   func(context.Context, *xsale.Client) (any, error)
	generated func(context.Context, *gen.Client) (any, error)
}{
	"getMe": {
		func(ctx context.Context, c *xsale.Client) (any, error) { return c.Me(ctx) },
		func(ctx context.Context, c *gen.Client) (any, error) { return c.GetMe(ctx) },
	},
	"listOrders": {
		func(ctx context.Context, c *xsale.Client) (any, error) {
			return call.Collect(c.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}))
		},
		func(ctx context.Context, c *gen.Client) (any, error) {
			return call.Collect(c.ListOrdersSeq(ctx, "acme", &gen.ListOrdersParams{StatusNames: []string{"Nowe"}}))
		},
	},
	"createOrder": {
		func(ctx context.Context, c *xsale.Client) (any, error) { return c.Orders.Create(ctx, order) },
		func(ctx context.Context, c *gen.Client) (any, error) { return c.CreateOrder(ctx, "acme", order) },
	},
	"listStatuses": {
		func(ctx context.Context, c *xsale.Client) (any, error) { return call.Collect(c.Statuses.List(ctx)) },
		func(ctx context.Context, c *gen.Client) (any, error) {
			return call.Collect(c.ListStatusesSeq(ctx, "acme"))
		},
	},
	"createIntegration": {
		func(ctx context.Context, c *xsale.Client) (any, error) {
			return c.Integrations.Create(ctx, xsale.CreateIntegration{Name: "shop", IntegrationType: xsale.IntegrationTypeOwnShop})
		},
		func(ctx context.Context, c *gen.Client) (any, error) {
			return c.CreateIntegration(ctx, "acme", gen.CreateIntegration{Name: "shop", IntegrationType: 28})
		},
	},
	"createParameter": {
		func(ctx context.Context, c *xsale.Client) (any, error) {
			return c.Integrations.CreateParameter(ctx, 3, 4, xsale.ParameterDefinition{})
		},
		func(ctx context.Context, c *gen.Client) (any, error) {
			return c.CreateParameter(ctx, "acme", 3, 4, gen.ParameterDefinition{})
		},
	},
	"listTranslations": {
		func(ctx context.Context, c *xsale.Client) (any, error) {
			return call.Collect(c.Articles.ListTranslations(ctx, 5))
		},
		func(ctx context.Context, c *gen.Client) (any, error) {
			return call.Collect(c.ListTranslationsSeq(ctx, "acme", 5))
		},
	},
	"setTranslation": {
		func(ctx context.Context, c *xsale.Client) (any, error) {
			return nil, c.Articles.SetTranslation(ctx, 5, xsale.Translation{LanguageID: 2, Name: wire.Some("desk")})
		},
		func(ctx context.Context, c *gen.Client) (any, error) {
			return nil, c.SetTranslation(ctx, "acme", 5, gen.Translation{LanguageID: 2, Name: wire.Some("desk")})
		},
	},
}

// responses are sent to each operation.
var responses = []struct {
	status int
	body   string
	header []string
}{
	{200, `{"Id":9,"Extra":1.50}`, nil},
	{201, `{"Id":9}`, nil},
	{200, `[{"Id":1,"LanguageId":2},{"Id":2,"LanguageId":3}]`, nil},
	{200, `[{"Id":1,"LanguageId":2},`, nil},
	{200, "", nil},
	{201, "", nil},
	{204, "", nil},
	{200, "null", nil},
	{200, "{}", nil},
	{200, "<html>log in</html>", []string{"Content-Type", "text/html"}},
	{302, "", []string{"Location", "/login"}},
	{400, `{"title":"Bad","errors":{"BuyerId":["is unknown"]}}`, nil},
	{401, "", nil},
	{403, "", nil},
	{404, `{"message":"no"}`, nil},
	{409, "", nil},
	{422, "", nil},
	{429, "", []string{"Retry-After", "3600"}},
	{500, "canary", nil},
	{503, "", nil},
}

// Both clients send the same request and make the same of each response.
func TestBothClientsAgree(t *testing.T) {
	for name, operation := range operations {
		for _, response := range responses {
			t.Run(fmt.Sprintf("%s/%d %s", name, response.status, response.body), func(t *testing.T) {
				serve := func(request *http.Request) (*http.Response, error) {
					return stub.Response(response.status, response.body, response.header...), nil
				}
				client, sentByService := newClient(t, serve)
				first, firstErr := operation.service(t.Context(), client)
				client, sentByGenerated := newClient(t, serve)
				generated, err := gen.New(client)
				if err != nil {
					t.Fatal(err)
				}
				second, secondErr := operation.generated(t.Context(), generated)
				if !reflect.DeepEqual(first, second) || !sameError(firstErr, secondErr) {
					t.Errorf("the service returns %v, %v\nthe generated client %v, %v", first, firstErr, second, secondErr)
				}
				if len(*sentByService) == 0 || !slices.Equal(*sentByService, *sentByGenerated) {
					t.Errorf("the service sent %q\nthe generated client %q", *sentByService, *sentByGenerated)
				}
				if create := strings.HasPrefix(name, "create"); create && response.body == "" && response.status/100 == 2 && firstErr != nil {
					t.Errorf("a create without a response body fails: %v", firstErr)
				}
			})
		}
	}
}

// newClient returns a client whose API responds with serve, and the requests that it sends.
func newClient(t *testing.T, serve func(*http.Request) (*http.Response, error)) (*xsale.Client, *[]string) {
	t.Helper()
	sent := &[]string{}
	source, _ := stub.Source(t)
	transport := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
		*sent = append(*sent, request.Method+" "+request.URL.String()+" "+request.Header.Get("Accept")+" "+bodyOf(t, request))
		return serve(request)
	})
	client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithOrganization("acme"), xsale.WithRetries(0), xsale.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return client, sent
}

func bodyOf(t *testing.T, request *http.Request) string {
	t.Helper()
	if request.Body == nil {
		return ""
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(request.Body); err != nil {
		t.Error(err)
	}
	return body.String()
}

func sameError(a, b error) bool {
	first, ok := errors.AsType[*call.Error](a)
	second, okToo := errors.AsType[*call.Error](b)
	if !ok || !okToo {
		return a == nil && b == nil
	}
	return first.Error() == second.Error() && first.MaybeProcessed == second.MaybeProcessed && bytes.Equal(first.Body, second.Body)
}
