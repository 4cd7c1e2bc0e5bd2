package gen_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

func TestRequests(t *testing.T) {
	client, err := gen.NewWithDoer("https://api.xsale.ai/", http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		send              func(context.Context, call.Option) error
		method, url, body string
	}{
		{func(ctx context.Context, option call.Option) error { _, err := client.GetMe(ctx, option); return err }, "GET", "https://api.xsale.ai/me", ""},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.ListOrders(ctx, "acme", nil, option)
			return err
		}, "GET", "https://api.xsale.ai/acme/orders", ""},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.ListOrders(ctx, "acme", &gen.ListOrdersParams{StatusIDs: []int64{1, 2}, StatusNames: []string{"Nowe", "W toku & już"}}, option)
			return err
		}, "GET", "https://api.xsale.ai/acme/orders?statusidin=1&statusidin=2&statusnamein=Nowe&statusnamein=W+toku+%26+ju%C5%BC", ""},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.ListStatuses(ctx, "a/b ?c", option)
			return err
		}, "GET", "https://api.xsale.ai/a%2Fb%20%3Fc/statuses", ""},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.CreateOrder(ctx, "acme", gen.CreateOrder{PurchaseDate: wire.NewDate(2024, 10, 25),
				Items: []gen.CreateOrderItem{{Quantity: wire.MustDecimal("1.000"), PriceGross: wire.MustDecimal("10.50")}}}, option)
			return err
		}, "POST", "https://api.xsale.ai/acme/orders",
			`{"BuyerId":0,"IntegrationId":0,"Items":[{"OfferId":0,"PriceGross":10.50,"Quantity":1.000,"VariantId":0}],"PayerId":0,"PaymentFormId":0,"PurchaseDate":"2024-10-25","RecipientId":0}`},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.CreateIntegration(ctx, "acme", gen.CreateIntegration{Name: "a", IntegrationType: 28}, option)
			return err
		}, "POST", "https://api.xsale.ai/acme/integrations", `{"IntegrationType":28,"Name":"a"}`},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.CreateParameter(ctx, "acme", 7, 9, gen.ParameterDefinition{}, option)
			return err
		}, "POST", "https://api.xsale.ai/acme/integrations/7/categories/9/parameters", `{}`},
		{func(ctx context.Context, option call.Option) error {
			_, err := client.ListTranslations(ctx, "acme", 16519, option)
			return err
		}, "GET", "https://api.xsale.ai/acme/articles/16519/translations", ""},
		{func(ctx context.Context, option call.Option) error {
			return client.SetTranslation(ctx, "acme", 16519, gen.Translation{LanguageID: 2, Name: wire.Some("Turtle"), Description: wire.Null[string]()}, option)
		}, "PUT", "https://api.xsale.ai/acme/articles/16519/translations", `{"Description":null,"LanguageId":2,"Name":"Turtle"}`},
	} {
		var request *http.Request
		if err := test.send(t.Context(), call.DryRun(&request)); !errors.Is(err, call.ErrDryRun) || request == nil {
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
