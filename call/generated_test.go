package call_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

var getThing = call.Operation{ID: "getThing", Method: http.MethodGet, Route: "/things/{id}", Idempotent: true, PathValues: []any{5}, Accept: "application/json"}

type thing struct{ Name string }

// through is a method of a generated client: it builds the request, edits it and sends it.
func through(doer call.Doer, method string) call.SendFunc {
	return func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, method, xsale.DefaultBaseURL+"/things/5?a=1", nil)
		if err != nil {
			return nil, err
		}
		if err := edit(ctx, request); err != nil {
			return nil, err
		}
		return call.Wrap(doer).Do(request)
	}
}

// forEachDoer runs a test through a Client and through a plain HTTP client, against the same
// server.
func forEachDoer(t *testing.T, serve func(*http.Request) (*http.Response, error), test func(t *testing.T, doer call.Doer)) {
	t.Helper()
	for name, doer := range map[string]call.Doer{
		"through a Client":            newTestClient(t, serve, xsale.WithRetries(0)).Doer(),
		"through a plain HTTP client": &http.Client{Transport: stub.RoundTripFunc(serve)},
	} {
		t.Run(name, func(t *testing.T) { test(t, doer) })
	}
}

// always is a server that always sends the same response.
func always(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return stub.Response(status, body, header...), nil }
}

func TestFetch(t *testing.T) {
	for _, test := range []struct {
		name       string
		status     int
		body       string
		mayBeEmpty bool
		want, says string // the name in the result, or what the error says
	}{
		{"a success", 200, `{"Name": "a"}`, false, "a", ""},
		{"created", 201, `{"Name": "a"}`, true, "a", ""},
		{"half", 200, `{"Name": "a`, false, "", "unexpected EOF"},
		{"another type", 200, `{"Name": 1}`, true, "", "Name"},
		{"no body", 200, "", false, "", "no body"},
		{"no body where there may be none", 200, " \n", true, "", ""},
		{"204", 204, "", false, "", "no body"},
		{"204 where there may be no body", 204, "", true, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			forEachDoer(t, always(test.status, test.body, "X-Request-Id", "r-1"), func(t *testing.T, doer call.Doer) {
				operation := getThing
				operation.MayBeEmpty = test.mayBeEmpty
				got, err := call.Fetch[thing](t.Context(), operation, nil, through(doer, "GET"))
				if test.says == "" {
					if err != nil || got.Name != test.want {
						t.Errorf("got %+v, %v", got, err)
					}
					return
				}
				e, ok := errors.AsType[*call.Error](err)
				if !ok || !errors.Is(err, call.ErrDecode) || !strings.Contains(err.Error(), test.says) {
					t.Fatalf("got %v", err)
				}
				if e.Operation != "getThing" || e.Route != "/things/{id}" || e.StatusCode != test.status || string(e.Body) != test.body || e.RequestID != "r-1" {
					t.Errorf("lost: %#v", e)
				}
			})
		})
	}
}

func TestFetchReadsPlainText(t *testing.T) {
	for contentType, body := range map[string]string{"text/plain; charset=utf-8": "a b", "application/json": `"a b"`} {
		forEachDoer(t, always(200, body, "Content-Type", contentType), func(t *testing.T, doer call.Doer) {
			if got, err := call.Fetch[string](t.Context(), getThing, nil, through(doer, "GET")); err != nil || got != "a b" {
				t.Errorf("%s: got %q, %v", contentType, got, err)
			}
		})
	}
}

// calls are the three ways to send a call; each returns only the error.
var calls = map[string]func(ctx context.Context, operation call.Operation, options []call.Option, send call.SendFunc) error{
	"Fetch": func(ctx context.Context, operation call.Operation, options []call.Option, send call.SendFunc) error {
		_, err := call.Fetch[thing](ctx, operation, options, send)
		return err
	},
	"Execute": call.Execute,
	"Open": func(ctx context.Context, operation call.Operation, options []call.Option, send call.SendFunc) error {
		response, err := call.Open(ctx, operation, options, send)
		if err != nil {
			return err
		}
		return response.Body.Close()
	},
}

