package call

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

func TestRetryStepRepeatsOnlyWhatDoesNoHarm(t *testing.T) {
	lost := stub.Broken(io.ErrUnexpectedEOF)
	for _, test := range []struct {
		name       string
		method     string
		first      func() (*http.Response, error)
		idempotent bool
		attempts   int
	}{
		{"GET success", "GET", stub.Status(200), false, 1},
		{"GET 404", "GET", stub.Status(404), false, 1},
		{"GET 401", "GET", stub.Status(401), false, 1},
		{"GET 408", "GET", stub.Status(408), false, 2},
		{"GET 429", "GET", stub.Status(429), false, 2},
		{"GET 500", "GET", stub.Status(500), false, 2},
		{"GET 501", "GET", stub.Status(501), false, 1},
		{"GET 503", "GET", stub.Status(503), false, 2},
		{"GET lost", "GET", lost, false, 2},
		{"PUT 503", "PUT", stub.Status(503), false, 2},
		{"DELETE lost", "DELETE", lost, false, 2},
		{"POST 429", "POST", stub.Status(429), false, 2},
		{"POST 408", "POST", stub.Status(408), false, 1},
		{"POST 503", "POST", stub.Status(503), false, 1},
		{"POST lost", "POST", lost, false, 1},
		{"PATCH 503", "PATCH", stub.Status(503), false, 1},
		{"POST 503, marked", "POST", stub.Status(503), true, 2},
		{"POST lost, marked", "POST", lost, true, 2},
		{"GET login failed", "GET", stub.Broken(&authn.Error{Reason: authn.ErrUnavailable}), false, 1},
		{"GET not sent", "GET", stub.Broken(ErrNotSent), false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &stub.Responses{Script: []func() (*http.Response, error){test.first, stub.Status(200)}}
				request := stub.Request(t, test.method, "/acme/orders", "body")
				state := &state{facts: facts{Operation: RawOperation(test.method, "/acme/orders")}}
				if test.idempotent {
					state.repeatable = &test.idempotent
				}
				(&retryStep{next: next, retries: 3}).Do(request.WithContext(withState(t.Context(), state)))
				if len(next.Requests) != test.attempts {
					t.Errorf("%d attempts instead of %d", len(next.Requests), test.attempts)
				}
				for _, body := range next.Bodies {
					if body != "body" {
						t.Errorf("an attempt was sent with the body %q", body)
					}
				}
			})
		})
	}
}

func TestRetryStepStopsAfterItsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(503)}}
		response, err := (&retryStep{next: next, retries: 2}).Do(stub.Request(t, "GET", "/me", ""))
		if err != nil || response.StatusCode != 503 || len(next.Requests) != 3 {
			t.Errorf("%d attempts, then %v, %v", len(next.Requests), response, err)
		}
	})
}

func TestRetryStepDoesNotRepeatABodyThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429), stub.Status(200)}}
		request := stub.Request(t, "POST", "/acme/orders", "")
		request.Body = io.NopCloser(strings.NewReader("once"))
		response, err := (&retryStep{next: next, retries: 3}).Do(request)
		if err != nil || response.StatusCode != 429 || len(next.Requests) != 1 {
			t.Errorf("%d attempts, then %v, %v", len(next.Requests), response, err)
		}
	})
}

func TestRetryStepWaits(t *testing.T) {
	for _, test := range []struct {
		name, retryAfter  string
		attempts          int
		atLeast, lessThan time.Duration
	}{
		{"without a hint", "", 2, 0, retryBase + 1},
		{"as long as asked", "5", 2, 5 * time.Second, 5*time.Second + 1},
		{"a hint of zero", "0", 2, 0, retryBase + 1},
		{"an unreadable hint", "-5", 2, 0, retryBase + 1},
		{"not longer than the cap", "31", 1, 0, 1},
		{"not for an overflowing hint", "9223372037", 1, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429, "Retry-After", test.retryAfter), stub.Status(200)}}
				start := time.Now()
				_, err := (&retryStep{next: next, retries: 3}).Do(stub.Request(t, "GET", "/me", ""))
				if waited := time.Since(start); err != nil || waited < test.atLeast || waited >= test.lessThan || len(next.Requests) != test.attempts {
					t.Errorf("%d attempts in %v, %v", len(next.Requests), waited, err)
				}
			})
		})
	}
}

func TestRetryStepStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429, "Retry-After", "20")}}
		start := time.Now()
		_, err := (&retryStep{next: next, retries: 3}).Do(stub.Request(t, "GET", "/me", "").WithContext(ctx))
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("returned after %v", waited)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrRateLimited) {
			t.Errorf("the error lacks the end or the last response: %v", err)
		}
	})
}

// If there is no time for the wait, the latest response is returned at once.
func TestRetryStepDoesNotWaitLongerThanTheCallMayTake(t *testing.T) {
	for _, test := range []struct {
		name              string
		deadline, context time.Duration // 0 without
		attempts          int
	}{
		{"the call's time ends before", 4 * time.Second, 0, 1},
		{"the call's time ends with it", 5 * time.Second, 0, 1},
		{"the context ends before", 0, 4 * time.Second, 1},
		{"there is time enough", 6 * time.Second, 6 * time.Second, 2},
		{"no limit", 0, 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(503, "Retry-After", "5"), stub.Status(200)}}
				ctx, state := t.Context(), &state{facts: facts{Operation: getMe}}
				if test.context > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.context)
					defer cancel()
				}
				if test.deadline > 0 {
					state.deadline = time.Now().Add(test.deadline)
				}
				start := time.Now()
				response, err := (&retryStep{next: next, retries: 3}).Do(stub.Request(t, "GET", "/me", "").WithContext(withState(ctx, state)))
				if err != nil || len(next.Requests) != test.attempts {
					t.Fatalf("%d attempts, %v", len(next.Requests), err)
				}
				if immediate := time.Since(start) == 0; response.StatusCode == 503 != immediate {
					t.Errorf("%d after %v", response.StatusCode, time.Since(start))
				}
			})
		})
	}
}

// The error keeps the latest response if the next attempt cannot be sent.
func TestRetryStepKeepsTheLastAnswer(t *testing.T) {
	for name, second := range map[string]error{"refused": ErrNotSent, "no login": &authn.Error{Reason: authn.ErrUnavailable}} {
		synctest.Test(t, func(t *testing.T) {
			next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(503, "X-Request-Id", "r-1"), stub.Broken(second)}}
			_, err := (&retryStep{next: next, retries: 3}).Do(stub.Request(t, "GET", "/me", ""))
			e, ok := errors.AsType[*Error](err)
			if !ok || e.StatusCode != 503 || e.RequestID != "r-1" || !errors.Is(err, second) || !errors.Is(err, ErrServer) {
				t.Errorf("%s: got %#v", name, err)
			}
		})
	}
}

func TestRetryStepKeepsTheLastFailureOfTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped by the caller")
		next := stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			cancelSoon := time.AfterFunc(1, func() { cancel(stopped) })
			t.Cleanup(func() { cancelSoon.Stop() })
			return nil, io.ErrUnexpectedEOF
		})
		_, err := (&retryStep{next: next, retries: 3}).Do(stub.Request(t, "GET", "/me", "").WithContext(ctx))
		if !errors.Is(err, stopped) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the error lacks the end or the failure: %v", err)
		}
	})
}
