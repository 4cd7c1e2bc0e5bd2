package call

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

var getThing = Operation{ID: "getThing", Method: http.MethodGet, Route: "/things/{id}", Idempotent: true, PathValues: []any{5}, Accept: "application/json"}

type thing struct{ Name string }

// through is what a method of a generated client does: it makes the request, has it edited, and sends it.
func through(doer Doer, method string) SendFunc {
	return func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, method, DefaultBaseURL+"/things/5?a=1", nil)
		if err != nil {
			return nil, err
		}
		if err := edit(ctx, request); err != nil {
			return nil, err
		}
		return doer.Do(request)
	}
}

// forEachDoer runs a test with calls through a Client and through a plain HTTP client, which both meet the same server.
func forEachDoer(t *testing.T, serve func(*http.Request) (*http.Response, error), test func(t *testing.T, doer Doer)) {
	t.Helper()
	for name, doer := range map[string]Doer{
		"through a Client":            newTestClient(t, serve, WithRetries(0)).Doer(),
		"through a plain HTTP client": &http.Client{Transport: roundTripFunc(serve)},
	} {
		t.Run(name, func(t *testing.T) { test(t, doer) })
	}
}

// always is a server with one answer.
func always(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, header...), nil }
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
			forEachDoer(t, always(test.status, test.body, "X-Request-Id", "r-1"), func(t *testing.T, doer Doer) {
				operation := getThing
				operation.MayBeEmpty = test.mayBeEmpty
				got, err := Fetch[thing](t.Context(), operation, nil, through(doer, "GET"))
				if test.says == "" {
					if err != nil || got.Name != test.want {
						t.Errorf("got %+v, %v", got, err)
					}
					return
				}
				e, ok := errors.AsType[*Error](err)
				if !ok || !errors.Is(err, ErrDecode) || !strings.Contains(err.Error(), test.says) {
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
		forEachDoer(t, always(200, body, "Content-Type", contentType), func(t *testing.T, doer Doer) {
			if got, err := Fetch[string](t.Context(), getThing, nil, through(doer, "GET")); err != nil || got != "a b" {
				t.Errorf("%s: got %q, %v", contentType, got, err)
			}
		})
	}
}

// calls are the three ways to send a call, each as a function that gives nothing but the error.
var calls = map[string]func(ctx context.Context, operation Operation, options []CallOption, send SendFunc) error{
	"Fetch": func(ctx context.Context, operation Operation, options []CallOption, send SendFunc) error {
		_, err := Fetch[thing](ctx, operation, options, send)
		return err
	},
	"Execute": Execute,
	"Open": func(ctx context.Context, operation Operation, options []CallOption, send SendFunc) error {
		response, err := Open(ctx, operation, options, send)
		if err != nil {
			return err
		}
		return response.Body.Close()
	},
}

func TestGeneratedCallsFailWithAnError(t *testing.T) {
	for name, call := range calls {
		for status, sentinel := range map[int]error{302: ErrRedirect, 400: ErrBadRequest, 404: ErrNotFound, 500: ErrServer} {
			var body *closeRecorder
			serve := func(*http.Request) (*http.Response, error) {
				response := answer(status, "", "Content-Type", "application/json", "X-Request-Id", "r-1")
				body = &closeRecorder{Reader: strings.NewReader(`{"message": "sorry"}`)}
				response.Body = body
				return response, nil
			}
			forEachDoer(t, serve, func(t *testing.T, doer Doer) {
				err := call(t.Context(), getThing, nil, through(doer, "GET"))
				e, ok := errors.AsType[*Error](err)
				if !ok || !errors.Is(err, sentinel) {
					t.Fatalf("%s, %d: got %v", name, status, err)
				}
				if e.Operation != "getThing" || e.Method != "GET" || e.Route != "/things/{id}" || e.StatusCode != status || e.Message != "sorry" || string(e.Body) != `{"message": "sorry"}` || e.RequestID != "r-1" {
					t.Errorf("%s, %d: lost: %#v", name, status, e)
				}
				if !body.closed {
					t.Errorf("%s, %d: the body is still open", name, status)
				}
			})
		}
	}
}

func TestGeneratedCallsWithoutAnAnswer(t *testing.T) {
	failure := errors.New("broken")
	for name, call := range calls {
		forEachDoer(t, func(*http.Request) (*http.Response, error) { return nil, failure }, func(t *testing.T, doer Doer) {
			e, ok := errors.AsType[*Error](call(t.Context(), getThing, nil, through(doer, "GET")))
			if !ok || !errors.Is(e, failure) || e.Operation != "getThing" || e.StatusCode != 0 {
				t.Errorf("%s: got %#v", name, e)
			}
		})
		forEachDoer(t, func(request *http.Request) (*http.Response, error) { return nil, request.Context().Err() }, func(t *testing.T, doer Doer) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := call(ctx, getThing, nil, through(doer, "GET")); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

func TestPathValuesAreRefusedBeforeSending(t *testing.T) {
	for name, call := range calls {
		sent := 0
		serve := func(*http.Request) (*http.Response, error) { sent++; return answer(200, `{}`), nil }
		forEachDoer(t, serve, func(t *testing.T, doer Doer) {
			for _, value := range []any{"", ".", ".."} {
				operation := getThing
				operation.PathValues = []any{"fine", value}
				err := call(t.Context(), operation, nil, through(doer, "GET"))
				if _, isCall := errors.AsType[*Error](err); !errors.Is(err, ErrInvalid) || isCall || !strings.Contains(err.Error(), "/things/{id}") {
					t.Errorf("%s, %q: got %v", name, value, err)
				}
			}
			if sent > 0 {
				t.Errorf("%s: %d requests were sent", name, sent)
			}
			for _, value := range []any{"...", 0, "a/b"} {
				operation := getThing
				operation.PathValues = []any{value}
				if err := call(t.Context(), operation, nil, through(doer, "GET")); err != nil {
					t.Errorf("%s, %v: %v", name, value, err)
				}
			}
			sent = 0
		})
	}
}

func TestGeneratedCallsApplyTheOptions(t *testing.T) {
	for name, call := range calls {
		var got *http.Request
		serve := func(request *http.Request) (*http.Response, error) { got = request; return answer(200, `{}`), nil }
		forEachDoer(t, serve, func(t *testing.T, doer Doer) {
			if err := call(t.Context(), getThing, []CallOption{Query("b", "2"), Header("X-Trace", "t-1")}, through(doer, "GET")); err != nil {
				t.Fatal(err)
			}
			if got.URL.RawQuery != "a=1&b=2" || got.Header.Get("X-Trace") != "t-1" || got.Header.Get("Accept") != "application/json" {
				t.Errorf("%s: sent %s, %v", name, got.URL, got.Header)
			}
			if err := call(t.Context(), getThing, []CallOption{Header("Accept", "text/csv")}, through(doer, "GET")); err != nil || got.Header.Get("Accept") != "text/csv" {
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
		response := answer(200, "")
		response.Body = io.NopCloser(body)
		return response, nil
	}
	forEachDoer(t, serve, func(t *testing.T, doer Doer) {
		response, err := Open(t.Context(), getThing, nil, through(doer, "GET"))
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.Copy(io.Discard, response.Body)
		if !errors.Is(err, ErrTooLarge) || read != defaultMaxResponseBytes {
			t.Errorf("%d bytes are read, %v", read, err)
		}
	})
	doer := &http.Client{Transport: roundTripFunc(serve)}
	if _, err := Fetch[thing](t.Context(), getThing, nil, through(doer, "GET")); !errors.Is(err, ErrTooLarge) || !errors.Is(err, ErrDecode) {
		t.Errorf("got %v", err)
	}
	if err := Execute(t.Context(), getThing, nil, through(doer, "GET")); err != nil || body.read > 1<<20 {
		t.Errorf("%v, and %d bytes are read", err, body.read)
	}
	small := newTestClient(t, always(200, `{"Name": "`+strings.Repeat("a", 100)+`"}`), WithMaxResponseBytes(100)).Doer()
	if _, err := Fetch[thing](t.Context(), getThing, nil, through(small, "GET")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("through a Client with a bound of its own: %v", err)
	}
}

func TestGeneratedCallsCloseTheBody(t *testing.T) {
	var body *closeRecorder
	serve := func(*http.Request) (*http.Response, error) {
		body = &closeRecorder{Reader: strings.NewReader(`{"Name": "a"}`)}
		response := answer(200, "")
		response.Body = body
		return response, nil
	}
	forEachDoer(t, serve, func(t *testing.T, doer Doer) {
		for _, name := range []string{"Fetch", "Execute"} {
			if err := calls[name](t.Context(), getThing, nil, through(doer, "GET")); err != nil || !body.closed {
				t.Errorf("%s: %v, and the body is closed: %v", name, err, body.closed)
			}
		}
		response, err := Open(t.Context(), getThing, nil, through(doer, "GET"))
		if err != nil || body.closed {
			t.Fatalf("Open: %v, and the body is closed: %v", err, body.closed)
		}
		if data, err := io.ReadAll(response.Body); err != nil || string(data) != `{"Name": "a"}` {
			t.Errorf("the body is %q, %v", data, err)
		}
		if err := response.Body.Close(); err != nil || !body.closed {
			t.Errorf("%v, and the body is closed: %v", err, body.closed)
		}
	})
}

// A Client repeats calls of a generated client as its own: where that does no harm, or where the caller says so.
func TestGeneratedCallsAreRepeatedByTheClient(t *testing.T) {
	for _, test := range []struct {
		method  string
		options []CallOption
		sent    int
	}{
		{"GET", nil, 3}, {"GET", []CallOption{Idempotent(false)}, 1}, {"POST", nil, 1}, {"POST", []CallOption{Idempotent(true)}, 3},
	} {
		for name, call := range calls {
			synctest.Test(t, func(t *testing.T) {
				server := &answers{script: []func() (*http.Response, error){status(503), status(503), status(200)}}
				client := newTestClient(t, server.Do, WithRetries(2))
				operation := getThing
				operation.Method, operation.Idempotent, operation.MayBeEmpty = test.method, test.method == "GET", true
				err := call(t.Context(), operation, test.options, through(client.Doer(), test.method))
				if isDone := test.sent == 3; len(server.requests) != test.sent || (err == nil) != isDone {
					t.Errorf("%s, %s: %v after %d requests", name, test.method, err, len(server.requests))
				}
				if e, ok := errors.AsType[*Error](err); ok && e.Attempts != test.sent {
					t.Errorf("%s, %s: the error counts %d", name, test.method, e.Attempts)
				}
			})
		}
	}
}