func TestGeneratedCallsFailWithAnError(t *testing.T) {
	for name, invoke := range calls {
		for status, sentinel := range map[int]error{302: call.ErrRedirect, 400: call.ErrBadRequest, 404: call.ErrNotFound, 500: call.ErrServer} {
			var body *stub.CloseRecorder
			serve := func(*http.Request) (*http.Response, error) {
				response := stub.Response(status, "", "Content-Type", "application/json", "X-Request-Id", "r-1")
				body = &stub.CloseRecorder{Reader: strings.NewReader(`{"message": "sorry"}`)}
				response.Body = body
				return response, nil
			}
			forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
				err := invoke(t.Context(), getThing, nil, through(doer, "GET"))
				e, ok := errors.AsType[*call.Error](err)
				if !ok || !errors.Is(err, sentinel) {
					t.Fatalf("%s, %d: got %v", name, status, err)
				}
				if e.Operation != "getThing" || e.Method != "GET" || e.Route != "/things/{id}" || e.StatusCode != status || e.Message != "sorry" || string(e.Body) != `{"message": "sorry"}` || e.RequestID != "r-1" {
					t.Errorf("%s, %d: lost: %#v", name, status, e)
				}
				if !body.Closed {
					t.Errorf("%s, %d: the body is still open", name, status)
				}
			})
		}
	}
}

func TestGeneratedCallsWithoutAnAnswer(t *testing.T) {
	failure := errors.New("broken")
	for name, invoke := range calls {
		forEachDoer(t, func(*http.Request) (*http.Response, error) { return nil, failure }, func(t *testing.T, doer call.Doer) {
			e, ok := errors.AsType[*call.Error](invoke(t.Context(), getThing, nil, through(doer, "GET")))
			if !ok || !errors.Is(e, failure) || e.Operation != "getThing" || e.StatusCode != 0 {
				t.Errorf("%s: got %#v", name, e)
			}
		})
		forEachDoer(t, func(request *http.Request) (*http.Response, error) { return nil, request.Context().Err() }, func(t *testing.T, doer call.Doer) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := invoke(ctx, getThing, nil, through(doer, "GET")); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

func TestPathValuesAreRefusedBeforeSending(t *testing.T) {
	for name, invoke := range calls {
		sent := 0
		serve := func(*http.Request) (*http.Response, error) { sent++; return stub.Response(200, `{}`), nil }
		forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
			for _, value := range []any{"", ".", ".."} {
				operation := getThing
				operation.PathValues = []any{"fine", value}
				err := invoke(t.Context(), operation, nil, through(doer, "GET"))
				if _, wrapped := errors.AsType[*call.Error](err); !errors.Is(err, call.ErrInvalid) || wrapped || !strings.Contains(err.Error(), "/things/{id}") {
					t.Errorf("%s, %q: got %v", name, value, err)
				}
			}
			if sent > 0 {
				t.Errorf("%s: %d requests were sent", name, sent)
			}
			for _, value := range []any{"...", 0, "a/b"} {
				operation := getThing
				operation.PathValues = []any{value}
				if err := invoke(t.Context(), operation, nil, through(doer, "GET")); err != nil {
					t.Errorf("%s, %v: %v", name, value, err)
				}
			}
			sent = 0
		})
	}
}

func TestGeneratedCallsApplyTheOptions(t *testing.T) {
	for name, invoke := range calls {
		var got *http.Request
		serve := func(request *http.Request) (*http.Response, error) {
			got = request
			return stub.Response(200, `{}`), nil
		}
		forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
			if err := invoke(t.Context(), getThing, []call.Option{call.Query("b", "2"), call.Header("X-Trace", "t-1")}, through(doer, "GET")); err != nil {
				t.Fatal(err)
			}
			if got.URL.RawQuery != "a=1&b=2" || got.Header.Get("X-Trace") != "t-1" || got.Header.Get("Accept") != "application/json" {
				t.Errorf("%s: sent %s, %v", name, got.URL, got.Header)
			}
			if err := invoke(t.Context(), getThing, []call.Option{call.Header("Accept", "text/csv")}, through(doer, "GET")); err != nil || got.Header.Get("Accept") != "text/csv" {
				t.Errorf("%s: an option cannot ask for %v, %v", name, got.Header["Accept"], err)
			}
		})
	}
}

