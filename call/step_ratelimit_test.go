package call

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestRateLimitStepSpacesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
		step := &rateLimitStep{next, newMemoryThrottle(rate{perSecond: 2, burst: 1})}
		start := time.Now()
		for range 5 {
			if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("5 requests at 2 a second took %v", took)
		}
	})
}

// A call with a deadline before its turn fails at once and frees its turn.
func TestRateLimitStepDoesNotWaitInVain(t *testing.T) {
	for _, test := range []struct {
		name     string
		request  func(t *testing.T, request *http.Request) *http.Request
		deadline bool
	}{
		{"the context ends", func(t *testing.T, request *http.Request) *http.Request {
			ctx, cancel := context.WithTimeout(request.Context(), time.Second)
			t.Cleanup(cancel)
			return request.WithContext(ctx)
		}, true},
		{"the call ends", func(t *testing.T, request *http.Request) *http.Request {
			state := &state{record: record{limit: limit{deadline: time.Now().Add(time.Second)}}}
			return request.WithContext(withState(request.Context(), state))
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
				step := &rateLimitStep{next, newMemoryThrottle(rate{perSecond: 0.1, burst: 1})}
				if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				for range 3 {
					_, err := step.Do(test.request(t, stub.Request(t, "GET", "/me", "")))
					if !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 {
						t.Errorf("%v after %v", err, time.Since(start))
					}
				}
				if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil || time.Since(start) != 10*time.Second {
					t.Errorf("the next turn came after %v, %v", time.Since(start), err)
				}
			})
		})
	}
}

func TestRateLimitStepStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
		step := &rateLimitStep{next, newMemoryThrottle(rate{perSecond: 0.1, burst: 1})}
		if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := step.Do(stub.Request(t, "GET", "/me", "").WithContext(ctx))
		if !errors.Is(err, ErrNotSent) || !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("the turn of the call that left was not free after %v, %v", time.Since(start), err)
		}
	})
}

// A call that waits for its turn also waits for the pause after another call gets a 429.
func TestRateLimitStepWaitsAgainAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var sent []time.Duration
		step := &rateLimitStep{stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			sent = append(sent, time.Since(start))
			time.Sleep(500 * time.Millisecond)
			return stub.Response(429, "", "Retry-After", "10"), nil
		}), newMemoryThrottle(rate{perSecond: 1, burst: 1})}
		var calls sync.WaitGroup
		for range 2 {
			calls.Go(func() {
				if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if len(sent) != 2 || sent[1] != 10500*time.Millisecond {
			t.Errorf("sent at %v", sent)
		}
	})
}

// The step reports requests, successes and 429s to the throttle.
func TestRateLimitStepTellsTheThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		code := 200
		throttle := newMemoryThrottle(rate{})
		step := &rateLimitStep{stub.DoerFunc(func(*http.Request) (*http.Response, error) {
			return stub.Response(code, "", "Retry-After", "2"), nil
		}), throttle}
		send := func() {
			if _, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil {
				t.Fatal(err)
			}
		}
		for range 39 {
			send()
		}
		code = 429
		send()
		if !near(throttle.state.Learned, 20) {
			t.Errorf("the rate is %v after 40 requests in a second", throttle.state.Learned)
		}
		code = 500
		time.Sleep(5 * time.Second)
		send()
		if !near(throttle.state.Learned, 20) {
			t.Errorf("a failure has changed the rate to %v", throttle.state.Learned)
		}
		code = 200
		send()
		if throttle.state.Cut || !step.throttle.free() {
			t.Errorf("after a success the state is %+v", throttle.state)
		}
	})
}

// limitedServer responds with 429 beyond its limit per second and counts the requests. After a 429
// all calls of a Client pause for the Retry-After, once, and continue one by one; a call whose
// deadline is earlier fails at once. Many callers find the unknown rate with few rejections.
