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
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

// closedAddress returns an address that refuses connections.
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
			state := &state{facts: facts{Operation: createOrder}}
			request, err := http.NewRequestWithContext(withState(t.Context(), state), "POST", test.url, strings.NewReader("{}"))
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
				return Wrap(client).Do(request)
			})
			if errors.Is(err, ErrMaybeProcessed) != test.maybe || err == nil {
				t.Errorf("with a plain HTTP client: %v", err)
			}
		})
	}
}

// ErrMaybeProcessed of an earlier attempt stays, whatever the later attempts do.
func TestErrMaybeProcessedStays(t *testing.T) {
	for _, test := range []struct {
		name   string
		script []func() (*http.Response, error)
		ctx    time.Duration
		is     error
	}{
		{"a later 400", []func() (*http.Response, error){stub.Status(503), stub.Status(400)}, 0, ErrBadRequest},
		{"a later 429", []func() (*http.Response, error){stub.Broken(io.ErrUnexpectedEOF), stub.Status(429, "Retry-After", "3600")}, 0, ErrRateLimited},
		{"the end of the context in a wait", []func() (*http.Response, error){stub.Status(503, "Retry-After", "20")}, time.Second, context.Canceled},
		{"a failed login", []func() (*http.Response, error){stub.Status(503), stub.Broken(&authn.Error{Reason: authn.ErrBlocked})}, 0, authn.ErrBlocked},
		{"a refusal of this package", []func() (*http.Response, error){stub.Status(503), stub.Broken(ErrNotSent)}, 0, ErrNotSent},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &stub.Responses{Script: test.script}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.ctx > 0 {
					time.AfterFunc(test.ctx, cancel)
				}
				yes := true
				state := &state{facts: facts{Operation: createOrder, repeatable: &yes}}
				chain := &statusStep{&retryStep{next: &attemptStep{next: &processedStep{next}}, retries: 3}}
				_, err := chain.Do(stub.Request(t, "POST", "/acme/orders", "{}").WithContext(withState(ctx, state)))
				if !errors.Is(err, ErrMaybeProcessed) || !errors.Is(err, test.is) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A create that was retried after a 429 may have been processed if the second attempt fails.
func TestOtherCallsAreNotWatched(t *testing.T) {
	request := stub.Request(t, "GET", "/me", "")
	next := stub.DoerFunc(func(got *http.Request) (*http.Response, error) {
		if got != request {
			t.Error("the request was changed for a call that is idempotent")
		}
		return stub.Response(503, ""), nil
	})
	if _, err := (&processedStep{next}).Do(request); err != nil {
		t.Fatal(err)
	}
}

// net/http itself replays requests that it considers idempotent when a reused connection breaks.

func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	return listener.Addr().String()
}
