package authn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/fewer"
)

// machine is a clock that is wrong by the given offset.
func machine(offset *atomic.Int64) clock {
	return func() instant {
		now := systemClock()
		now.wall += offset.Load()
		return now
	}
}

// sourceAt returns a Source of a machine with a wrong clock and an account of its own, as in
// another program.
func (f *fakeServer) sourceAt(t *testing.T, offset *atomic.Int64, change ...func(*Config)) *Source {
	t.Helper()
	s := f.source(t, append(change, func(c *Config) { client := *c.HTTPClient; c.HTTPClient = &client })...)
	s.clock, s.login.clock = machine(offset), machine(offset)
	return s
}

// ageStore tells the age of its entry, as Redis does.
type ageStore struct {
	*MemoryStore
	saved *atomic.Int64 // in nanoseconds
}

func newAgeStore() ageStore { return ageStore{&MemoryStore{}, new(atomic.Int64)} }

func (s ageStore) Save(ctx context.Context, key string, entry Entry) error {
	s.saved.Store(time.Now().UnixNano())
	return s.MemoryStore.Save(ctx, key, entry)
}

func (s ageStore) Load(ctx context.Context, key string) (Entry, error) {
	entry, err := s.MemoryStore.Load(ctx, key)
	entry.Age = max(1, time.Since(time.Unix(0, s.saved.Load())))
	return entry, err
}

// When only instants were stored, a failure that was saved while the clock was a year ahead refused
// logins for 8,763 hours.
func TestA08_FailureFromTheFuture(t *testing.T) {
	for name, failure := range map[string]step{
		"temporary": {status: 502},
		"rate":      oauthError(429, "too_many_requests", "", "Retry-After", "50"),
		"permanent": wrongPassword(),
	} {
		for _, ahead := range []time.Duration{5 * time.Minute, 24 * time.Hour, 365 * 24 * time.Hour, 30 * 365 * 24 * time.Hour} {
			t.Run(name+" "+ahead.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server, store := newFakeServer(t, failure), &MemoryStore{}
					share := func(c *Config) { c.Store = store }
					var wrong, right atomic.Int64
					wrong.Store(int64(ahead))
					first := server.sourceAt(t, &wrong, share)
					if _, err := first.Token(t.Context()); err == nil {
						t.Fatal("the login succeeded")
					}
					first.Close()
					server.set(success(2))
					wait := time.Minute
					if name == "permanent" {
						wait = sharedLatch + time.Hour
					}
					var token *Token
					for start := time.Now(); time.Since(start) < wait && token == nil; time.Sleep(wait / 60) {
						source := server.sourceAt(t, &right, share) // a command in a loop
						token, _ = source.Token(t.Context())
						source.Close()
					}
					if token == nil {
						t.Errorf("no login within %v", wait)
					}
				})
			})
		}
	}
}

// Tokens that were saved by a wrong clock are neither lost nor used forever.
func TestA08_TokensFromTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t), &MemoryStore{}
		share := func(c *Config) { c.Store = store }
		var wrong, right atomic.Int64
		wrong.Store(int64(3 * 365 * 24 * time.Hour))
		server.sourceAt(t, &wrong, share).Token(t.Context())
		for range 100 {
			source := server.sourceAt(t, &right, share)
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			source.Close()
			time.Sleep(time.Hour)
		}
		if posts := server.posts(); posts != 5 { // 100 hours, with tokens of a day
			t.Errorf("%d logins in 100 hours", posts)
		}
	})
}

