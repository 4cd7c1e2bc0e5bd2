package call_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

func TestErrMaybeProcessedFollowsTheAnswer(t *testing.T) {
	for _, test := range []struct {
		name  string
		serve func(*http.Request) (*http.Response, error)
		want  bool
	}{
		{"302", always(302, ""), false},
		{"400", always(400, ""), false},
		{"401", always(401, ""), false},
		{"404", always(404, ""), false},
		{"408", always(408, ""), true},
		{"409", always(409, ""), false},
		{"429", always(429, ""), false},
		{"500", always(500, ""), true},
		{"501", always(501, ""), false},
		{"502", always(502, ""), true},
		{"503", always(503, ""), true},
		{"505", always(505, ""), false},
		{"599", always(599, ""), true},
		{"lost", func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, true},
		{"a body that breaks off", func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Name":`), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return response, nil
		}, true},
		{"a body that is too large", always(200, `{"Name":"`+strings.Repeat("x", 100)+`"}`), true},
		{"a body that cannot be decoded", always(200, "<html>"), true},
	} {
		for _, op := range []struct {
			name    string
			method  string
			options []call.Option
			counts  bool
		}{
			{"POST", "POST", nil, true},
			{"PATCH", "PATCH", nil, true},
			{"GET", "GET", nil, false},
			{"GET that is not idempotent", "GET", []call.Option{call.Idempotent(false)}, true},
			{"POST that may be repeated", "POST", []call.Option{call.Idempotent(true)}, true},
		} {
			client := newTestClient(t, test.serve, xsale.WithRetries(0), xsale.WithMaxResponseBytes(100))
			operation := call.Operation{ID: "o", Method: op.method, Route: "/things/{id}", Idempotent: op.method == "GET"}
			_, err := call.Fetch[thing](t.Context(), operation, op.options, through(client.Doer(), op.method))
			want := test.want && op.counts
			e, ok := errors.AsType[*call.Error](err)
			if !ok || errors.Is(err, call.ErrMaybeProcessed) != want || e.MaybeProcessed != want {
				t.Errorf("%s, %s: got %v, want ErrMaybeProcessed %v", test.name, op.name, err, want)
			}
			if strings.HasSuffix(err.Error(), "; the request may have been processed") != want {
				t.Errorf("%s, %s: the text is %q", test.name, op.name, err)
			}
		}
		// A generated client behaves the same with another Doer.
		if test.name != "a body that is too large" {
			_, err := call.Fetch[thing](t.Context(), call.Operation{Method: "POST"}, nil, through(&http.Client{Transport: stub.RoundTripFunc(test.serve)}, "POST"))
			if errors.Is(err, call.ErrMaybeProcessed) != test.want {
				t.Errorf("%s, with a plain HTTP client: %v", test.name, err)
			}
		}
	}
}