// endless is a body without an end.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil // zeros, which nobody has to write
}

func TestGeneratedCallsBoundTheAnswer(t *testing.T) {
	var body *endless
	serve := func(*http.Request) (*http.Response, error) {
		body = &endless{}
		response := stub.Response(200, "")
		response.Body = io.NopCloser(body)
		return response, nil
	}
	forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
		response, err := call.Open(t.Context(), getThing, nil, through(doer, "GET"))
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.Copy(io.Discard, response.Body)
		if !errors.Is(err, call.ErrTooLarge) || read != call.DefaultMaxResponseBytes {
			t.Errorf("%d bytes are read, %v", read, err)
		}
	})
	doer := &http.Client{Transport: stub.RoundTripFunc(serve)}
	if _, err := call.Fetch[thing](t.Context(), getThing, nil, through(doer, "GET")); !errors.Is(err, call.ErrTooLarge) || !errors.Is(err, call.ErrDecode) {
		t.Errorf("got %v", err)
	}
	if err := call.Execute(t.Context(), getThing, nil, through(doer, "GET")); err != nil || body.read > 1<<20 {
		t.Errorf("%v, and %d bytes are read", err, body.read)
	}
	small := newTestClient(t, always(200, `{"Name": "`+strings.Repeat("a", 100)+`"}`), xsale.WithMaxResponseBytes(100)).Doer()
	if _, err := call.Fetch[thing](t.Context(), getThing, nil, through(small, "GET")); !errors.Is(err, call.ErrTooLarge) {
		t.Errorf("through a Client with a bound of its own: %v", err)
	}
}

func TestGeneratedCallsCloseTheBody(t *testing.T) {
	var body *stub.CloseRecorder
	serve := func(*http.Request) (*http.Response, error) {
		body = &stub.CloseRecorder{Reader: strings.NewReader(`{"Name": "a"}`)}
		response := stub.Response(200, "")
		response.Body = body
		return response, nil
	}
	forEachDoer(t, serve, func(t *testing.T, doer call.Doer) {
		for _, name := range []string{"Fetch", "Execute"} {
			if err := calls[name](t.Context(), getThing, nil, through(doer, "GET")); err != nil || !body.Closed {
				t.Errorf("%s: %v, and the body is closed: %v", name, err, body.Closed)
			}
		}
		response, err := call.Open(t.Context(), getThing, nil, through(doer, "GET"))
		if err != nil || body.Closed {
			t.Fatalf("Open: %v, and the body is closed: %v", err, body.Closed)
		}
		if data, err := io.ReadAll(response.Body); err != nil || string(data) != `{"Name": "a"}` {
			t.Errorf("the body is %q, %v", data, err)
		}
		if err := response.Body.Close(); err != nil || !body.Closed {
			t.Errorf("%v, and the body is closed: %v", err, body.Closed)
		}
	})
}

// A Client retries the calls of a generated client like its own: if they are idempotent.
func TestGeneratedCallsAreRepeatedByTheClient(t *testing.T) {
	for _, test := range []struct {
		method  string
		options []call.Option
		sent    int
	}{
		{"GET", nil, 3}, {"GET", []call.Option{call.Idempotent(false)}, 1}, {"POST", nil, 1}, {"POST", []call.Option{call.Idempotent(true)}, 3},
	} {
		for name, invoke := range calls {
			synctest.Test(t, func(t *testing.T) {
				server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(503), stub.Status(503), stub.Status(200)}}
				client := newTestClient(t, server.Do, xsale.WithRetries(2))
				operation := getThing
				operation.Method, operation.Idempotent, operation.MayBeEmpty = test.method, test.method == "GET", true
				err := invoke(t.Context(), operation, test.options, through(client.Doer(), test.method))
				if done := test.sent == 3; len(server.Requests) != test.sent || (err == nil) != done {
					t.Errorf("%s, %s: %v after %d requests", name, test.method, err, len(server.Requests))
				}
				if e, ok := errors.AsType[*call.Error](err); ok && e.Attempts != test.sent {
					t.Errorf("%s, %s: the error counts %d", name, test.method, e.Attempts)
				}
			})
		}
	}
}
