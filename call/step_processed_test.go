package call

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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
			response := answer(200, "")
			response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Name":`), errorReader{io.ErrUnexpectedEOF}))
			return response, nil
		}, true},
		{"a body that is too large", always(200, `{"Name":"`+strings.Repeat("x", 100)+`"}`), true},
		{"a body that cannot be decoded", always(200, "<html>"), true},
	} {
		for _, op := range []struct {
			name    string
			method  string
			options []CallOption
			counts  bool
		}{
			{"POST", "POST", nil, true},
			{"PATCH", "PATCH", nil, true},
			{"GET", "GET", nil, false},
			{"GET that is not idempotent", "GET", []CallOption{Idempotent(false)}, true},
			{"POST that may be repeated", "POST", []CallOption{Idempotent(true)}, true},
		} {
			client := newTestClient(t, test.serve, WithRetries(0), WithMaxResponseBytes(100))
			operation := Operation{ID: "o", Method: op.method, Route: "/things/{id}", Idempotent: op.method == "GET"}
			_, err := Fetch[thing](t.Context(), operation, op.options, through(client.Doer(), op.method))
			want := test.want && op.counts
			e, ok := errors.AsType[*Error](err)
			if !ok || errors.Is(err, ErrMaybeProcessed) != want || e.MaybeProcessed != want {
				t.Errorf("%s, %s: got %v, want ErrMaybeProcessed %v", test.name, op.name, err, want)
			}
			if strings.HasSuffix(err.Error(), "; the request may have been processed") != want {
				t.Errorf("%s, %s: the text is %q", test.name, op.name, err)
			}
		}
		// A generated client that sends through something else than a Client has the same.
		if test.name != "a body that is too large" {
			_, err := Fetch[thing](t.Context(), Operation{Method: "POST"}, nil, through(&http.Client{Transport: roundTripFunc(test.serve)}, "POST"))
			if errors.Is(err, ErrMaybeProcessed) != test.want {
				t.Errorf("%s, with a plain HTTP client: %v", test.name, err)
			}
		}
	}
}

// closedAddress returns an address that refuses connections.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	return listener.Addr().String()
}

// Without a connection nothing was sent: a create is repeated then, and its error does not say that it may be done.
func TestACreateWithoutAConnectionIsRepeated(t *testing.T) {
	hangUp := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer hangUp.Close()
	withTLS := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	withTLS.Config.ErrorLog = log.New(io.Discard, "", 0)
	withTLS.StartTLS()
	defer withTLS.Close()
	for _, test := range []struct {
		name, url string
		attempts  int
		maybe     bool
	}{
		{"nobody listens", "http://" + closedAddress(t), 2, false},
		{"a certificate that nobody trusts", withTLS.URL, 2, false},
		{"a server that hangs up", hangUp.URL, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			chain := &retryStep{next: &attemptStep{next: &processedStep{newSendStep(client, time.Minute, "test")}}, retries: 1}
			state := &callState{operation: createOrder}
			request, err := http.NewRequestWithContext(withCallState(t.Context(), state), "POST", test.url, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&statusStep{chain}).Do(request)
			if errors.Is(err, ErrMaybeProcessed) != test.maybe || state.attempts != test.attempts || err == nil {
				t.Errorf("%v after %d attempts", err, state.attempts)
			}
			generated := Operation{Method: "POST", Route: "/x"}
			err = Execute(t.Context(), generated, nil, func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error) {
				request, err := http.NewRequestWithContext(ctx, "POST", test.url, nil)
				if err != nil {
					return nil, err
				}
				if err := edit(ctx, request); err != nil {
					return nil, err
				}
				return client.Do(request)
			})
			if errors.Is(err, ErrMaybeProcessed) != test.maybe || err == nil {
				t.Errorf("with a plain HTTP client: %v", err)
			}
		})
	}
}

