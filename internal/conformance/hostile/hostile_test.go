package hostile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/wire"
)

// hostileCase is what a server does to a call, over real HTTP, and what becomes of the call.
type hostileCase struct {
	name    string
	serve   http.HandlerFunc
	call    hostileCall // callMe where it is nil
	options []xsale.Option
	want    outcome
}

// outcome is the expected result of a call: a success if text and says are empty.
type outcome struct {
	value      string // what the call read, of a list also before the error
	status     int
	is         []error // of all sentinels, those that match
	code       string
	message    string
	fields     []call.FieldError
	retryAfter time.Duration
	requestID  string
	body       string
	partial    bool // the error has read only the beginning of the body
	truncated  bool
	text, says string // the whole error message, or a part of it
}

// sentinels are all errors that a caller may ask for.
var sentinels = []error{
	call.ErrBadRequest, call.ErrUnauthorized, call.ErrForbidden, call.ErrNotFound, call.ErrConflict, call.ErrRateLimited, call.ErrServer, call.ErrRedirect, call.ErrDecode,
	call.ErrTooLarge, call.ErrInvalid, call.ErrNotSent, call.ErrMaybeProcessed, call.ErrReportedFailure, call.ErrProxy,
}

// hostileCall sends a call and returns what it read as a string.
type hostileCall func(ctx context.Context, client *xsale.Client, plain *http.Client) (string, error)

func callMe(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	me, err := client.Me(ctx)
	return me.Name, err
}

func callCreate(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	created, err := client.Organization("").Orders.Create(ctx, xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("2"), PriceGross: wire.MustDecimal("149.90")}},
	})
	return fmt.Sprint(created.ID), err
}

func callList(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	var ids []int64
	for status, err := range client.Organization("").Statuses.List(ctx) {
		if err != nil {
			return fmt.Sprint(ids), err
		}
		ids = append(ids, status.ID)
	}
	return fmt.Sprint(ids), nil
}

func callSet(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	return "", client.Organization("").Articles.SetTranslation(ctx, 7, xsale.Translation{LanguageID: 2})
}

func callRaw(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	response, err := client.Call(ctx, http.MethodGet, "/acme/things", nil)
	if err != nil {
		return "", err
	}
	return string(response.Body), nil
}

func callDecode(ctx context.Context, client *xsale.Client, _ *http.Client) (string, error) {
	response, err := client.Call(ctx, http.MethodGet, "/acme/things", nil)
	if err != nil {
		return "", err
	}
	var value thing
	err = response.Decode(&value)
	return value.Name, err
}

var getThing = call.Operation{ID: "getThing", Method: http.MethodGet, Route: "/things/{id}", Idempotent: true, PathValues: []any{5}, Accept: "application/json"}

type thing struct{ Name string }

// callFetch is a call of a generated client that sends through a plain HTTP client.
func callFetch(ctx context.Context, client *xsale.Client, plain *http.Client) (string, error) {
	value, err := call.Fetch[thing](ctx, getThing, nil, func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, client.BaseURL()+"/things/5", nil)
		if err != nil {
			return nil, err
		}
		if err := edit(ctx, request); err != nil {
			return nil, err
		}
		return call.Wrap(plain).Do(request)
	})
	return value.Name, err
}

// reply responds with a body and a Content-Type; an empty type is not sent.
func reply(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		io.Copy(io.Discard, request.Body)
		w.Header()["Content-Type"] = nil // so that none is guessed
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// wireBytes writes raw bytes and closes the connection.
func wireBytes(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		io.Copy(io.Discard, request.Body)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		io.WriteString(connection, text)
	}
}

// maxHeaderBytes is small, so that the tests need not send the megabytes which net/http accepts.
const maxHeaderBytes = 8 << 10

func testHostile(t *testing.T, cases []hostileCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.serve)
			defer server.Close()
			before := runtime.NumGoroutine()

			transport := &http.Transport{MaxResponseHeaderBytes: maxHeaderBytes}
			bodies := &stub.BodyCounter{Next: transport}
			client, closeClient := newHostileClient(t, server.URL, bodies, test.options...)
			invoke := test.call
			if invoke == nil {
				invoke = callMe
			}
			value, err := invoke(t.Context(), client, &http.Client{Transport: bodies})
			if value != test.want.value {
				t.Errorf("read %q, not %q", value, test.want.value)
			}
			checkOutcome(t, err, test.want)

			if open := bodies.Opened.Load() - bodies.Closed.Load(); open != 0 {
				t.Errorf("%d bodies are left open", open)
			}
			transport.CloseIdleConnections()
			closeClient()
			if left := goroutinesAbove(before); left > 0 {
				t.Errorf("%d goroutines are left", left)
			}
		})
	}
}

// newHostileClient returns a client of a loopback server that sends nothing twice, except after a
// new login.
func newHostileClient(t *testing.T, address string, transport http.RoundTripper, options ...xsale.Option) (*xsale.Client, func()) {
	t.Helper()
	source, err := authn.New(authn.Config{
		APIURL: address,
		Credentials: authn.Static(authn.Credentials{
			ClientID: "client", ClientSecret: authn.NewSecret("client-secret"), Username: "user", Password: authn.NewSecret("password"),
		}),
		HTTPClient: &http.Client{Transport: &stub.Login{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithBaseURL(address), xsale.WithTokenSource(source), xsale.WithOrganization("acme"), xsale.WithRetries(0),
		xsale.WithHTTPClient(&http.Client{Transport: transport}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client, func() { source.Close() }
}

// goroutinesAbove gives goroutines that are about to end the time to do so, and returns how many
// more there are than before.
func goroutinesAbove(before int) int {
	for range 2_000_000 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		runtime.Gosched()
	}
	return runtime.NumGoroutine() - before
}

func checkOutcome(t *testing.T, err error, want outcome) {
	t.Helper()
	if want.text == "" && want.says == "" {
		if err != nil {
			t.Errorf("got %v", err)
		}
		return
	}
	if err == nil {
		t.Fatal("no error")
	}
	for _, sentinel := range sentinels {
		if expected := slices.Contains(want.is, sentinel); errors.Is(err, sentinel) != expected {
			t.Errorf("errors.Is(%v, %v) is not %v", err, sentinel, expected)
		}
	}
	if want.text != "" && err.Error() != want.text || !strings.Contains(err.Error(), want.says) {
		t.Errorf("got  %s\nwant %s%s", err, want.text, want.says)
	}
	stub.CheckLine(t, err.Error(), maxErrorText+100) // the number of attempts follows
	e, ok := errors.AsType[*call.Error](err)
	if !ok {
		if want.status != 0 || slices.Contains(want.is, call.ErrInvalid) == slices.Contains(want.is, call.ErrDecode) {
			t.Errorf("not an *Error: %v", err)
		}
		return
	}
	if e.StatusCode != want.status || e.Code != want.code || e.Message != want.message || !reflect.DeepEqual(e.Fields, want.fields) {
		t.Errorf("status %d, code %q, message %q, fields %q", e.StatusCode, e.Code, e.Message, e.Fields)
	}
	if e.RetryAfter != want.retryAfter || e.RequestID != want.requestID {
		t.Errorf("retry after %v, request id %q", e.RetryAfter, e.RequestID)
	}
	if want.partial {
		want.body = want.body[:min(len(e.Body), len(want.body))]
	}
	if string(e.Body) != want.body || e.Truncated != want.truncated {
		t.Errorf("body %.100q of %d bytes, truncated %v", e.Body, len(e.Body), e.Truncated)
	}
}
