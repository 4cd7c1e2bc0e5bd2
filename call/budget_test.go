package call_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// failing returns a client whose server fails while down says so, and the count of its requests.
func failing(t *testing.T, down func() bool, options ...xsale.Option) (*xsale.Client, *atomic.Int64) {
	var sent atomic.Int64
	return newTestClient(t, func(*http.Request) (*http.Response, error) {
		sent.Add(1)
		time.Sleep(20 * time.Millisecond)
		if down() {
			return stub.Response(503, ""), nil
		}
		return stub.Response(200, `{"Id":7}`), nil
	}, options...), &sent
}

func always503() bool { return true }

// inParallel makes each worker call a number of times.
func inParallel(workers, times int, do func()) {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range times {
				do()
			}
		})
	}
	group.Wait()
}

func TestRetryBudgetBoundsTheLoadOfAnOutage(t *testing.T) {
	for _, test := range []struct {
		name           string
		workers, times int
		pause          time.Duration
		most           int64
	}{
		{"100 calls at once", 100, 1, 0, 120},
		{"100 workers", 100, 20, time.Second, 2400},
		{"10 workers", 10, 200, 200 * time.Millisecond, 2400},
		{"a worker", 1, 1000, time.Second, 1200},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, sent := failing(t, always503)
				inParallel(test.workers, test.times, func() {
					if _, err := client.Me(t.Context()); !errors.Is(err, xsale.ErrServer) {
						t.Errorf("got %v", err)
					}
					time.Sleep(test.pause)
				})
				if got := sent.Load(); got > test.most || got < int64(test.workers*test.times) {
					t.Errorf("%d requests for %d calls", got, test.workers*test.times)
				}
			})
		})
	}
}

// Calls now and then, failures now and then, and a 429 for all are retried as without a budget.
func TestRetryBudgetIsEnoughForNormalLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sent := failing(t, always503)
		for range 20 {
			before := sent.Load()
			client.Me(t.Context())
			if retries := sent.Load() - before - 1; retries != 3 {
				t.Fatalf("%d retries", retries)
			}
			time.Sleep(30 * time.Second)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		client, _ := failing(t, func() bool { mu.Lock(); defer mu.Unlock(); return random.Float64() < 0.2 }, xsale.WithRetries(10))
		inParallel(8, 250, func() {
			if _, err := client.Me(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			limited := time.Since(start) < time.Second
			time.Sleep(20 * time.Millisecond) // so that all are sent at once
			if limited {
				return stub.Response(429, "", "Retry-After", "1"), nil
			}
			return stub.Response(200, `{"Id":7}`), nil
		})
		inParallel(60, 1, func() {
			if _, err := client.Me(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
}

// The budget fills again once the server works.
func TestRetryBudgetRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		client, sent := failing(t, down.Load)
		inParallel(100, 1, func() { client.Me(t.Context()) })
		down.Store(false)
		inParallel(1, 75, func() { client.Me(t.Context()) })
		down.Store(true)
		before := sent.Load()
		inParallel(5, 1, func() { client.Me(t.Context()) })
		if got := sent.Load() - before; got != 20 {
			t.Errorf("%d requests for 5 calls", got)
		}
	})
}

func TestRetryBudgetIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var spent, kept atomic.Int64
		hooks := call.Hooks{CallDone: func(_ context.Context, event call.Event) {
			if event.BudgetSpent {
				spent.Add(1)
			} else {
				kept.Add(1)
			}
		}}
		client, sent := failing(t, always503, xsale.WithHooks(hooks), xsale.WithRetryBudget(2), xsale.WithRetries(1))
		var said atomic.Int64
		inParallel(10, 1, func() {
			if _, err := client.Me(t.Context()); strings.Contains(err.Error(), "503 Service Unavailable; not retried: the retry budget is spent (WithRetryBudget)") {
				said.Add(1)
			}
		})
		if sent.Load() != 12 || spent.Load() != 8 || kept.Load() != 2 || said.Load() != 8 {
			t.Errorf("%d requests; %d calls spent, %d not; %d messages", sent.Load(), spent.Load(), kept.Load(), said.Load())
		}
	})
}

// A body that breaks is a failure like any other.
func TestRetryBudgetCountsBrokenBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			response := stub.Response(200, "")
			response.Body = &stub.HangingBody{Reader: strings.NewReader(`{"Id`), Context: canceled(t)}
			return response, nil
		}, xsale.WithRetryBudget(1))
		_, err := client.Me(t.Context())
		if !errors.Is(err, xsale.ErrDecode) || !strings.Contains(err.Error(), "the retry budget is spent") || !strings.HasSuffix(err.Error(), "(after 2 attempts)") {
			t.Errorf("got %v", err)
		}
	})
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
