package xsale_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// newSandboxClient returns the client that the examples call the sandbox with.
func newSandboxClient(options ...xsale.Option) (client *xsale.Client, closeBoth func()) {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	client, err = xsale.New(append(sandbox.Options(), options...)...)
	if err != nil {
		log.Fatal(err)
	}
	return client, func() {
		client.Close()
		sandbox.Close()
	}
}

func Example() {
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	newOrders := xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}
	for order, err := range client.Orders.List(context.Background(), newOrders) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(order.ID, len(order.Items))
	}
}

func ExampleNew() {
	client, err := xsale.New(
		xsale.WithCredentialsFunc(authn.File("/run/secrets/xsale.json")),
		xsale.WithOrganization("shop"),
		xsale.WithUserAgent("erp-sync/1.0"),
		xsale.WithTimeout(2*time.Minute),
		xsale.WithAttemptTimeout(20*time.Second),
		xsale.WithRetries(5),
		xsale.WithRateLimit(10, 5),
		xsale.WithMaxResponseBytes(16<<20),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(client.BaseURL(), client.Organization("").Name())
	// Output: https://api.xsale.ai shop
}

// Two Clients with the logins of two users of one account keep its limit together: 95 requests a
// minute. For several programs, use package filelimit or redislimit.
func ExampleWithLimiter() {
	account := &call.MemoryLimiter{}
	for _, file := range []string{"/run/secrets/import.json", "/run/secrets/export.json"} {
		client, err := xsale.New(
			xsale.WithCredentialsFunc(authn.File(file)),
			xsale.WithRateLimit(95.0/60, 1),
			xsale.WithLimiter(account),
		)
		if err != nil {
			log.Fatal(err)
		}
		defer client.Close()
	}
}

// A test of a 429 need not wait for the rate to come back.
func ExampleWithRateLearning() {
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRateLearning(false))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// An invalid option is an error that names it.
func ExampleNew_invalid() {
	_, err := xsale.New(xsale.FromEnvironment(), xsale.WithRetries(99))
	fmt.Println(err)
	// Output: xsale: WithRetries: 99: want 0 to 10
}

func ExampleWithOptionsFunc() {
	settings := xsale.WithOptionsFunc(func() ([]xsale.Option, error) {
		organization, err := os.ReadFile("/etc/shop/organization")
		if err != nil {
			return nil, err
		}
		return []xsale.Option{xsale.FromEnvironment(), xsale.WithOrganization(strings.TrimSpace(string(organization)))}, nil
	})
	client, err := xsale.New(settings)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

func ExampleWithCredentials() {
	client, err := xsale.New(xsale.WithCredentials(authn.Credentials{
		ClientID:     "client",
		ClientSecret: authn.NewSecret(os.Getenv("MY_CLIENT_SECRET")),
		Username:     "api@example.com",
		Password:     authn.NewSecret(os.Getenv("MY_PASSWORD")),
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// A program can use URLs other than the vendor's, such as those of a test environment.
func ExampleWithBaseURL() {
	client, err := xsale.New(
		xsale.WithCredentialsFunc(authn.FromEnvironment),
		xsale.WithBaseURL("https://xsale.example.com"),
		xsale.WithTokenURL("https://login.example.com/oauth/token"),
		xsale.WithAudience("https://xsale.example.com"),
		xsale.WithScope("openid xsale"),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(client.BaseURL())
	// Output: https://xsale.example.com
}

// Programs on one machine share a login through a store.
func ExampleWithTokenStore() {
	store, err := authn.NewCacheStore()
	if err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithTokenStore(store), xsale.WithOnDemandLogin())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// Clients of one account share a token source, and so a login.
func ExampleWithTokenSource() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	second, err := xsale.New(
		xsale.WithBaseURL(client.BaseURL()),
		xsale.WithTokenSource(client.TokenSource()),
		xsale.WithHTTPClient(&http.Client{Transport: http.DefaultTransport}),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer second.Close()
	for _, c := range []*xsale.Client{client, second} {
		if _, err := c.Me(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(client.TokenSource().Logins(), "login")
	// Output: 1 login
}

// Calls are logged at debug level, and logins by an observer of their own.
func ExampleWithLogger() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // leave out what differs each time
			switch a.Key {
			case "msg", "operation", "status":
				return a
			}
			return slog.Attr{}
		},
	}))
	client, closeBoth := newSandboxClient(xsale.WithLogger(logger), xsale.WithTokenObserver(authn.LogTo(slog.Default())))
	defer closeBoth()

	if _, err := client.Me(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// msg="xsale request" operation=getMe status=200
	// msg="xsale call" operation=getMe status=200
}

func ExampleWithHooks() {
	hooks := call.Hooks{CallDone: func(_ context.Context, event call.Event) {
		fmt.Println(event.Operation, event.Status, event.Attempt, event.Class)
	}}
	client, closeBoth := newSandboxClient(xsale.WithHooks(hooks))
	defer closeBoth()

	_, err := client.Call(context.Background(), http.MethodGet, "/nothing/here", nil)
	fmt.Println(errors.Is(err, xsale.ErrNotFound))
	if _, err := client.Me(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	//  404 1 status
	// true
	// getMe 200 1
}

// A server may report a failure with a 2xx status. Common forms are known; others are named.
func ExampleWithFailureWhen() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	if err := sandbox.Fail("setTranslation", xsaletest.Status(200, `{"Outcome":"REJECTED","Message":"no such language"}`)); err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(append(sandbox.Options(), xsale.WithFailureWhen("Outcome", "REJECTED", "ERROR"))...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	err = client.Articles.SetTranslation(context.Background(), 5, xsale.Translation{LanguageID: 9})
	fmt.Println(errors.Is(err, xsale.ErrReportedFailure))
	fmt.Println(err)
	// Output:
	// true
	// PUT /{organizationName}/articles/{id}/translations: 200 OK: no such language; the response reports a failure (Outcome)
}

// A test with many random faults needs more retries than a server that works.
func ExampleWithRetryBudget() {
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRetries(5), xsale.WithRetryBudget(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// An import retries later only after failures that may pass.
func ExampleTemporary() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	if err := sandbox.Fail("listStatuses", xsaletest.Status(503)); err != nil {
		log.Fatal(err)
	}
	client, err := xsale.New(append(sandbox.Options(), xsale.WithRetries(0))...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	for range 2 {
		_, err := call.Collect(client.Statuses.List(context.Background()))
		fmt.Println(err == nil, xsale.Temporary(err))
	}
	// Output:
	// false true
	// true false
}

func ExampleClient_Me() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	me, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, organization := range me.Organizations {
		fmt.Println(organization.ShortName, organization.Name)
	}
	// Output: Futuriti Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55
}

// The services of a Client work in the default organization, those of an Organization in another.
func ExampleClient_Organization() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	ctx := context.Background()

	_, err := call.Collect(client.Statuses.List(ctx))
	fmt.Println(err)
	_, err = call.Collect(client.Organization("another").Statuses.List(ctx))
	fmt.Println(errors.Is(err, xsale.ErrNotFound))
	// Output:
	// <nil>
	// true
}

// Call reaches any path of the API.
func ExampleClient_Call() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	response, err := client.Call(context.Background(), http.MethodGet, "/me", nil)
	if err != nil {
		log.Fatal(err)
	}
	var user struct{ Email string }
	if err := response.Decode(&user); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, user.Email)
	// Output: 200 loremipsum@futuriti.pl
}

// Open is for files and other bodies that are long.
func ExampleClient_Open() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	response, err := client.Open(context.Background(), http.MethodGet, "/me", nil, call.Unbounded())
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	length, err := io.Copy(io.Discard, response.Body)
	fmt.Println(response.Header.Get("Content-Type"), length > 0, err)
	// Output: application/json true <nil>
}

func ExampleOrganization_Call() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	ctx, shop := context.Background(), client.Organization("")

	response, err := shop.Call(ctx, http.MethodGet, "/statuses", nil)
	if err != nil {
		log.Fatal(err)
	}
	var statuses []xsale.Status
	if err := response.Decode(&statuses); err != nil {
		log.Fatal(err)
	}
	fmt.Println(statuses[0].Name)
	// Output: Nowe
}

// Any client can send through the Doer of a Client. It then has its tokens, retries and errors.
func ExampleClient_Doer() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	request, err := http.NewRequest(http.MethodGet, client.BaseURL()+"/me", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := client.Doer().Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode)
	// Output: 200
}

func ExampleOrdersService_List() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	count := 0
	newOrders := xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}
	for order, err := range client.Orders.List(context.Background(), newOrders) {
		if err != nil {
			log.Fatal(err) // the orders before it are good
		}
		if len(order.Items) > 0 {
			count++
		}
	}
	fmt.Println(count > 0)
	// Output: true
}

