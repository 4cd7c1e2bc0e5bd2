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
)

// A program that is killed while many of its calls wait takes few slots with it. When each waiting
// call had one, the next program waited for five minutes.
func TestAKilledProgramTakesFewSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		killed := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(98.0/60, 1))
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		for range 600 {
			go killed.Call(ctx, http.MethodGet, "/x", nil)
		}
		time.Sleep(5 * time.Second)
		shared.fail(func(context.Context) error { return errors.New("killed") }) // gives nothing back
		kill()
		synctest.Wait()
		shared.work()
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(98.0/60, 1))
		start := time.Now()
		me(t, client)
		if waited := time.Since(start); waited > 5*time.Second {
			t.Errorf("the next program waited for %v", waited)
		}
	})
}

// Calls that are canceled give their time back. When only a hundred slots came back, the next 200
// calls took four times as long.
func TestManyCanceledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(10, 1))
		ctx, cancel := context.WithCancel(t.Context())
		var canceled sync.WaitGroup
		for range 1000 {
			canceled.Go(func() { client.Call(ctx, http.MethodGet, "/x", nil) })
		}
		time.Sleep(2 * time.Second)
		cancel()
		canceled.Wait()
		start := time.Now()
		for range 200 {
			me(t, client)
		}
		if took := time.Since(start); took > 22*time.Second {
			t.Errorf("200 calls at 10 a second took %v", took)
		}
	})
}

// An outage of the limiter for all neither begins nor ends with a rush, however many programs there
// are.
func TestOutageForAll(t *testing.T) {
	for _, programs := range []int{5, 100} {
		synctest.Test(t, func(t *testing.T) {
			api, shared := newSentTimes(), &limiter{}
			end := time.Now().Add(12 * time.Minute)
			var calls sync.WaitGroup
			for range programs {
				client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(98.0/60, 1))
				calls.Go(func() {
					for time.Now().Before(end) {
						me(t, client)
					}
				})
			}
			time.Sleep(4 * time.Minute)
			shared.fail(func(context.Context) error { return errors.New("connection refused") })
			time.Sleep(3 * time.Minute)
			shared.work()
			calls.Wait()
			if most := api.most(time.Minute); most > 105 {
				t.Errorf("%d programs: %d calls in a minute", programs, most)
			}
			if sent := len(api.times); sent < 9*98 {
				t.Errorf("%d programs: %d calls in twelve minutes", programs, sent)
			}
		})
	}
}
