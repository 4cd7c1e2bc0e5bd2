package authn

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// countingStore counts the locks that are held.
type countingStore struct {
	Store
	held *atomic.Int32
}

func (s countingStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	unlock, locked, err := s.Store.TryLock(ctx, key, lease)
	if locked {
		s.held.Add(1)
	}
	return func() { unlock(); s.held.Add(-1) }, locked, err
}

// When no time was left for the store, the lock was never freed, and the next program waited for
// half a minute.
func TestLockIsFreedWithoutTimeLeft(t *testing.T) {
	for name, inner := range map[string]func() Store{
		"slow": func() Store { return pacedStore{&MemoryStore{}} },
		"stuck": func() Store {
			return stuckStore{open: make(chan struct{}), at: "second save", MemoryStore: &MemoryStore{}, saves: new(atomic.Int32)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := countingStore{inner(), new(atomic.Int32)}
				if stuck, ok := store.Store.(stuckStore); ok {
					defer close(stuck.open)
				}
				source := newFakeServer(t).source(t, func(c *Config) { c.Store = store })
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				source.Close()
				time.Sleep(time.Minute)
				if store.held.Load() != 0 {
					t.Errorf("%d locks are held", store.held.Load())
				}
			})
		})
	}
}

// lockHangs is storage whose locks hang, such as a network drive.
type lockHangs struct{ *MemoryStore }

func (lockHangs) TryLock(ctx context.Context, _ string, _ time.Duration) (func(), bool, error) {
	<-ctx.Done()
	return nil, false, ctx.Err()
}

// losesWrite does not keep the n-th write, as if another program had saved at the same time.
type losesWrite struct {
	*MemoryStore
	n *atomic.Int32
}

func (s losesWrite) Save(ctx context.Context, key string, entry Entry) error {
	if s.n.Add(-1) == 0 {
		return nil
	}
	return s.MemoryStore.Save(ctx, key, entry)
}

// When a lock that hangs used up the time of the store, or a write was lost, nothing was saved and
// each command logged in.
func TestCommandsWithATroubledStore(t *testing.T) {
	lost := func(n int32) Store {
		s := losesWrite{&MemoryStore{}, new(atomic.Int32)}
		s.n.Store(n)
		return s
	}
	for name, store := range map[string]Store{
		"lock hangs": lockHangs{&MemoryStore{}}, "no locks": lockless{&MemoryStore{}},
		"first write lost": lost(1), "second write lost": lost(2), "third write lost": lost(3),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t)
				for range 10 {
					source := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store })
					if _, err := source.Token(t.Context()); err != nil {
						t.Fatal(err)
					}
					source.Close()
				}
				if server.posts() != 1 {
					t.Errorf("10 commands sent %d logins", server.posts())
				}
			})
		})
	}
}

// Clear fails if the tokens are still there.
func TestClearNoticesALostWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		store := losesWrite{&MemoryStore{}, new(atomic.Int32)}
		source := server.source(t, func(c *Config) { c.Store = store })
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		store.n.Store(1)
		if err := source.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store }).Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("%v, %d logins: the tokens were not cleared", err, server.posts())
		}
	})
}

// change rewrites the entry of the store.
func (m *MemoryStore) change(t *testing.T, change func(*envelope)) {
	t.Helper()
	for key, entry := range m.entries {
		var e envelope
		if err := json.Unmarshal(entry.Data, &e); err != nil {
			t.Fatal(err)
		}
		change(&e)
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		entry.Data = data
		entry.Version++
		m.entries[key] = entry
	}
}

