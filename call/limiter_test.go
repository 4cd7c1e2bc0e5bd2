package call_test

import (
	"context"
	"errors"
	"log/slog"
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

// sentTimes is an API that notes when requests come.
type sentTimes struct {
	mu    sync.Mutex
	start time.Time
	times []time.Duration
	limit map[int]string // Retry-After of the 429 to the request with this number, from 1
}

func newSentTimes() *sentTimes { return &sentTimes{start: time.Now(), limit: map[int]string{}} }

func (s *sentTimes) Do(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = append(s.times, time.Since(s.start))
	if hint, limited := s.limit[len(s.times)]; limited {
		return stub.Response(429, "", "Retry-After", hint), nil
	}
	return stub.Response(200, `{}`), nil
}

// most returns the most requests in a window.
func (s *sentTimes) most(window time.Duration) int {
	most := 0
	for i := range s.times {
		count := 0
		for _, at := range s.times[i:] {
			if at-s.times[i] < window {
				count++
			}
		}
		most = max(most, count)
	}
	return most
}

// limiter is a MemoryLimiter that can fail.
type limiter struct {
	call.MemoryLimiter
	updates atomic.Int32
	before  atomic.Pointer[func(context.Context) error] // runs before an update, and may fail or hang
	stored  atomic.Pointer[string]                      // is stored in place of the state
}

func (l *limiter) Update(ctx context.Context, key string, change func([]byte, time.Time) ([]byte, error)) error {
	l.updates.Add(1)
	if before := l.before.Load(); before != nil {
		if err := (*before)(ctx); err != nil {
			return err
		}
	}
	return l.MemoryLimiter.Update(ctx, key, func(state []byte, now time.Time) ([]byte, error) {
		if stored := l.stored.Swap(nil); stored != nil {
			state = []byte(*stored)
		}
		return change(state, now)
	})
}

func (l *limiter) fail(how func(context.Context) error) { l.before.Store(&how) }
func (l *limiter) work()                                { l.before.Store(nil) }

func me(t *testing.T, client *xsale.Client) {
	t.Helper()
	if _, err := client.Me(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestClientsShareALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		var calls sync.WaitGroup
		for range 5 {
			client := newTestClient(t, api.Do, xsale.WithRateLimit(10, 2), xsale.WithLimiter(shared))
			for range 4 {
				calls.Go(func() {
					for range 10 {
						me(t, client)
					}
				})
			}
		}
		calls.Wait()
		took := time.Since(api.start)
		if len(api.times) != 200 || took < 19*time.Second || took > 20*time.Second || api.most(time.Second) > 12 {
			t.Errorf("%d requests in %v, at most %d in a second", len(api.times), took, api.most(time.Second))
		}
	})
}

// Callers of one Client go into an Update together. Without that, each waited for all before it.
func TestManyCallersShareAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		shared.fail(func(context.Context) error { time.Sleep(50 * time.Millisecond); return nil }) // slow
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared))
		var calls sync.WaitGroup
		for range 1000 {
			calls.Go(func() { me(t, client) })
		}
		calls.Wait()
		if took := time.Since(api.start); took > 150*time.Millisecond || shared.updates.Load() > 3 {
			t.Errorf("%d updates took %v", shared.updates.Load(), took)
		}
	})
}

// A Client without a limit pauses after the 429 of another one, and goes on at the rate that it
// taught. So does a call that was waiting for its slot.
func TestClientsShareAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		api.limit[1] = "20"
		first := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRetries(0))
		second := newTestClient(t, api.Do, xsale.WithLimiter(shared))
		if _, err := first.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
			t.Fatal(err)
		}
		me(t, second)
		me(t, second)
		if want := []time.Duration{0, 20 * time.Second, 20100 * time.Millisecond}; len(api.times) != 3 || api.times[1] != want[1] || api.times[2] != want[2] {
			t.Errorf("sent at %v, want %v", api.times, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		api.limit[2] = "20"
		first := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRetries(0))
		second := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(0.1, 1))
		me(t, second)
		var calls sync.WaitGroup
		calls.Go(func() { me(t, second) }) // has the slot at 10 s
		time.Sleep(9 * time.Second)
		if _, err := first.Me(t.Context(), call.Timeout(2*time.Second)); err == nil {
			t.Error("a Client without a limit has not kept that of the other")
		}
		calls.Wait()
		if got := api.times[1]; got != 10*time.Second {
			t.Errorf("sent at %v", got)
		}
	})
}

