package redislimit_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/call/redislimit"
	"github.com/xsale-go/xsale/internal/conformance/redisserver"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// update stores a state and returns the one before.
func update(t *testing.T, limiter *redislimit.Limiter, key, state string) string {
	t.Helper()
	var before string
	err := limiter.Update(t.Context(), key, func(stored []byte, now time.Time) ([]byte, error) {
		before = string(stored)
		if age := time.Since(now); age.Abs() > time.Minute {
			t.Errorf("the time is %v", now)
		}
		return []byte(state), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return before
}

func TestUpdate(t *testing.T) {
	server := redisserver.New(t)
	first, second, other := redislimit.New(server.Client(), "a"), redislimit.New(server.Client(), "a"), redislimit.New(server.Client(), "b")
	last := ""
	for i, limiter := range []*redislimit.Limiter{first, first, second, first, second, second} {
		state := `{"n":` + string(rune('0'+i)) + `}`
		if before := update(t, limiter, "key", state); before != last {
			t.Errorf("update %d: the state was %q, want %q", i, before, last)
		}
		last = state
	}
	if before := update(t, other, "key", `{}`); before != "" {
		t.Errorf("another name has %q", before)
	}
	if before := update(t, first, "another key", `{}`); before != "" {
		t.Errorf("another key has %q", before)
	}
	failed := errors.New("no")
	if err := first.Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) { return nil, failed }); err != failed {
		t.Error(err)
	}
	client := server.Client()
	if got := client.Get(t.Context(), "xsale:limit:a:key").Val(); got != last {
		t.Errorf("Redis has %q", got)
	}
	if left := client.PTTL(t.Context(), "xsale:limit:a:key").Val(); left < 23*time.Hour || left > 24*time.Hour {
		t.Errorf("Redis drops the state after %v", left)
	}
	client.FlushAll(t.Context())
	if before := update(t, first, "key", `{}`); before != "" {
		t.Errorf("after a loss the state was %q", before)
	}
}