func ExampleOrdersService_Create() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	created, err := client.Orders.Create(context.Background(), xsale.CreateOrder{
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
	if errors.Is(err, xsale.ErrMaybeProcessed) {
		log.Fatal("look for the order before you create it again: ", err)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID > 0)
	// Output: true
}

func ExampleStatusesService_List() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	for status, err := range client.Statuses.List(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(status.ID, status.Name)
		break
	}
	// Output: 1 Nowe
}

func ExampleIntegrationsService_Create() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	ctx := context.Background()

	created, err := client.Integrations.Create(ctx, xsale.CreateIntegration{
		Name:            "domenasklepu.pl",
		IntegrationType: xsale.IntegrationTypeOwnShop,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID)
	// Output: 2
}

// The fields of a definition are in the vendor's Swagger only.
func ExampleIntegrationsService_CreateParameter() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	var definition xsale.ParameterDefinition
	if err := definition.Set("Name", []byte(`"Color"`)); err != nil {
		log.Fatal(err)
	}
	created, err := client.Integrations.CreateParameter(context.Background(), 1, 12, definition)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID)
	// Output: 1
}

// A translation that was read is written back whole, so change it instead of writing a new one.
func ExampleArticlesService_SetTranslation() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	ctx := context.Background()

	translations, err := call.Collect(client.Articles.ListTranslations(ctx, 16519))
	if err != nil {
		log.Fatal(err)
	}
	translation := translations[0]
	translation.Name = wire.Some("Oak desk")
	if err := client.Articles.SetTranslation(ctx, 16519, translation); err != nil {
		log.Fatal(err)
	}
	fmt.Println(translation.LanguageID)
	// Output: 9
}

func ExampleError() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	_, err := call.Collect(client.Articles.ListTranslations(context.Background(), 4711))
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

// Fields that the spec does not list are kept, with their exact JSON.
func ExampleOrder() {
	var order xsale.Order
	if err := json.Unmarshal([]byte(`{"Id": 5, "TotalGross": 149.90}`), &order); err != nil {
		log.Fatal(err)
	}
	total, ok := order.Get("TotalGross")
	fmt.Println(order.ID, string(total), ok)
	// Output: 5 149.90 true
}

func TestNewOrders(t *testing.T) {
	sandbox := xsaletest.New(t)
	client := sandbox.Client(t)
	sandbox.Fail("listOrders", xsaletest.RetryAfter(0))

	orders, err := call.Collect(client.Orders.List(t.Context(), xsale.ListOrdersParams{}))
	if err != nil || len(orders) == 0 {
		t.Fatal(len(orders), err)
	}
	if sandbox.Logins() != 1 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}
