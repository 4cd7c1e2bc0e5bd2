package call_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

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
		return stub.Response(429, "", "Retry-After", s.hint), nil
	}
	s.served++
	return stub.Response(200, `[]`), nil
}

func TestAllCallsPauseAfterA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Duration
		start := time.Now()
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if sent = append(sent, time.Since(start)); len(sent) == 1 {
				return stub.Response(429, "", "Retry-After", "5"), nil
			}
			return stub.Response(200, `{}`), nil
		}, xsale.WithRetries(0))
		if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
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
		if len(sent) != 4 || sent[1] != 5*time.Second || sent[2] != 5100*time.Millisecond || sent[3] != 5200*time.Millisecond {
			t.Errorf("sent at %v", sent)
		}
		if _, err := client.Me(t.Context(), call.Timeout(time.Minute)); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusedCallWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){
			stub.Status(429, "Retry-After", "5"), stub.Status(429, "Retry-After", "7"), func() (*http.Response, error) { return stub.Response(200, `{}`), nil },
		}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); err != nil || time.Since(start) != 12*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestAPauseLongerThanTheCallMayTakeFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429, "Retry-After", "3600")}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
			t.Fatal(err)
		}
		_, err := client.Me(t.Context(), call.Timeout(10*time.Second))
		if _, ok := errors.AsType[*call.Error](err); !ok || !errors.Is(err, call.ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 || len(server.Requests) != 1 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := client.Me(t.Context(), call.Timeout(time.Minute)); !errors.Is(err, call.ErrRateLimited) || time.Since(start) != call.MaxRetryWait {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestManyCallersFindTheRateOfTheServer(t *testing.T) {
	for name, options := range map[string][]xsale.Option{"without a limit": nil, "with a limit above the server's": {xsale.WithRateLimit(50, 10)}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &limitedServer{perSecond: 10, hint: "1"}
				client := newTestClient(t, server.Do, append(options, xsale.WithRetries(10))...)
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
				if server.served != 800 || server.refusals > 40 || took > 4*time.Minute {
					t.Errorf("%d served, %d refused in %v", server.served, server.refusals, took)
				}
			})
		})
	}
}

// A single 429 costs little, however few requests were sent before. When it was taken for a real
// limit, 20 calls took 18 s.
func TestASingle429CostsLittle(t *testing.T) {
	for _, test := range []struct {
		hint   string
		before int
		idle   time.Duration
		most   time.Duration
	}{
		{"0", 0, 0, 2 * time.Second},
		{"0", 60, 0, 2 * time.Second},
		{"0", 60, 6 * time.Second, 2 * time.Second},
		{"", 1, time.Minute, 2 * time.Second},
		{"3", 1, time.Minute, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			client := newTestClient(t, func(*http.Request) (*http.Response, error) {
				time.Sleep(300 * time.Microsecond)
				if sent++; sent == test.before+1 {
					return stub.Response(429, "", "Retry-After", test.hint), nil
				}
				return stub.Response(200, `{}`), nil
			})
			call := func(count int) {
				for range count {
					if _, err := client.Me(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			call(test.before)
			time.Sleep(test.idle)
			start := time.Now()
			call(20)
			if took := time.Since(start); took > test.most {
				t.Errorf("%+v: 20 calls took %v", test, took)
			}
		})
	}
}

// Without learning, a 429 costs what its Retry-After asks for, and nothing else.
func TestWithoutLearningOnlyRetryAfterPauses(t *testing.T) {
	for hint, want := range map[string]time.Duration{"7": 7 * time.Second, "0": 0, "": 0} {
		synctest.Test(t, func(t *testing.T) {
			limited := true
			client := newTestClient(t, func(*http.Request) (*http.Response, error) {
				if limited {
					limited = false
					return stub.Response(429, "", "Retry-After", hint), nil
				}
				return stub.Response(200, `{}`), nil
			}, xsale.WithRateLearning(false), xsale.WithRetries(0))
			if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
				t.Fatal(err)
			}
			start := time.Now()
			for range 50 {
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took != want {
				t.Errorf("Retry-After %q: 50 calls took %v, want %v", hint, took, want)
			}
		})
	}
}
