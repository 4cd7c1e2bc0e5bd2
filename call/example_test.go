package call_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
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

// ordersAre replaces the response to a list of orders.
func ordersAre(body string) xsale.Option {
	transport := stub.RoundTripFunc(func(request *http.Request) (*http.Response, error) {
		if strings.HasSuffix(request.URL.Path, "/orders") {
			return stub.Response(http.StatusOK, body), nil
		}
		return http.DefaultTransport.RoundTrip(request)
	})
	return xsale.WithHTTPClient(&http.Client{Transport: transport})
}

// newOrder is a complete order.
func newOrder() xsale.CreateOrder {
	return xsale.CreateOrder{
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
	}
}

func ExampleCollect() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	statuses, err := call.Collect(client.Statuses.List(context.Background()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(statuses[0].Name)
	// Output: Nowe
}

// One order that does not fit does not hide the others.
func ExampleElementError() {
	client, closeBoth := newSandboxClient(ordersAre(`[{"Id":1},{"Id":2,"Items":{}},{"Id":3}]`))
	defer closeBoth()

	for order, err := range client.Orders.List(context.Background(), xsale.ListOrdersParams{}) {
		if bad, ok := errors.AsType[*call.ElementError](err); ok {
			fmt.Println(bad.Index, bad.Pointer, string(bad.JSON))
			continue
		}
		if err != nil {
			log.Fatal(err) // the list has ended
		}
		fmt.Println(order.ID)
	}
	// Output:
	// 1
	// 1 /1/Items {"Id":2,"Items":{}}
	// 3
}

// The fields next to a list are complete after its end.
func ExampleEnvelope() {
	var envelope wire.UnknownFields
	client, closeBoth := newSandboxClient(ordersAre(`{"TotalCount":300,"Items":[{"Id":1}],"NextPage":2}`))
	defer closeBoth()

	orders, err := call.Collect(client.Orders.List(context.Background(), xsale.ListOrdersParams{}, call.Envelope(&envelope)))
	if err != nil {
		log.Fatal(err)
	}
	total, _, err := envelope.GetInt("TotalCount")
	fmt.Println(len(orders), total, err)
	// Output: 1 300 <nil>
}

// Map calls a function for each element of a list, here eight at a time, and keeps the order.
func ExampleMap() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	ctx := context.Background()

	articles := func(yield func(int64, error) bool) { _ = yield(16519, nil) && yield(4711, nil) }
	names := call.Map(ctx, articles, 8, func(ctx context.Context, article int64) (string, error) {
		translations, err := call.Collect(client.Articles.ListTranslations(ctx, article, call.Timeout(time.Minute)))
		if errors.Is(err, xsale.ErrNotFound) {
			return "no such article", nil
		}
		return fmt.Sprint(len(translations), " translation"), err
	})
	for name, err := range names {
		if err != nil {
			log.Fatal(err) // the first error of all; the other calls are canceled
		}
		fmt.Println(name)
	}
	// Output:
	// 1 translation
	// no such article
}

func ExampleQuery() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	var request *http.Request
	orders := client.Orders.List(context.Background(), xsale.ListOrdersParams{},
		call.Query("a-filter", "of the Swagger"), call.Header("X-Trace", "42"), call.DryRun(&request))
	_, err := call.Collect(orders)
	if request != nil {
		fmt.Println(request.URL.RawQuery, request.Header.Get("X-Trace"))
	}
	fmt.Println(errors.Is(err, xsale.ErrDryRun))
	// Output:
	// a-filter=of+the+Swagger 42
	// true
}

// Headers of tokens and of the connection are rejected.
func ExampleHeader_reserved() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	_, err := client.Me(context.Background(), call.Header("Authorization", "Bearer mine"))
	fmt.Println(errors.Is(err, xsale.ErrInvalid))
	// Output: true
}

// A dry run shows the request that a call would send, with [redacted] for the tokens.
func ExampleDryRun() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	shop := client.Organization("shop")

	var request *http.Request
	_, err := shop.Orders.Create(context.Background(), newOrder(), call.DryRun(&request))
	if request != nil {
		fmt.Println(request.Method, request.URL.Path, request.Header.Get("Authorization"))
	}
	fmt.Println(errors.Is(err, xsale.ErrDryRun))
	// Output:
	// POST /shop/orders Bearer [redacted]
	// true
}

