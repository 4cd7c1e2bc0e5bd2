package gen_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

func TestRequests(t *testing.T) {
	const server = "https://api.xsale.ai/"
	for _, test := range []struct {
		build             func() (*http.Request, error)
		method, url, body string
	}{
		{func() (*http.Request, error) { return gen.NewGetMeRequest(server) }, "GET", "https://api.xsale.ai/me", ""},
		{func() (*http.Request, error) {
			return gen.NewListOrdersRequest(server, "acme", &gen.ListOrdersParams{})
		},
			"GET", "https://api.xsale.ai/acme/orders", ""},
		{func() (*http.Request, error) {
			return gen.NewListOrdersRequest(server, "acme", &gen.ListOrdersParams{StatusIDs: []int64{1, 2}, StatusNames: []string{"Nowe", "W toku & już"}})
		}, "GET", "https://api.xsale.ai/acme/orders?statusidin=1&statusidin=2&statusnamein=Nowe&statusnamein=W+toku+%26+ju%C5%BC", ""},
		{func() (*http.Request, error) { return gen.NewListStatusesRequest(server, "a/../b ?c") },
			"GET", "https://api.xsale.ai/a%2F..%2Fb%20%3Fc/statuses", ""},
		{func() (*http.Request, error) {
			return gen.NewCreateOrderRequest(server, "acme", gen.CreateOrder{PurchaseDate: wire.NewDate(2024, 10, 25),
				Items: []gen.CreateOrderItem{{Quantity: wire.MustDecimal("1.000"), PriceGross: wire.MustDecimal("10.50")}}})
		}, "POST", "https://api.xsale.ai/acme/orders",
			`{"BuyerId":0,"IntegrationId":0,"Items":[{"OfferId":0,"PriceGross":10.50,"Quantity":1.000,"VariantId":0}],"PayerId":0,"PaymentFormId":0,"PurchaseDate":"2024-10-25","RecipientId":0}`},
		{func() (*http.Request, error) {
			return gen.NewCreateIntegrationRequest(server, "acme", gen.CreateIntegration{Name: "a", IntegrationType: 28})
		}, "POST", "https://api.xsale.ai/acme/integrations", `{"IntegrationType":28,"Name":"a"}`},
		{func() (*http.Request, error) {
			return gen.NewCreateParameterRequest(server, "acme", 7, 9, gen.ParameterDefinition{})
		}, "POST", "https://api.xsale.ai/acme/integrations/7/categories/9/parameters", `{}`},
		{func() (*http.Request, error) { return gen.NewListTranslationsRequest(server, "acme", 16519) },
			"GET", "https://api.xsale.ai/acme/articles/16519/translations", ""},
		{func() (*http.Request, error) {
			return gen.NewSetTranslationRequest(server, "acme", 16519, gen.Translation{LanguageID: 2, Name: wire.Some("Turtle"), Description: wire.Null[string]()})
		}, "PUT", "https://api.xsale.ai/acme/articles/16519/translations", `{"Description":null,"LanguageId":2,"Name":"Turtle"}`},
	} {
		request, err := test.build()
		if err != nil {
			t.Errorf("%s %s: %v", test.method, test.url, err)
			continue
		}
		if request.Method != test.method || request.URL.String() != test.url {
			t.Errorf("got %s %s, want %s %s", request.Method, request.URL, test.method, test.url)
		}
		body, contentType := "", ""
		if request.Body != nil {
			data, err := io.ReadAll(request.Body)
			if err != nil {
				t.Fatal(err)
			}
			body, contentType = string(data), "application/json"
		}
		if body != test.body || request.Header.Get("Content-Type") != contentType {
			t.Errorf("%s %s: got the body %s with content type %q, want %s", test.method, test.url, body, request.Header.Get("Content-Type"), test.body)
		}
	}
}
