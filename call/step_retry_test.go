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

	"github.com/xsale-go/xsale/authn"
)

func TestRetryStepRepeatsOnlyWhatDoesNoHarm(t *testing.T) {
	lost := broken(io.ErrUnexpectedEOF)
	for _, test := range []struct {
		name       string
		method     string
		first      func() (*http.Response, error)
		idempotent bool
		attempts   int
	}{
		{"GET success", "GET", status(200), false, 1},
		{"GET 404", "GET", status(404), false, 1},
		{"GET 401", "GET", status(401), false, 1},
		{"GET 408", "GET", status(408), false, 2},
		{"GET 429", "GET", status(429), false, 2},
		{"GET 500", "GET", status(500), false, 2},
		{"GET 501", "GET", status(501), false, 1},
		{"GET 503", "GET", status(503), false, 2},
		{"GET lost", "GET", lost, false, 2},
		{"PUT 503", "PUT", status(503), false, 2},
		{"DELETE lost", "DELETE", lost, false, 2},
		{"POST 429", "POST", status(429), false, 2},
		{"POST 408", "POST", status(408), false, 1},
		{"POST 503", "POST", status(503), false, 1},
		{"POST lost", "POST", lost, false, 1},
		{"PATCH 503", "PATCH", status(503), false, 1},
		{"POST 503, marked", "POST", status(503), true, 2},
		{"POST lost, marked", "POST", lost, true, 2},
		{"GET login failed", "GET", broken(&authn.Error{Reason: authn.ErrUnavailable}), false, 1},
		{"GET not sent", "GET", broken(errNotSent), false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &answers{script: []func() (*http.Response, error){test.first, status(200)}}
				request := newRequest(t, test.method, "/acme/orders", "body")
				state := &callState{operation: rawOperation(test.method, "/acme/orders")}
				if test.idempotent {
					state.isIdempotent = &test.idempotent
				}
				(&retryStep{next: next, retries: 3}).Do(request.WithContext(withCallState(t.Context(), state)))
				if len(next.requests) != test.attempts {
					t.Errorf("%d attempts instead of %d", len(next.requests), test.attempts)
				}
				for _, body := range next.bodies {
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
		next := &answers{script: []func() (*http.Response, error){status(503)}}
		response, err := (&retryStep{next: next, retries: 2}).Do(newRequest(t, "GET", "/me", ""))
		if err != nil || response.StatusCode != 503 || len(next.requests) != 3 {
			t.Errorf("%d attempts, then %v, %v", len(next.requests), response, err)
		}
	})
}

func TestRetryStepDoesNotRepeatABodyThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &answers{script: []func() (*http.Response, error){status(429), status(200)}}
		request := newRequest(t, "POST", "/acme/orders", "")
		request.Body = io.NopCloser(strings.NewReader("once"))
		response, err := (&retryStep{next: next, retries: 3}).Do(request)
		if err != nil || response.StatusCode != 429 || len(next.requests) != 1 {
			t.Errorf("%d attempts, then %v, %v", len(next.requests), response, err)
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
				next := &answers{script: []func() (*http.Response, error){status(429, "Retry-After", test.retryAfter), status(200)}}
				start := time.Now()
				_, err := (&retryStep{next: next, retries: 3}).Do(newRequest(t, "GET", "/me", ""))
				if waited := time.Since(start); err != nil || waited < test.atLeast || waited >= test.lessThan || len(next.requests) != test.attempts {
					t.Errorf("%d attempts in %v, %v", len(next.requests), waited, err)
				}
			})
		})
	}
}

func TestRetryStepStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		next := &answers{script: []func() (*http.Response, error){status(429, "Retry-After", "20")}}
		start := time.Now()
		_, err := (&retryStep{next: next, retries: 3}).Do(newRequest(t, "GET", "/me", "").WithContext(ctx))
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("returned after %v", waited)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrRateLimited) {
			t.Errorf("the error does not hold both the end and the last answer: %v", err)
		}
	})
}

// A wait that the call has no time for is not begun: the last answer is the result, at once.
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
				next := &answers{script: []func() (*http.Response, error){status(503, "Retry-After", "5"), status(200)}}
				ctx, state := t.Context(), &callState{operation: getMe}
				if test.context > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.context)
					defer cancel()
				}
				if test.deadline > 0 {
					state.deadline = time.Now().Add(test.deadline)
				}
				start := time.Now()
				response, err := (&retryStep{next: next, retries: 3}).Do(newRequest(t, "GET", "/me", "").WithContext(withCallState(ctx, state)))
				if err != nil || len(next.requests) != test.attempts {
					t.Fatalf("%d attempts, %v", len(next.requests), err)
				}
				if isAtOnce := time.Since(start) == 0; response.StatusCode == 503 != isAtOnce {
					t.Errorf("%d after %v", response.StatusCode, time.Since(start))
				}
			})
		})
	}
}

// What the server said last stays on the error, whatever keeps the next attempt from being sent.
func TestRetryStepKeepsTheLastAnswer(t *testing.T) {
	for name, second := range map[string]error{"refused": errNotSent, "no login": &authn.Error{Reason: authn.ErrUnavailable}} {
		synctest.Test(t, func(t *testing.T) {
			next := &answers{script: []func() (*http.Response, error){status(503, "X-Request-Id", "r-1"), broken(second)}}
			_, err := (&retryStep{next: next, retries: 3}).Do(newRequest(t, "GET", "/me", ""))
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
		next := doerFunc(func(*http.Request) (*http.Response, error) {
			cancelSoon := time.AfterFunc(1, func() { cancel(stopped) })
			t.Cleanup(func() { cancelSoon.Stop() })
			return nil, io.ErrUnexpectedEOF
		})
		_, err := (&retryStep{next: next, retries: 3}).Do(newRequest(t, "GET", "/me", "").WithContext(ctx))
		if !errors.Is(err, stopped) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the error does not hold both the end and the failure: %v", err)
		}
	})
}