// Machines that update at the same time lose nothing, and do not wait for each other for long.
func TestUpdatesComeOneByOne(t *testing.T) {
	server := redisserver.New(t)
	var machines sync.WaitGroup
	for range 20 {
		limiter := redislimit.New(server.Client(), "a")
		machines.Go(func() {
			for range 25 {
				err := limiter.Update(t.Context(), "key", func(state []byte, _ time.Time) ([]byte, error) {
					return append([]byte("1"), state...), nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	machines.Wait()
	if state := update(t, redislimit.New(server.Client(), "a"), "key", "1"); len(state) != 500 {
		t.Errorf("%d of 500 updates", len(state))
	}
}

// One program alone needs one round trip for an update.
func TestUpdateTakesOneRoundTrip(t *testing.T) {
	server := redisserver.New(t)
	client := server.Client()
	commands := &counter{}
	client.AddHook(commands)
	limiter := redislimit.New(client, "a")
	update(t, limiter, "key", "1")
	before := commands.count
	for range 10 {
		update(t, limiter, "key", "1")
	}
	if got := commands.count - before; got != 10 {
		t.Errorf("10 updates took %d commands", got)
	}
}

type counter struct{ count int }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		c.count++
		return next(ctx, command)
	}
}
func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// api is an API that counts the calls.
type api struct {
	mu    sync.Mutex
	start time.Time
	calls []time.Duration
	limit int // the call that gets a 429 with Retry-After: 1

	pausedAt time.Duration // when the pause was first in a stored state
}

// watched notes when the pause of an API is stored.
type watched struct {
	call.Limiter
	api *api
}

func (w watched) Update(ctx context.Context, key string, change func([]byte, time.Time) ([]byte, error)) error {
	var stored struct {
		PausedUntil int64 `json:"pausedUntil"`
	}
	err := w.Limiter.Update(ctx, key, func(state []byte, now time.Time) ([]byte, error) {
		state, err := change(state, now)
		stored.PausedUntil = 0
		return state, errors.Join(err, json.Unmarshal(state, &stored))
	})
	w.api.mu.Lock()
	defer w.api.mu.Unlock()
	if err == nil && stored.PausedUntil != 0 && w.api.pausedAt == 0 {
		w.api.pausedAt = time.Since(w.api.start)
	}
	return err
}

func (a *api) Do(*http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, time.Since(a.start))
	if len(a.calls) == a.limit {
		return stub.Response(429, "", "Retry-After", "1"), nil
	}
	return stub.Response(200, `{}`), nil
}

func (a *api) newClient(t *testing.T, limiter call.Limiter, options ...xsale.Option) *xsale.Client {
	t.Helper()
	source, _ := stub.Source(t)
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithTokenSource(source), xsale.WithHTTPClient(&http.Client{Transport: stub.RoundTripFunc(a.Do)}), xsale.WithLimiter(limiter),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestAFleetKeepsALimitTogether(t *testing.T) {
	server, a := redisserver.New(t), &api{start: time.Now()}
	const perSecond, burst, duration = 100.0, 10, 2 * time.Second
	var calls sync.WaitGroup
	for range 20 {
		client := a.newClient(t, redislimit.New(server.Client(), "acme"), xsale.WithRateLimit(perSecond, burst))
		for range 2 {
			calls.Go(func() {
				for time.Since(a.start) < duration {
					if _, err := client.Me(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	calls.Wait()
	took := time.Since(a.start)
	if most := perSecond*took.Seconds() + burst; float64(len(a.calls)) > most+1 {
		t.Errorf("%d calls in %v, want at most %v", len(a.calls), took, most)
	}
	if least := 0.7 * perSecond * took.Seconds(); float64(len(a.calls)) < least {
		t.Errorf("%d calls in %v, want at least %v", len(a.calls), took, least)
	}
}

// A pause reaches all machines within one round trip, also those without a limit: once it is
// stored, each of the others sends at most the call that it is asking about.
func TestAPauseReachesTheFleet(t *testing.T) {
	const machines = 5
	server, a := redisserver.New(t), &api{start: time.Now(), limit: 100}
	var calls sync.WaitGroup
	for range machines {
		client := a.newClient(t, watched{redislimit.New(server.Client(), "acme"), a})
		calls.Go(func() {
			for range 30 {
				if _, err := client.Me(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	calls.Wait()
	limited, after := a.calls[a.limit-1], 0
	for _, at := range a.calls[a.limit:] {
		if delay := at - limited; delay > 100*time.Millisecond && delay < 900*time.Millisecond {
			t.Errorf("a call was sent %v after the 429", delay)
		}
		if at > a.pausedAt && at-a.pausedAt < 900*time.Millisecond {
			after++
		}
	}
	if stored := a.pausedAt - limited; stored > 100*time.Millisecond || after >= machines {
		t.Errorf("the pause was stored %v after the 429; then %d calls were sent", stored, after)
	}
}

// While Redis is down, the calls keep their share of the limit, and use Redis again afterwards.
func TestRedisGoesAwayAndComesBack(t *testing.T) {
	server, a := redisserver.New(t), &api{start: time.Now()}
	var log stub.Log
	client := a.newClient(t, redislimit.New(server.Client(), "acme"), xsale.WithRateLimit(50, 1), xsale.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	call := func(count int) time.Duration {
		start := time.Now()
		for range count {
			if _, err := client.Me(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(start)
	}
	call(10)
	server.Kill()
	if took := call(50); took < 900*time.Millisecond || took > 3*time.Second {
		t.Errorf("50 calls at 50 a second took %v", took)
	}
	server.Start() // empty
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "works again"); call(1) {
		if time.Now().After(deadline) {
			t.Fatalf("Redis is not used again: %s", log.String())
		}
	}
	call(1)
	if keys, err := server.Client().Keys(t.Context(), "*").Result(); err != nil || len(keys) != 1 || keys[0] != "xsale:limit:acme:https://api.xsale.ai" {
		t.Errorf("keys %q, %v", keys, err)
	}
	if strings.Count(log.String(), "WARN") != 1 {
		t.Error(log.String())
	}
}

// Calls go on in time where Redis takes no scripts or no writes, has something else at the key, or
// does not respond.
func TestRedisThatIsOfNoUse(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, client *redis.Client) *redis.Client{
		"something else at the key": func(t *testing.T, client *redis.Client) *redis.Client {
			client.HSet(t.Context(), "xsale:limit:acme:https://api.xsale.ai", "a", "b")
			return client
		},
		"garbage at the key": func(t *testing.T, client *redis.Client) *redis.Client {
			client.Set(t.Context(), "xsale:limit:acme:https://api.xsale.ai", "garbage", 0)
			return client
		},
		"no right to EVAL": func(t *testing.T, client *redis.Client) *redis.Client {
			client.Do(t.Context(), "ACL", "SETUSER", "default", "-@scripting")
			return client
		},
		"a replica": func(t *testing.T, client *redis.Client) *redis.Client {
			client.Do(t.Context(), "REPLICAOF", "127.0.0.1", "1")
			return client
		},
		"out of memory": func(t *testing.T, client *redis.Client) *redis.Client {
			client.ConfigSet(t.Context(), "maxmemory", "1")
			return client
		},
		"a black hole": func(t *testing.T, _ *redis.Client) *redis.Client {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { listener.Close() })
			hole := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), MaxRetries: -1, ReadTimeout: time.Second})
			t.Cleanup(func() { hole.Close() })
			return hole
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, a := redisserver.New(t), &api{start: time.Now()}
			var log stub.Log
			limiter := redislimit.New(spoil(t, server.Client()), "acme")
			client := a.newClient(t, limiter, xsale.WithRateLimit(50, 1), xsale.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			start := time.Now()
			for range 21 {
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took < 400*time.Millisecond || took > 2*time.Second {
				t.Errorf("21 calls at 50 a second took %v", took)
			}
			if strings.Count(log.String(), "WARN") != 1 {
				t.Error(log.String())
			}
		})
	}
}