// The error of a dry run also reports invalid arguments. There may be no request then.
func ExampleDryRun_invalid() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	var request *http.Request
	_, err := client.Orders.Create(context.Background(), xsale.CreateOrder{}, call.DryRun(&request))
	if request != nil {
		_, _ = io.Copy(io.Discard, request.Body) // the body can be read
	}
	fmt.Println(errors.Is(err, xsale.ErrInvalid))
	// Output: true
}

func ExampleCapture() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	var response *call.Response
	_, err := client.Me(context.Background(), call.Capture(&response))
	if err != nil {
		log.Fatal(err)
	}
	var fields map[string]any
	if err := response.Decode(&fields); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, fields["Email"])
	// Output: 200 loremipsum@futuriti.pl
}

// A search by POST is safe to repeat, which its method does not show.
func ExampleIdempotent() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	filter := map[string]any{"Status": "Nowe"}
	_, err := client.Organization("").Call(context.Background(), http.MethodPost, "/a-search-of-the-swagger", filter,
		call.Idempotent(true), call.AttemptTimeout(5*time.Second))
	fmt.Println(errors.Is(err, xsale.ErrNotFound), errors.Is(err, xsale.ErrMaybeProcessed))
	// Output: true false
}

// Reject is for functions that check their arguments and then call.
func ExampleReject() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	check := func(order xsale.CreateOrder) error {
		if len(order.Items) > 100 {
			return fmt.Errorf("%w: more than 100 lines", xsale.ErrInvalid)
		}
		return nil
	}
	order := newOrder()
	_, err := client.Orders.Create(context.Background(), order, call.Reject(check(order)))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleHooks() {
	hooks := call.Hooks{
		AttemptDone: func(_ context.Context, event call.Event) { fmt.Println("attempt", event.Attempt, event.Status) },
		CallDone:    func(_ context.Context, event call.Event) { fmt.Println("call", event.Operation, event.Status) },
	}
	client, closeBoth := newSandboxClient(xsale.WithHooks(hooks))
	defer closeBoth()

	if _, err := client.Me(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// attempt 1 200
	// call getMe 200
}

// A name shows what a raw call is in errors, hooks and logs.
func ExampleName() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	_, err := client.Call(context.Background(), http.MethodGet, "/a-path-of-the-swagger/7", nil, call.Name("findThing"))
	if failure, ok := errors.AsType[*call.Error](err); ok {
		fmt.Println(failure.Operation, failure.StatusCode, call.Temporary(err))
	}
	// Output: findThing 404 false
}

func ExampleUnbounded() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	response, err := client.Open(context.Background(), http.MethodGet, "/me", nil, call.Unbounded())
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	written, err := io.Copy(io.Discard, response.Body) // a file, say
	fmt.Println(response.StatusCode, written > 0, err)
	// Output: 200 true <nil>
}

func ExampleError() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	_, err := call.Collect(client.Articles.ListTranslations(context.Background(), 4711))
	if failure, ok := errors.AsType[*call.Error](err); ok {
		fmt.Println(failure.Operation, failure.StatusCode, failure.Attempts, failure.MaybeProcessed)
		fmt.Println(len(failure.Fields), "field with a message of the server")
	}
	// Output:
	// listTranslations 404 1 false
	// 1 field with a message of the server
}

// A Doer sends the requests of any client, without a Client of package xsale.
func ExampleNewDoer() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	baseURL, err := url.Parse(sandbox.URL())
	if err != nil {
		log.Fatal(err)
	}
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{
			ClientID:     xsaletest.ClientID,
			ClientSecret: authn.NewSecret(xsaletest.ClientSecret),
			Username:     xsaletest.Username,
			Password:     authn.NewSecret(xsaletest.Password),
		}),
		TokenURL: sandbox.TokenURL(),
		APIURL:   sandbox.URL(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	doer := call.NewDoer(call.Config{
		BaseURL:          baseURL,
		Source:           source,
		Transport:        sandbox.HTTPClient().Transport,
		Timeout:          time.Minute,
		AttemptTimeout:   10 * time.Second,
		MaxResponseBytes: 1 << 20,
		UserAgent:        "erp-sync/1.0",
		Retries:          3,
		Logger:           slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})

	request, err := http.NewRequest(http.MethodGet, sandbox.URL()+"/me", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := doer.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.StatusCode)
	// Output: 200
}

