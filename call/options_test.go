package call_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/wire"
)

func TestOptionsThatCannotBeUsedAreRefused(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", request.Method, request.URL)
		return stub.Response(200, ``), nil
	})
	for _, test := range []struct {
		option call.Option
		says   string // the option and the remedy
	}{
		{call.Header("Authorization", "mine"), "Header: Authorization cannot be set: the Client sets it from its token source"},
		{call.Header("x-id-token", "mine"), "Header: X-Id-Token cannot be set: the Client sets it"},
		{call.Header("HOST", "other.example"), "Header: Host cannot be set: use WithBaseURL"},
		{call.Header("content-length", "5"), "Header: Content-Length cannot be set: it follows from the body"},
		{call.Header("Transfer-Encoding", "chunked"), "leave it out"},
		{call.Header("Connection", "close"), "leave it out"},
		{call.Header("TE", "trailers"), "leave it out"},
		{call.Header("Upgrade", "h2c"), "leave it out"},
		{call.Header("Proxy-Authorization", "x"), "WithHTTPClient"},
		{call.Header("X Y", "1"), "use letters, digits and hyphens"},
		{call.Header("", "1"), "is not a header name"},
		{call.Header("X-Y", "1\r\nHost: evil"), "the value of X-Y has a control character"},
		{call.Timeout(0), "Timeout: 0s is not positive"},
		{call.AttemptTimeout(-1), "AttemptTimeout: -1ns is not positive"},
		{call.DryRun(nil), "DryRun: the pointer is nil"},
		{call.Capture(nil), "Capture: the pointer is nil"},
	} {
		_, err := client.Me(t.Context(), test.option)
		_, rawErr := client.Call(t.Context(), "GET", "/me", nil, test.option)
		_, listErr := call.Collect(client.Organization("").Statuses.List(t.Context(), test.option))
		for _, err := range []error{err, rawErr, listErr, call.Execute(t.Context(), getThing, []call.Option{test.option}, through(client.Doer(), "GET"))} {
			if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q: got %v", test.says, err)
			}
		}
	}
	for _, header := range [][2]string{{"X-Trace", "a\tb"}, {"Idempotency-Key", "łódź"}, {"Accept", "text/csv"}} {
		var sent http.Header
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			sent = request.Header
			return stub.Response(200, `{}`), nil
		})
		if _, err := client.Me(t.Context(), call.Header(header[0], header[1])); err != nil || sent.Get(header[0]) != header[1] {
			t.Errorf("%v: sent %v, %v", header, sent, err)
		}
	}
}