// APIs of different origins do not share a limit.
func TestALimiterKeepsOriginsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &limiter{}
		var keys []string
		record := keyRecorder{shared, &keys}
		newTestClient(t, newSentTimes().Do, xsale.WithLimiter(record)).Me(t.Context())
		if len(keys) != 1 || keys[0] != xsale.DefaultBaseURL {
			t.Errorf("keys %q", keys)
		}
	})
}

type keyRecorder struct {
	call.Limiter
	keys *[]string
}

func (r keyRecorder) Update(ctx context.Context, key string, change func([]byte, time.Time) ([]byte, error)) error {
	*r.keys = append(*r.keys, key)
	return r.Limiter.Update(ctx, key, change)
}

// A call that leaves before its slot gives it back.
func TestACallThatLeavesGivesItsSlotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(0.1, 1))
		me(t, client)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		time.AfterFunc(time.Second, cancel)
		if _, err := client.Me(ctx); !errors.Is(err, call.ErrNotSent) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, err := client.Me(t.Context(), call.Timeout(5*time.Second)); !errors.Is(err, call.ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if me(t, client); api.times[1] != 10*time.Second {
			t.Errorf("sent at %v", api.times)
		}
	})
}

// Whatever the Limiter does, calls go on in time at no more than the limit; the failure is logged
// once, and the Limiter is used again when it works.
func TestAFailingLimiterStopsNoCall(t *testing.T) {
	for name, how := range map[string]func(context.Context) error{
		"error":      func(context.Context) error { return errors.New("disk on fire") },
		"panic":      func(context.Context) error { panic("disk on fire") },
		"slow":       func(ctx context.Context) error { time.Sleep(time.Second); return ctx.Err() },
		"hung":       func(context.Context) error { time.Sleep(24 * time.Hour); return nil },
		"until done": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api, shared := newSentTimes(), &limiter{}
				var log stub.Log
				logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
				client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(1, 1), xsale.WithLogger(logger))
				me(t, client)
				time.Sleep(time.Minute)
				shared.fail(how)
				start := time.Now()
				me(t, client)
				if took := time.Since(start); took > 250*time.Millisecond {
					t.Errorf("the first call took %v", took)
				}
				for range 29 {
					me(t, client)
				}
				if took := time.Since(start); took < 29*time.Second || took > 30*time.Second {
					t.Errorf("30 calls at 1 a second took %v", took)
				}
				if updates := shared.updates.Load(); updates > 10 {
					t.Errorf("the Limiter was tried %d times", updates)
				}
				if got := strings.Count(log.String(), "WARN"); got != 1 || !strings.Contains(log.String(), "continuing with this program's share") {
					t.Errorf("%d warnings: %s", got, log.String())
				}
				shared.work()
				time.Sleep(10 * time.Minute)
				me(t, client) // starts to look for the Limiter
				time.Sleep(time.Second)
				updates := shared.updates.Load()
				for range 5 {
					time.Sleep(2 * time.Second)
					me(t, client)
				}
				if got := shared.updates.Load() - updates; got != 5 || strings.Count(log.String(), "works again") != 1 {
					t.Errorf("%d updates after the outage: %s", got, log.String())
				}
				if most := api.most(10 * time.Second); most > 11 {
					t.Errorf("%d requests in 10 s", most)
				}
				time.Sleep(25 * time.Hour) // until hung updates have returned
			})
		})
	}
}

type slowLog struct{ stub.Log }

func (l *slowLog) Write(line []byte) (int, error) {
	time.Sleep(time.Second)
	return l.Log.Write(line)
}

// A program may end with its only call, and must have logged the failure by then.
func TestAFailingLimiterIsLoggedBeforeTheCallEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		shared.fail(func(context.Context) error { return errors.New("disk on fire") })
		var log slowLog
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		me(t, newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithLogger(logger)))
		if !strings.Contains(log.String(), "disk on fire") {
			t.Errorf("the call ended before the failure was logged: %q", log.String())
		}
	})
}