// No time in an entry, however it came there, stands in the way of logins for long. Some did so
// forever, because each reader moved them to its own present.
func TestHostileTimesInAnEntry(t *testing.T) {
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, change := range map[string]func(*envelope){
		"refused":           func(e *envelope) { e.Budget.Refused = streak{10, far} },
		"rejected":          func(e *envelope) { e.Budget.Rejected = streak{1 << 40, far} },
		"a full window":     func(e *envelope) { e.Budget.Logins = []loginRecord{{Login{far, ForNoTokens, 1 << 62}, "x", false}} },
		"negative requests": func(e *envelope) { e.Budget.Logins = []loginRecord{{Login{far, ForNoTokens, -1 << 62}, "x", false}} },
		"running": func(e *envelope) {
			for range 1000 {
				e.Budget.Logins = append(e.Budget.Logins, loginRecord{Login{far, ForNoTokens, 1}, "x", true})
			}
		},
		"failure": func(e *envelope) {
			for _, part := range e.Failures {
				part.Until = far
			}
		},
		"everything": func(e *envelope) {
			e.Saved = far
			e.Budget.Refused, e.Budget.Rejected = streak{10, far}, streak{10, far}
			for _, part := range e.Failures {
				part.Until = far
			}
		},
		"saved in the year 1": func(e *envelope) { e.Saved = time.Time{} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, store := newFakeServer(t, step{status: 502}), &MemoryStore{}
				share := func(c *Config) { c.Store = store }
				first := server.sourceAt(t, new(atomic.Int64), share)
				first.Token(t.Context())
				first.Close()
				store.change(t, change)
				server.set(success(2))
				start := time.Now()
				for {
					source := server.sourceAt(t, new(atomic.Int64), share)
					_, err := source.Token(t.Context())
					source.Close()
					if err == nil {
						break
					}
					if time.Since(start) > 2*time.Hour {
						t.Fatalf("no login in two hours: %v", err)
					}
					time.Sleep(10 * time.Second)
				}
			})
		})
	}
}

// A part that was modified does not hide the others. When it did, a wrong password was sent 31
// times a day.
func TestDamagedTokensDoNotHideAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t), &MemoryStore{}
		share := func(c *Config) { c.Store = store }
		right := server.sourceAt(t, new(atomic.Int64), share)
		right.Token(t.Context())
		right.Close()
		server.set(wrongPassword())
		store.change(t, func(e *envelope) {
			for _, part := range e.Tokens {
				part.Data = []byte("damaged")
			}
		})
		for range 100 {
			source := server.sourceAt(t, new(atomic.Int64), share)
			if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidCredentials) {
				t.Fatal(err)
			}
			source.Close()
			time.Sleep(time.Minute)
		}
		if server.posts() != 2 {
			t.Errorf("a wrong password was sent %d times", server.posts()-1)
		}
	})
}

// A check of stored tokens that hangs is a failure of the store.
func TestVerifyStoredThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t), &MemoryStore{}
		first := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store })
		first.Token(t.Context())
		first.Close()
		source := server.sourceAt(t, new(atomic.Int64), func(c *Config) {
			c.Store = store
			c.VerifyStored = func(ctx context.Context, _ *Token) error { <-ctx.Done(); return ctx.Err() }
		})
		start := time.Now()
		if _, err := source.Token(t.Context()); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// Callers with valid tokens do not wait long for better ones.
func TestSuspectTokensAreReturnedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), success(2).after(50*time.Second))
		source := server.source(t)
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		source.Invalidate(token)
		start := time.Now()
		suspect, err := source.Token(t.Context())
		if err != nil || !suspect.Suspect() || time.Since(start) != suspectPatience {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if fresh, err := source.Replacement(t.Context(), token); err != nil || fresh.AccessToken() == token.AccessToken() {
			t.Errorf("no other tokens: %v", err)
		}
		source.Confirm(nil)
	})
}

// Refresh does not take the result of a login in progress that only looks into the store.
func TestRefreshNextToALoadIsALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t), &MemoryStore{}
		first := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store })
		first.Token(t.Context())
		first.Close()
		source := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = slowStore{store} })
		go source.Token(t.Context())
		synctest.Wait()
		if _, err := source.Refresh(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}

// A login that was not sent does not use up Reset.
func TestResetOutlivesMissingCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t, wrongPassword(), success(2)), &MemoryStore{}
		var fail atomic.Bool
		source := server.source(t, func(c *Config) {
			c.Store = store
			c.Credentials = func(context.Context) (Credentials, error) {
				if fail.Load() {
					return Credentials{}, errors.New("vault sealed")
				}
				return testCredentials(), nil
			}
		})
		source.Token(t.Context())
		source.Reset()
		fail.Store(true)
		source.Token(t.Context())
		fail.Store(false)
		time.Sleep(time.Minute)
		if _, err := source.Token(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