// An order has the shop's own number in a field of the vendor's Swagger, here ExternalNumber.
func ExampleCreateOnce() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()

	number := "S-2024/1"
	order := newOrder()
	if err := order.Set("ExternalNumber", []byte(`"S-2024/1"`)); err != nil {
		log.Fatal(err)
	}
	find := func(ctx context.Context, number string) (int64, bool, error) {
		orders := client.Orders.List(ctx, xsale.ListOrdersParams{})
		order, found, err := call.FindByNumber(orders, number, func(order xsale.Order) (string, bool, error) {
			return order.GetString("ExternalNumber")
		})
		return order.ID, found, err
	}
	create := func(ctx context.Context) (int64, error) {
		created, err := client.Orders.Create(ctx, order, call.Timeout(time.Minute))
		return created.ID, err
	}
	for range 2 { // the second time it is found
		id, err := call.CreateOnce(context.Background(), number, find, create)
		if errors.Is(err, call.ErrMaybeProcessed) {
			log.Fatal("call CreateOnce again later: ", err)
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(id)
	}
	// Output:
	// 301
	// 301
}

// A handwritten client. Generated clients consist of such methods.
func ExampleEndpoint_Send() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), body)))
	}))
	defer server.Close()
	endpoint, err := call.NewEndpoint(server.URL, call.Wrap(server.Client()))
	if err != nil {
		log.Fatal(err)
	}

	type upload struct {
		Note string    `form:"note"`
		File call.File `form:"file,required"`
	}
	invoice := upload{"paid", call.File{Name: "7.pdf", Content: strings.NewReader("%PDF")}}
	form, err := call.NewRequest(server.URL, call.Operation{Method: http.MethodPost, Route: "/invoices"}, nil, call.MultipartBody(&invoice))
	if err != nil {
		log.Fatal(err)
	}
	if err := form.ParseMultipartForm(1 << 20); err != nil {
		log.Fatal(err)
	}
	fmt.Println(form.FormValue("note"), form.MultipartForm.File["file"][0].Filename)

	type listParams struct {
		Statuses []string `query:"statuses,joined"`
	}
	list := call.Operation{ID: "listOrders", Method: http.MethodGet, Route: "/{shop}/orders", PathValues: []any{"a/b"}}
	create := call.Operation{ID: "createOrder", Method: http.MethodPost, Route: "/orders"}
	for _, send := range []call.SendFunc{
		endpoint.Send(nil, call.JSONBody("application/json", map[string]int{"Id": 7})),
		endpoint.Send(nil, call.FormBody(map[string]int{"Id": 7})),
		endpoint.Send(nil, call.TextBody("7")),
		endpoint.Send(nil, call.ReaderBody("text/csv", strings.NewReader("Id\n7"))),
	} {
		if err := call.Execute(context.Background(), create, nil, send); err != nil {
			log.Fatal(err)
		}
	}
	if err := call.Execute(context.Background(), list, nil, endpoint.Send(&listParams{[]string{"new", "a,b"}}, nil)); err != nil {
		log.Fatal(err)
	}
	request, err := call.NewRequest("https://api.xsale.ai", list, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.URL)
	// Output:
	// paid 7.pdf
	// POST /orders application/json {"Id":7}
	// POST /orders application/x-www-form-urlencoded Id=7
	// POST /orders text/plain 7
	// POST /orders text/csv Id
	// 7
	// GET /a%2Fb/orders?statuses=new,a%2Cb
	// https://api.xsale.ai/a%2Fb/orders
}

func ExampleRelay() {
	client, closeBoth := newSandboxClient()
	defer closeBoth()
	gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := http.NewRequestWithContext(r.Context(), r.Method, client.BaseURL()+r.URL.Path, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		response, delivery, err := call.Relay(client.Doer(), request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		fmt.Println(response.StatusCode, delivery.Attempts)
		w.WriteHeader(response.StatusCode)
		io.Copy(w, response.Body)
	})

	gateway.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/me", nil))
	gateway.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/missing", nil))
	// Output:
	// 200 1
	// 404 1
}