// While the Limiter fails, several programs together keep the limit, and a burst is not given to
// each.
func TestProgramsShareALimitWithoutTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		var calls sync.WaitGroup
		until := time.Now().Add(10 * time.Minute)
		time.AfterFunc(2*time.Minute, func() {
			shared.fail(func(context.Context) error { return errors.New("disk on fire") })
		})
		time.AfterFunc(6*time.Minute, shared.work)
		for range 10 {
			client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(2, 5))
			calls.Go(func() {
				for time.Now().Before(until) {
					me(t, client)
				}
			})
		}
		calls.Wait()
		if most := api.most(time.Minute); most > 2*60+5+5 {
			t.Errorf("%d requests in a minute", most)
		}
		if most := api.most(time.Second); most > 8 {
			t.Errorf("%d requests in a second", most)
		}
		if got := len(api.times); got < 1150 || got > 1225 {
			t.Errorf("%d requests in 10 minutes", got)
		}
	})
}

// Programs that find the Limiter down at the same time do not begin their share at the same time.
func TestProgramsBeginTheirShareApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		var clients []*xsale.Client
		for range 20 {
			client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(2, 1))
			me(t, client)
			clients = append(clients, client)
		}
		for _, client := range clients { // which now know of each other
			me(t, client)
		}
		time.Sleep(time.Minute)
		shared.fail(func(context.Context) error { return errors.New("disk on fire") })
		before := len(api.times)
		var calls sync.WaitGroup
		for _, client := range clients {
			calls.Go(func() { me(t, client) })
		}
		calls.Wait()
		if api.times = api.times[before:]; api.most(time.Second) > 10 { // of 20 in 10 s
			t.Errorf("sent at %v", api.times)
		}
	})
}

// The burst that was used while the Limiter failed is not given again when it is back.
func TestAnOutageGivesNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(1, 10))
		time.AfterFunc(20*time.Second, func() {
			shared.fail(func(context.Context) error { return errors.New("disk on fire") })
		})
		time.AfterFunc(40*time.Second, shared.work)
		for range 70 {
			me(t, client)
		}
		if took := time.Since(api.start); took < 59*time.Second {
			t.Errorf("70 calls at 1 a second after a burst of 10 took %v", took)
		}
	})
}

// A 429 that comes while the Limiter fails pauses this Client, and the others when it is back.
func TestAPauseOutlivesAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		first := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRetries(0))
		second := newTestClient(t, api.Do, xsale.WithLimiter(shared))
		me(t, first)
		me(t, second)
		shared.fail(func(context.Context) error { return errors.New("disk on fire") })
		api.limit[3] = "30"
		if _, err := first.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
			t.Fatal(err)
		}
		shared.work()
		time.Sleep(2 * time.Second)
		var calls sync.WaitGroup
		calls.Go(func() { me(t, first) })
		time.Sleep(time.Second)
		me(t, second)
		calls.Wait()
		for _, at := range api.times[3:] {
			if at < 30*time.Second {
				t.Errorf("sent at %v", api.times)
			}
		}
	})
}

// A state that is not valid is replaced, and reported; one of a later version is left alone.
func TestAnInvalidStateStopsNoCall(t *testing.T) {
	for stored, replaced := range map[string]bool{
		"garbage": true, `{}`: true, "\x00\x00\x00": true, `{"format":1,"at":-5}`: true, `{"format":2,"at":1}`: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			api, shared := newSentTimes(), &limiter{}
			var log stub.Log
			client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(1, 3), xsale.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			shared.stored.Store(&stored)
			for range 10 {
				me(t, client)
			}
			if most := api.most(5 * time.Second); most > 8 {
				t.Errorf("%q: %d requests in 5 s", stored, most)
			}
			if strings.Count(log.String(), "WARN") != 1 || strings.Contains(log.String(), "replaced") != replaced {
				t.Errorf("%q: %s", stored, log.String())
			}
			if !replaced && strings.Count(log.String(), "works again") != 1 {
				t.Errorf("%q: %s", stored, log.String())
			}
		})
	}
}

// A state that got lost is made again from what a program knows.
func TestALostStateIsRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, shared := newSentTimes(), &limiter{}
		client := newTestClient(t, api.Do, xsale.WithLimiter(shared), xsale.WithRateLimit(1, 5))
		for range 20 {
			me(t, client)
			shared.stored.Store(new(""))
		}
		if took := time.Since(api.start); took < 15*time.Second {
			t.Errorf("20 calls at 1 a second took %v", took)
		}
	})
}