func TestErrMaybeProcessedIsNotForWhatWasNotSent(t *testing.T) {
	failure := errors.New("the editor failed")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	client := newTestClient(t, always(200, ""))
	source := &brokenSource{&authn.Error{Reason: authn.ErrBlocked}}
	notLoggedIn := newDoer(t, source)
	post := call.Operation{Method: "POST", Route: "/things/{id}"}
	for name, err := range map[string]error{
		"a failed login": call.Execute(t.Context(), post, nil, through(notLoggedIn, "POST")),
		"another origin": call.Execute(t.Context(), post, nil, func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error) {
			request, _ := http.NewRequestWithContext(ctx, "POST", "https://other.example/x", nil)
			return client.Doer().Do(request)
		}),
		"an editor": call.Execute(t.Context(), post, nil, func(context.Context, func(context.Context, *http.Request) error) (*http.Response, error) {
			return nil, failure
		}),
		"a context that has ended": call.Execute(ended, post, nil, through(client.Doer(), "POST")),
		"an argument":              call.Execute(t.Context(), call.Operation{Method: "POST", PathValues: []any{""}}, nil, through(client.Doer(), "POST")),
	} {
		if err == nil || errors.Is(err, call.ErrMaybeProcessed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type brokenSource struct{ err error }

func (s *brokenSource) Token(context.Context) (*authn.Token, error) { return nil, s.err }
func (s *brokenSource) Current() *authn.Token                       { return nil }
func (s *brokenSource) Invalidate(*authn.Token) bool                { return false }
func (s *brokenSource) Confirm(*authn.Token)                        {}
func (s *brokenSource) Replacement(context.Context, *authn.Token) (*authn.Token, error) {
	return nil, nil
}

func TestErrMaybeProcessedOfALaterAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		var waited error
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return stub.Response(429, "", "Retry-After", "1"), nil
			}
			return silent(request)
		}, xsale.WithTimeout(5*time.Second), xsale.WithHooks(call.Hooks{Retry: func(_ context.Context, event call.Event) { waited = event.Err }}))
		_, err := client.Call(t.Context(), "POST", "/acme/orders", []byte("{}"))
		if !errors.Is(err, call.ErrMaybeProcessed) || !errors.Is(err, call.ErrRateLimited) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if errors.Is(waited, call.ErrMaybeProcessed) || errors.Is(waited, context.DeadlineExceeded) {
			t.Errorf("the error that a hook was told has changed: %v", waited)
		}
	})
}

func TestNetHTTPRepeatsOnlyWhatMayBe(t *testing.T) {
	key := call.Header("Idempotency-Key", "k")
	for _, test := range []struct {
		name     string
		method   string
		options  []call.Option
		requests int32
	}{
		{"GET", "GET", nil, 2},
		{"GET that is not idempotent", "GET", []call.Option{call.Idempotent(false)}, 1},
		{"HEAD that is not idempotent", "HEAD", []call.Option{call.Idempotent(false)}, 1},
		{"OPTIONS that is not idempotent", "OPTIONS", []call.Option{call.Idempotent(false)}, 1},
		{"POST", "POST", nil, 1},
		{"POST with a key", "POST", []call.Option{key}, 1},
		{"POST with a key of another name", "POST", []call.Option{call.Header("X-Idempotency-Key", "k")}, 1},
		{"POST with a key that may be repeated", "POST", []call.Option{key, call.Idempotent(true)}, 2},
		{"PUT with a key that is not idempotent", "PUT", []call.Option{key, call.Idempotent(false)}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				if request.URL.Path == "/kept" {
					io.WriteString(w, "{}")
					return
				}
				requests.Add(1)
				body, _ := io.ReadAll(request.Body)
				if request.ContentLength != 0 || len(request.TransferEncoding) > 0 || len(body) > 0 {
					t.Errorf("a request without a body came with the length %d, coded as %q: %q", request.ContentLength, request.TransferEncoding, body)
				}
				if strings.Contains(test.name, "key") && request.Header.Get("Idempotency-Key")+request.Header.Get("X-Idempotency-Key") != "k" {
					t.Errorf("the header is lost: %v", request.Header)
				}
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			source, err := authn.New(authn.Config{
				Credentials: authn.Static(authn.Credentials{ClientID: "client", Username: "user", ClientSecret: authn.NewSecret("s"), Password: authn.NewSecret("p")}),
				HTTPClient:  &http.Client{Transport: &stub.Login{}},
				APIURL:      server.URL,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithBaseURL(server.URL), xsale.WithRetries(0), xsale.WithHTTPClient(&http.Client{Transport: transport}))
			if err != nil {
				t.Fatal(err)
			}

			if _, err := client.Call(t.Context(), "GET", "/kept", nil); err != nil {
				t.Fatal(err)
			}
			_, err = client.Call(t.Context(), test.method, "/cut", nil, test.options...)
			if err == nil || requests.Load() != test.requests {
				t.Errorf("%d requests instead of %d: %v", requests.Load(), test.requests, err)
			}
		})
	}
}