// A dry run shows the request without tokens, and neither logs in nor sends anything.
func TestDryRun(t *testing.T) {
	source, service := stub.Source(t)
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", request.Method, request.URL)
		return stub.Response(200, `{}`), nil
	}, xsale.WithTokenSource(source), xsale.WithUserAgent("shop/1"))
	integration := xsale.CreateIntegration{Name: "shop", IntegrationType: xsale.IntegrationTypeOwnShop}
	plain := &http.Client{Transport: stub.RoundTripFunc(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent through a plain HTTP client")
		return stub.Response(200, `{}`), nil
	})}
	for _, test := range []struct {
		name           string
		call           func(options ...call.Option) error
		url, sent      string
		userAgent      string
		accept, method string
	}{
		{"a create", func(options ...call.Option) error {
			_, err := client.Organization("").Integrations.Create(t.Context(), integration, options...)
			return err
		}, "https://api.xsale.ai/acme/integrations?a=1", `{"IntegrationType":28,"Name":"shop"}`, "shop/1 xsale-go/" + xsale.Version, "application/json", "POST"},
		{"a list", func(options ...call.Option) error {
			_, err := call.Collect(client.Organization("").Orders.List(t.Context(), xsale.ListOrdersParams{StatusIDs: []int64{3}}, options...))
			return err
		}, "https://api.xsale.ai/acme/orders?statusidin=3&a=1", "", "shop/1 xsale-go/" + xsale.Version, "application/json", "GET"},
		{"a command", func(options ...call.Option) error {
			return client.Organization("").Articles.SetTranslation(t.Context(), 5, xsale.Translation{LanguageID: 2}, options...)
		}, "https://api.xsale.ai/acme/articles/5/translations?a=1", `{"LanguageId":2}`, "shop/1 xsale-go/" + xsale.Version, "application/json", "PUT"},
		{"a raw call", func(options ...call.Option) error {
			_, err := client.Call(t.Context(), "PATCH", "/x", []byte("{}"), options...)
			return err
		}, "https://api.xsale.ai/x?a=1", "{}", "shop/1 xsale-go/" + xsale.Version, "application/json", "PATCH"},
		{"a stream", func(options ...call.Option) error {
			_, err := client.Call(t.Context(), "POST", "/x", iotest.OneByteReader(strings.NewReader("{}")), options...)
			return err
		}, "https://api.xsale.ai/x?a=1", "{}", "shop/1 xsale-go/" + xsale.Version, "application/json", "POST"},
		{"a generated call", func(options ...call.Option) error {
			operation := getThing
			operation.Accept = "text/csv"
			return call.Execute(t.Context(), operation, options, through(client.Doer(), "GET"))
		}, "https://api.xsale.ai/things/5?a=1&a=1", "", "shop/1 xsale-go/" + xsale.Version, "text/csv", "GET"},
		{"a generated call through a plain HTTP client", func(options ...call.Option) error {
			_, err := call.Fetch[thing](t.Context(), getThing, options, through(plain, "GET"))
			return err
		}, "https://api.xsale.ai/things/5?a=1&a=1", "", "", "application/json", "GET"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var request *http.Request
			err := test.call(call.Query("a", "1"), call.Header("X-Trace", "t"), call.DryRun(&request))
			if !errors.Is(err, call.ErrDryRun) || errors.Is(err, call.ErrMaybeProcessed) || request == nil {
				t.Fatalf("got %v, %v", request, err)
			}
			var body []byte
			if request.Body != nil {
				if body, err = io.ReadAll(request.Body); err != nil {
					t.Fatal(err)
				}
			}
			if request.Method != test.method || request.URL.String() != test.url || string(body) != test.sent {
				t.Errorf("got %s %s %s", request.Method, request.URL, body)
			}
			for name, want := range map[string]string{
				"Authorization": "Bearer [redacted]", "X-Id-Token": "[redacted]", "X-Trace": "t", "User-Agent": test.userAgent, "Accept": test.accept,
			} {
				if got := request.Header.Get(name); got != want {
					t.Errorf("%s: got %q", name, got)
				}
			}
		})
	}
	if logins := service.Count.Load(); logins != 0 {
		t.Errorf("%d logins", logins)
	}
	var request *http.Request
	_, err := client.Orders.Create(t.Context(), xsale.CreateOrder{PurchaseDate: wire.NewDate(2024, 10, 25)}, call.DryRun(&request))
	if !errors.Is(err, call.ErrInvalid) || !errors.Is(err, call.ErrDryRun) || request == nil || request.Method != "POST" {
		t.Errorf("an invalid order: %v, %v", request, err)
	}
	_, err = client.Organization("..").Orders.Create(t.Context(), xsale.CreateOrder{}, call.DryRun(&request))
	if !errors.Is(err, call.ErrInvalid) || request != nil {
		t.Errorf("a request that cannot be built: %v, %v", request, err)
	}
}

