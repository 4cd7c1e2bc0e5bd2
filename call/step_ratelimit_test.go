package call

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestRateLimitStepSpacesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &answers{script: []func() (*http.Response, error){status(200)}}
		step := newRateLimitStep(next, 2, 1)
		start := time.Now()
		for range 5 {
			if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("5 requests at 2 a second took %v", took)
		}
	})
}

// A call that has to be over before its turn fails at once, and leaves its turn to another.
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
			state := &callState{deadline: time.Now().Add(time.Second)}
			return request.WithContext(withCallState(request.Context(), state))
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &answers{script: []func() (*http.Response, error){status(200)}}
				step := newRateLimitStep(next, 0.1, 1)
				if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				for range 3 {
					_, err := step.Do(test.request(t, newRequest(t, "GET", "/me", "")))
					if !errors.Is(err, errNotSent) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 {
						t.Errorf("%v after %v", err, time.Since(start))
					}
				}
				if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil || time.Since(start) != 10*time.Second {
					t.Errorf("the next turn came after %v, %v", time.Since(start), err)
				}
			})
		})
	}
}

func TestRateLimitStepStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &answers{script: []func() (*http.Response, error){status(200)}}
		step := newRateLimitStep(next, 0.1, 1)
		if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := step.Do(newRequest(t, "GET", "/me", "").WithContext(ctx))
		if !errors.Is(err, errNotSent) || !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("the turn of the call that left was not free after %v, %v", time.Since(start), err)
		}
	})
}

// A call that waits for its turn when another is answered 429 waits for the end of the pause, too.
func TestRateLimitStepWaitsAgainAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var sent []time.Duration
		step := newRateLimitStep(doerFunc(func(*http.Request) (*http.Response, error) {
			sent = append(sent, time.Since(start))
			time.Sleep(500 * time.Millisecond)
			return answer(429, "", "Retry-After", "10"), nil
		}), 1, 1)
		var calls sync.WaitGroup
		for range 2 {
			calls.Go(func() {
				if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
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

// The step tells the throttle what it needs: what was sent, what was refused, and what was not.
func TestRateLimitStepTellsTheThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		code := 200
		step := newRateLimitStep(doerFunc(func(*http.Request) (*http.Response, error) {
			return answer(code, "", "Retry-After", "2"), nil
		}), 0, 0)
		send := func() {
			if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
				t.Fatal(err)
			}
		}
		for range 39 {
			send()
		}
		code = 429
		send()
		if !near(step.throttle.learned, 20) {
			t.Errorf("the rate is %v after 40 requests in a second", step.throttle.learned)
		}
		code = 500
		time.Sleep(5 * time.Second)
		send()
		if !near(step.throttle.learned, 20) {
			t.Errorf("a failure has changed the rate to %v", step.throttle.learned)
		}
		code = 200
		send()
		if !near(step.throttle.learned, 24) {
			t.Errorf("the rate is %v after a success", step.throttle.learned)
		}
	})
}

// limitedServer answers 429 to what is more than its limit in a second, and counts.
type limitedServer struct {
	mu        sync.Mutex
	perSecond int
	second    int64
	inSecond  int
	refusals  int
	served    int
	hint      string
}

func (s *limitedServer) Do(*http.Request) (*http.Response, error) {
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now().Unix(); now != s.second {
		s.second, s.inSecond = now, 0
	}
	if s.inSecond++; s.inSecond > s.perSecond {
		s.refusals++
		return answer(429, "", "Retry-After", s.hint), nil
	}
	s.served++
	return answer(200, `[]`), nil
}

// After a 429 all calls of a Client wait until the server wants more, and then come one after the other.
func TestAllCallsPauseAfterA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Duration
		start := time.Now()
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if sent = append(sent, time.Since(start)); len(sent) == 1 {
				return answer(429, "", "Retry-After", "5"), nil
			}
			return answer(200, `{}`), nil
		}, WithRetries(0))
		if _, err := client.Me(t.Context()); !errors.Is(err, ErrRateLimited) {
			t.Fatal(err)
		}
		var calls sync.WaitGroup
		for range 3 {
			calls.Go(func() {
				if _, err := client.Me(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if len(sent) != 4 || sent[1] != 5*time.Second || sent[2] != 7*time.Second || sent[3] <= sent[2] {
			t.Errorf("sent at %v", sent)
		}
		if _, err := client.Me(t.Context(), Timeout(time.Minute)); err != nil {
			t.Error(err)
		}
	})
}

// The call that got the 429 waits as long as the server asks, not twice as long.
func TestARefusedCallWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &answers{script: []func() (*http.Response, error){
			status(429, "Retry-After", "5"), status(429, "Retry-After", "7"), func() (*http.Response, error) { return answer(200, `{}`), nil },
		}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); err != nil || time.Since(start) != 12*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// A pause that the call has no time for is not waited out, and what the server said stays on the error.
func TestAPauseLongerThanTheCallMayTakeFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &answers{script: []func() (*http.Response, error){status(429, "Retry-After", "3600")}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); !errors.Is(err, ErrRateLimited) {
			t.Fatal(err)
		}
		_, err := client.Me(t.Context(), Timeout(10*time.Second))
		if _, ok := errors.AsType[*Error](err); !ok || !errors.Is(err, errNotSent) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 || len(server.requests) != 1 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := client.Me(t.Context(), Timeout(time.Minute)); !errors.Is(err, ErrRateLimited) || time.Since(start) != maxRetryWait {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// Many callers find the rate of a server that does not say it: nearly all is served, and little is refused.
func TestManyCallersFindTheRateOfTheServer(t *testing.T) {
	for name, options := range map[string][]Option{"without a limit": nil, "with a limit above the server's": {WithRateLimit(50, 10)}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &limitedServer{perSecond: 10, hint: "1"}
				client := newTestClient(t, server.Do, append(options, WithRetries(10))...)
				var callers sync.WaitGroup
				for range 8 {
					callers.Go(func() {
						for range 100 {
							if _, err := client.Call(t.Context(), "GET", "/x", nil); err != nil {
								t.Error(err)
							}
						}
					})
				}
				start := time.Now()
				callers.Wait()
				took := time.Since(start)
				if server.served != 800 || server.refusals > 200 || took > 4*time.Minute {
					t.Errorf("%d served, %d refused in %v", server.served, server.refusals, took)
				}
			})
		})
	}
}