// What was refused before it was sent has done nothing.
func TestErrMaybeProcessedIsNotForWhatWasNotSent(t *testing.T) {
	failure := errors.New("the editor failed")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	client := newTestClient(t, always(200, ""))
	source := &brokenSource{&authn.Error{Reason: authn.ErrBlocked}}
	notLoggedIn := newChain(&config{timeout: time.Minute, callTimeout: time.Minute}, &http.Client{}, client.baseURL, source)
	post := Operation{Method: "POST", Route: "/things/{id}"}
	for name, err := range map[string]error{
		"a failed login": Execute(t.Context(), post, nil, through(notLoggedIn, "POST")),
		"another origin": Execute(t.Context(), post, nil, func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error) {
			request, _ := http.NewRequestWithContext(ctx, "POST", "https://other.example/x", nil)
			return client.Doer().Do(request)
		}),
		"an editor": Execute(t.Context(), post, nil, func(context.Context, func(context.Context, *http.Request) error) (*http.Response, error) {
			return nil, failure
		}),
		"a context that has ended": Execute(ended, post, nil, through(client.Doer(), "POST")),
		"an argument":              Execute(t.Context(), Operation{Method: "POST", PathValues: []any{""}}, nil, through(client.Doer(), "POST")),
	} {
		if err == nil || errors.Is(err, ErrMaybeProcessed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type brokenSource struct{ err error }

func (s *brokenSource) Token(context.Context) (*authn.Token, error) { return nil, s.err }
func (s *brokenSource) Current() *authn.Token                       { return nil }
func (s *brokenSource) Invalidate(*authn.Token) bool                { return false }

// What an earlier attempt may have done stays on the error, whatever comes later.
func TestErrMaybeProcessedStays(t *testing.T) {
	for _, test := range []struct {
		name   string
		script []func() (*http.Response, error)
		ctx    time.Duration
		is     error
	}{
		{"a later 400", []func() (*http.Response, error){status(503), status(400)}, 0, ErrBadRequest},
		{"a later 429", []func() (*http.Response, error){broken(io.ErrUnexpectedEOF), status(429, "Retry-After", "3600")}, 0, ErrRateLimited},
		{"the end of the context in a wait", []func() (*http.Response, error){status(503, "Retry-After", "20")}, time.Second, context.Canceled},
		{"a failed login", []func() (*http.Response, error){status(503), broken(&authn.Error{Reason: authn.ErrBlocked})}, 0, authn.ErrBlocked},
		{"a refusal of this package", []func() (*http.Response, error){status(503), broken(errNotSent)}, 0, errNotSent},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &answers{script: test.script}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.ctx > 0 {
					time.AfterFunc(test.ctx, cancel)
				}
				yes := true
				state := &callState{operation: createOrder, isIdempotent: &yes}
				chain := &statusStep{&retryStep{next: &attemptStep{next: &processedStep{next}}, retries: 3}}
				_, err := chain.Do(newRequest(t, "POST", "/acme/orders", "{}").WithContext(withCallState(ctx, state)))
				if !errors.Is(err, ErrMaybeProcessed) || !errors.Is(err, test.is) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A create that was refused with 429 and sent again is in doubt as soon as the second attempt is.
func TestErrMaybeProcessedOfALaterAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		var waited error
		client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return answer(429, "", "Retry-After", "1"), nil
			}
			return silent(request)
		}, WithCallTimeout(5*time.Second), WithHooks(Hooks{Retry: func(_ context.Context, event Event) { waited = event.Err }}))
		_, err := client.Call(t.Context(), "POST", "/acme/orders", []byte("{}"))
		if !errors.Is(err, ErrMaybeProcessed) || !errors.Is(err, ErrRateLimited) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if errors.Is(waited, ErrMaybeProcessed) || errors.Is(waited, context.DeadlineExceeded) {
			t.Errorf("the error that a hook was told has changed: %v", waited)
		}
	})
}

func TestOtherCallsAreNotWatched(t *testing.T) {
	request := newRequest(t, "GET", "/me", "")
	next := doerFunc(func(got *http.Request) (*http.Response, error) {
		if got != request {
			t.Error("the request was changed for a call that is idempotent")
		}
		return answer(503, ""), nil
	})
	if _, err := (&processedStep{next}).Do(request); err != nil {
		t.Fatal(err)
	}
}

// Where a connection that was kept breaks before the answer, net/http itself repeats what it takes for idempotent.
func TestNetHTTPRepeatsOnlyWhatMayBe(t *testing.T) {
	key := Header("Idempotency-Key", "k")
	for _, test := range []struct {
		name     string
		method   string
		options  []CallOption
		requests int32
	}{
		{"GET", "GET", nil, 2},
		{"GET that is not idempotent", "GET", []CallOption{Idempotent(false)}, 1},
		{"HEAD that is not idempotent", "HEAD", []CallOption{Idempotent(false)}, 1},
		{"OPTIONS that is not idempotent", "OPTIONS", []CallOption{Idempotent(false)}, 1},
		{"POST", "POST", nil, 1},
		{"POST with a key", "POST", []CallOption{key}, 1},
		{"POST with a key of another name", "POST", []CallOption{Header("X-Idempotency-Key", "k")}, 1},
		{"POST with a key that may be repeated", "POST", []CallOption{key, Idempotent(true)}, 2},
		{"PUT with a key that is not idempotent", "PUT", []CallOption{key, Idempotent(false)}, 1},
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
				if wants := len(applyOptions(test.options).header); wants > 0 && request.Header.Get("Idempotency-Key")+request.Header.Get("X-Idempotency-Key") != "k" {
					t.Errorf("the header is lost: %v", request.Header)
				}
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client, closeClient := newHostileClient(t, server.URL, transport)
			defer closeClient()

			if _, err := client.Call(t.Context(), "GET", "/kept", nil); err != nil {
				t.Fatal(err)
			}
			_, err := client.Call(t.Context(), test.method, "/cut", nil, test.options...)
			if err == nil || requests.Load() != test.requests {
				t.Errorf("%d requests instead of %d: %v", requests.Load(), test.requests, err)
			}
		})
	}
}
