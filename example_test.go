package xsale_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// sandboxClient stands in the examples for the client of an account.
func sandboxClient() (*xsaletest.Sandbox, *xsale.Client) {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	return sandbox, client
}

func Example() {
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	newOrders := xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}
	for order, err := range client.Organization("").Orders.List(ctx, newOrders) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(order.ID, len(order.Items))
	}
}

func ExampleClient_Me() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()

	me, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, organization := range me.Organizations {
		fmt.Println(organization.ShortName, organization.Name)
	}
	// Output: Futuriti Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55
}

func ExampleOrdersService_Create() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("")

	created, err := shop.Orders.Create(ctx, xsale.CreateOrder{
		IntegrationID: 1,
		PaymentFormID: 1,
		PurchaseDate:  wire.NewDate(2024, time.October, 25),
		BuyerID:       7,
		RecipientID:   7,
		PayerID:       7,
		Items: []xsale.CreateOrderItem{{
			OfferID:    501,
			VariantID:  1,
			Quantity:   wire.MustDecimal("2"),
			PriceGross: wire.MustDecimal("149.90"),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID > 0)
	// Output: true
}

func ExampleError() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("")

	_, err := call.Collect(shop.Articles.ListTranslations(ctx, 4711))
	if failure, ok := errors.AsType[*xsale.Error](err); ok {
		fmt.Println(failure.StatusCode, failure.Method, failure.Route)
	}
	if login, ok := errors.AsType[*authn.Error](err); ok {
		fmt.Println("not logged in:", login.Reason)
	}
	fmt.Println(errors.Is(err, xsale.ErrNotFound))
	// Output:
	// 404 GET /{organizationName}/articles/{id}/translations
	// true
}

func ExampleClient_Call() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("")

	response, err := shop.Call(ctx, http.MethodGet, "/statuses", nil)
	if err != nil {
		log.Fatal(err)
	}
	var statuses []struct{ Name string }
	if err := response.Decode(&statuses); err != nil {
		log.Fatal(err)
	}
	fmt.Println(statuses[0].Name)
	// Output: Nowe
}

// The request that a call would send, with [redacted] in the place of the tokens.
func ExampleDryRun() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("shop")
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
	}

	var request *http.Request
	_, err := shop.Orders.Create(ctx, order, call.DryRun(&request))
	fmt.Println(errors.Is(err, xsale.ErrDryRun), request.Method, request.URL.Path, request.Header.Get("Authorization"))
	// Output: true POST /shop/orders Bearer [redacted]
}

func ExampleWithHooks() {
	hooks := call.Hooks{CallDone: func(_ context.Context, event call.Event) {
		fmt.Println(event.Operation, event.Status, event.Attempt, event.Class)
	}}
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithHooks(hooks))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

func ExampleQuery() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("")

	orders := shop.Orders.List(ctx, xsale.ListOrdersParams{}, call.Query("a-filter", "of the Swagger"))
	_, err := call.Collect(orders)
	fmt.Println(err)
}

// Map fetches something for each element of a list, eight at a time here. The paths are in the
// vendor's Swagger.
func ExampleMap() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()
	ctx, shop := context.Background(), client.Organization("")

	orders := shop.Orders.List(ctx, xsale.ListOrdersParams{})
	details := call.Map(ctx, orders, 8, func(ctx context.Context, order xsale.Order) (*call.Response, error) {
		return shop.Call(ctx, http.MethodGet, fmt.Sprintf("/a-path-of-the-swagger/%d", order.ID), nil)
	})
	for detail, err := range details {
		if err != nil {
			log.Fatal(err) // the first error of all; the other calls are canceled
		}
		fmt.Println(len(detail.Body))
	}
}

// Members that the API description does not list are kept, with their exact JSON.
func ExampleOrder() {
	var order xsale.Order
	if err := json.Unmarshal([]byte(`{"Id": 5, "TotalGross": 149.90}`), &order); err != nil {
		log.Fatal(err)
	}
	total, _ := order.Get("TotalGross")
	fmt.Println(order.ID, string(total))
	// Output: 5 149.90
}

// Any client that oapi-codegen generated, such as one from the vendor's Swagger, can send through a
// Client.
func ExampleClient_Doer() {
	sandbox, client := sandboxClient()
	defer sandbox.Close()
	defer client.Close()

	generated, err := gen.NewClient(client.BaseURL(), gen.WithHTTPClient(client.Doer()))
	if err != nil {
		log.Fatal(err)
	}
	response, err := generated.GetMe(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode)
	response.Body.Close()
	// Output: 200
}

func ExampleWithTokenStore() {
	store, err := authn.NewCacheStore()
	if err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithTokenStore(store))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

func TestNewOrders(t *testing.T) {
	sandbox := xsaletest.New(t)
	client := sandbox.Client(t)

	orders, err := call.Collect(client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{}))
	if err != nil || len(orders) == 0 {
		t.Fatal(len(orders), err)
	}
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}