// The wait of a failure counts from when it was saved, by the clock of the store, not by those of
// machines that differ.
func TestA08_MachinesWithDifferentClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t, oauthError(429, "too_many_requests", "", "Retry-After", "50")), newAgeStore()
		var clocks [3]atomic.Int64
		clocks[1].Store(int64(5 * time.Minute))
		clocks[2].Store(int64(-5 * time.Minute))
		first := server.sourceAt(t, &clocks[0], func(c *Config) { c.Store = store })
		first.Token(t.Context())
		first.Close()
		for range 49 {
			for i := range clocks {
				source := server.sourceAt(t, &clocks[i], func(c *Config) { c.Store = store })
				_, err := source.Token(t.Context())
				failure, ok := errors.AsType[*Error](err)
				if !ok || !failure.Remembered || failure.Reason != ErrRateLimited {
					t.Fatalf("machine %d: %v", i, err)
				}
				source.Close()
			}
			time.Sleep(time.Second)
		}
		if server.posts() != 1 {
			t.Errorf("%d logins within the wait", server.posts())
		}
		server.set(success(2))
		time.Sleep(2 * time.Second)
		for i := range clocks {
			if _, err := server.sourceAt(t, &clocks[i], func(c *Config) { c.Store = store }).Token(t.Context()); err != nil || server.posts() != 2 {
				t.Errorf("machine %d: %v, %d logins", i, err, server.posts())
			}
		}
	})
}

// A clock that is set while the program runs neither ends a budget early for long nor prolongs a
// wait.
func TestBudgetSurvivesClockChanges(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var b budget
	for range 15 {
		b.begin(newLoginRecord(ForNoTokens, now))
	}
	if next := b.next(ForNoTokens, now); !next.After(now) {
		t.Fatal("no ceiling")
	}
	back := now.Add(-365 * 24 * time.Hour)
	b.shift(0, back)
	if next := b.next(ForNoTokens, back); next.Sub(back) > time.Minute || !next.After(back) {
		t.Errorf("next login in %v", next.Sub(back))
	}
}

// A hundred programs on five machines, whose clocks are off by up to five minutes, restart every
// few hours and ask for tokens every minute. 3 % of the logins fail.
func TestSimulatedFleet(t *testing.T) {
	const lifetime = 10 * time.Hour
	days := time.Duration(fewer.UnderRace(5, 2))
	for name, store := range map[string]func() Store{
		"a store with a clock, as Redis": func() Store { return newAgeStore() },
		"a store without, as a file":     func() Store { return &MemoryStore{} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, store := newFakeServer(t), store()
				random := rand.New(rand.NewPCG(1, 2))
				server.respond = func(n int) step {
					if random.Float64() < 0.03 {
						return step{status: []int{429, 500, 502, 503}[random.IntN(4)], delay: 300 * time.Millisecond}
					}
					body := tokenBody(fmt.Sprint("access-", n), fmt.Sprint("id-", n), int(lifetime/time.Second))
					return step{body: body, delay: 300 * time.Millisecond}
				}
				end := time.Now().Add(days * 24 * time.Hour)
				var programs sync.WaitGroup
				var calls, failed atomic.Int32
				for i := range 100 {
					var offset atomic.Int64
					offset.Store(int64(i%5-2) * int64(150*time.Second))
					programs.Go(func() {
						for run := 0; time.Now().Before(end); run++ {
							source := server.sourceAt(t, &offset, func(c *Config) { c.Store = store })
							for range 60 * (1 + (i+run)%12) { // minutes
								calls.Add(1)
								if token, err := source.Token(t.Context()); err != nil {
									failed.Add(1)
								} else if now := time.Now().Add(time.Duration(offset.Load())); !token.ExpiresAt().After(now) {
									t.Errorf("machine %d got expired tokens", i%5)
								}
								time.Sleep(time.Minute)
							}
							source.Close()
						}
					})
				}
				programs.Wait()
				requests, lifetimes := server.posts(), int(days*24*time.Hour/lifetime)
				t.Logf("%d calls, %d failed, %d login requests in %d lifetimes", calls.Load(), failed.Load(), requests, lifetimes)
				if limit := lifetimes*105/100 + lifetimes*3/100 + 2; requests > limit || failed.Load() > 0 { // the failures, and both ends
					t.Errorf("%d login requests, want at most %d; %d calls failed", requests, limit, failed.Load())
				}
			})
		})
	}
}