func TestCapture(t *testing.T) {
	broken := func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "", "X-Kind", "k")
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Na`), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return response, nil
	}
	fetch := func(doer call.Doer, options ...call.Option) error {
		_, err := call.Fetch[thing](t.Context(), getThing, options, through(doer, "GET"))
		return err
	}
	execute := func(doer call.Doer, options ...call.Option) error {
		return call.Execute(t.Context(), getThing, options, through(doer, "GET"))
	}
	open := func(doer call.Doer, options ...call.Option) error {
		response, err := call.Open(t.Context(), getThing, options, through(doer, "GET"))
		if err == nil {
			_, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		return err
	}
	long := strings.Repeat("x", call.MaxErrorBody+100)
	for _, test := range []struct {
		name   string
		serve  func(*http.Request) (*http.Response, error)
		call   func(doer call.Doer, options ...call.Option) error
		status int
		body   string
	}{
		{"a success", always(200, `{"Name": "a"}`, "X-Kind", "k"), fetch, 200, `{"Name": "a"}`},
		{"a success that cannot be decoded", always(200, `<html>`, "X-Kind", "k"), fetch, 200, `<html>`},
		{"a success that breaks off", broken, fetch, 200, `{"Na`},
		{"a failure", always(404, `{"message": "no"}`, "X-Kind", "k"), fetch, 404, `{"message": "no"}`},
		{"a long failure", always(500, long, "X-Kind", "k"), fetch, 500, long[:call.MaxErrorBody]},
		{"a call without a result", always(201, "done", "X-Kind", "k"), execute, 201, "done"},
		{"a long response that is not decoded", always(200, long, "X-Kind", "k"), execute, 200, long},
		{"a response that breaks off and is not decoded", broken, execute, 200, `{"Na`},
		{"what the caller reads", always(200, "file", "X-Kind", "k"), open, 200, ""},
		{"a failure of what the caller reads", always(403, "no", "X-Kind", "k"), open, 403, "no"},
	} {
		t.Run(test.name, func(t *testing.T) {
			forEachDoer(t, test.serve, func(t *testing.T, doer call.Doer) {
				response := &call.Response{StatusCode: 1}
				test.call(doer, call.Capture(&response))
				if response == nil || response.StatusCode != test.status || string(response.Body) != test.body || response.Header.Get("X-Kind") != "k" {
					t.Errorf("got %+v", response)
				}
			})
		})
	}

	var first, second *call.Response // the second response reuses the memory of the first
	body := "first"
	client := newTestClient(t, func(*http.Request) (*http.Response, error) { return stub.Response(200, `{"Name":"`+body+`"}`), nil })
	err := fetch(client.Doer(), call.Capture(&first))
	body = "other"
	if err := errors.Join(err, fetch(client.Doer(), call.Capture(&second))); err != nil || string(first.Body) != `{"Name":"first"}` || string(second.Body) != `{"Name":"other"}` {
		t.Errorf("got %s and %s, %v", first.Body, second.Body, err)
	}

	response := &call.Response{}
	if err := execute(newTestClient(t, broken).Doer()); err != nil {
		t.Errorf("a success whose rest nobody asked for: %v", err)
	}
	if err := execute(newTestClient(t, broken).Doer(), call.Capture(&response)); !errors.Is(err, call.ErrDecode) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a captured body that breaks off: %v", err)
	}
	err = execute(newTestClient(t, always(200, long), xsale.WithMaxResponseBytes(int64(len(long)-1))).Doer(), call.Capture(&response))
	if !errors.Is(err, call.ErrTooLarge) || string(response.Body) != long[:call.MaxErrorBody] {
		t.Errorf("a captured body that is too large: %v, %d bytes", err, len(response.Body))
	}
	client = newTestClient(t, func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, xsale.WithRetries(0))
	if _, err := client.Me(t.Context(), call.Capture(&response)); err == nil || response != nil {
		t.Errorf("without a response: %+v, %v", response, err)
	}
	client = newTestClient(t, always(202, `[{"Id":1}]`, "X-Kind", "k"))
	if _, err := call.Collect(client.Organization("").Statuses.List(t.Context(), call.Capture(&response))); err != nil || response == nil || response.StatusCode != 202 || response.Header.Get("X-Kind") != "k" || response.Body != nil {
		t.Errorf("a list: %+v, %v", response, err)
	}
	if raw, err := client.Call(t.Context(), "GET", "/x", nil, call.Capture(&response)); err != nil || string(response.Body) != `[{"Id":1}]` || string(raw.Body) != string(response.Body) {
		t.Errorf("a raw call: %+v, %v", response, err)
	}
}

func TestNilOptionsAreIgnored(t *testing.T) {
	client := newTestClient(t, always(200, `{"Id":7}`), nil)
	if me, err := client.Me(t.Context(), nil, call.Timeout(time.Minute), nil); err != nil || me.ID != 7 {
		t.Errorf("got %+v, %v", me, err)
	}
}

// A name is seen by hooks, logs and errors, and the path of the call is not.
func TestName(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var event call.Event
	client := newTestClient(t, always(400, `{}`), xsale.WithLogger(logger), xsale.WithHooks(call.Hooks{CallDone: func(_ context.Context, e call.Event) { event = e }}))
	_, err := client.Call(t.Context(), "GET", "/canary", nil, call.Name("orders.find"))
	e, ok := errors.AsType[*call.Error](err)
	if !ok || e.Operation != "orders.find" || event.Operation != "orders.find" || event.Route != "" {
		t.Errorf("got %v, %+v", err, event)
	}
	logger.Error("failed", "error", e)
	if !strings.Contains(log.String(), `"operation":"orders.find"`) || strings.Contains(log.String(), "canary") {
		t.Error(log.String())
	}
	for _, name := range []string{"", "a b", "ż", "a\nb", strings.Repeat("a", 129)} {
		if _, err := client.Call(t.Context(), "GET", "/x", nil, call.Name(name)); !errors.Is(err, call.ErrInvalid) {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if _, err := client.Me(t.Context(), call.Name("mine")); !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "getMe") {
		t.Errorf("got %v", err)
	}
}
