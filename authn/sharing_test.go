package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// When only the last rejected credentials were remembered, 600 logins were sent in ten minutes.
func TestA21_AlternatingWrongPasswords(t *testing.T) {
	for passwords, most := range map[int]int{2: 2, 16: 8, 1000: 8} {
		for _, store := range []Store{nil, &MemoryStore{}} {
			t.Run(fmt.Sprint(passwords, store != nil), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newFakeServer(t, wrongPassword())
					asked := 0
					source := server.source(t, func(c *Config) {
						c.Store = store
						c.Credentials = func(context.Context) (Credentials, error) {
							credentials := testCredentials()
							credentials.Password = NewSecret(fmt.Sprint("canary-", asked%passwords))
							asked++
							return credentials, nil
						}
					})
					for range 600 {
						if _, err := source.Token(t.Context()); err == nil {
							t.Fatal("a login succeeded")
						}
						time.Sleep(time.Second)
					}
					if posts := server.posts(); posts > most {
						t.Errorf("%d wrong passwords in ten minutes, want at most %d: ten block the account", posts, most)
					}
				})
			})
		}
	}
}

// exclusiveObserver fails if two of its methods run at once.
type exclusiveObserver struct {
	t      *testing.T
	busy   atomic.Bool
	events atomic.Int32
}

func (o *exclusiveObserver) event() {
	if o.busy.Swap(true) {
		o.t.Error("two events at once")
	}
	for range 10 { // not a sleep: while others wait for a mutex, the time of the bubble stands still
		runtime.Gosched()
	}
	o.busy.Store(false)
	o.events.Add(1)
}

func (o *exclusiveObserver) TokenChanged(*Token, bool)   { o.event() }
func (o *exclusiveObserver) LoginFailed(*Error)          { o.event() }
func (o *exclusiveObserver) StoreDegraded(string, error) { o.event() }

// Without the mutex in notify, a login that failed was reported while the next one was.
func TestA23_ObserverOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observer := &exclusiveObserver{t: t}
		server := newFakeServer(t, step{status: 500})
		source := server.source(t, func(c *Config) { c.Observer, c.Store = observer, brokenLoad{heldStore{&MemoryStore{}}} })
		var calls sync.WaitGroup
		for range 8 {
			calls.Go(func() {
				for range 50 {
					source.Refresh(t.Context())
					source.Status(t.Context())
				}
			})
		}
		calls.Wait()
		if observer.events.Load() == 0 {
			t.Error("no events")
		}
	})
}

// When each operation had a timeout of its own, the first call took 20.2 s with a Redis that does
// not respond, and 29.6 s with storage that ignores its context.
func TestA24_StoreDoesNotRespond(t *testing.T) {
	for name, test := range map[string]struct {
		store   Store
		login   time.Duration
		longest time.Duration
	}{
		"honors the context":        {hangingStore{}, 0, 5 * time.Second},
		"takes a second each time":  {pacedStore{&MemoryStore{}}, 0, 5 * time.Second},
		"ignores it":                {stuckStore{at: "load"}, 0, 5 * time.Second},
		"ignores it, short login":   {stuckStore{at: "load"}, 4 * time.Second, 4 * time.Second},
		"lock ignores it":           {stuckStore{at: "lock"}, 0, 5 * time.Second},
		"save ignores it":           {stuckStore{at: "save"}, 0, 5 * time.Second},
		"save of tokens ignores it": {stuckStore{at: "second save"}, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := test.store
				if stuck, ok := store.(stuckStore); ok {
					stuck.open = make(chan struct{}) // in the bubble
					stuck.MemoryStore, stuck.saves = &MemoryStore{}, new(atomic.Int32)
					store = stuck
					defer close(stuck.open)
				}
				source := newFakeServer(t).source(t, func(c *Config) { c.Store, c.LoginTimeout = store, test.login })
				start := time.Now()
				if _, err := source.Token(t.Context()); err != nil || time.Since(start) > test.longest {
					t.Errorf("%v after %v, want at most %v", err, time.Since(start), test.longest)
				}
				start = time.Now()
				source.Close()
				if time.Since(start) > 5*time.Second {
					t.Errorf("Close took %v", time.Since(start))
				}
				time.Sleep(time.Minute) // for operations that take their time
			})
		})
	}
}

// pacedStore takes a second for each operation.
type pacedStore struct{ *MemoryStore }

func (s pacedStore) Load(ctx context.Context, key string) (Entry, error) {
	time.Sleep(time.Second)
	return s.MemoryStore.Load(ctx, key)
}

func (s pacedStore) Save(ctx context.Context, key string, entry Entry) error {
	time.Sleep(time.Second)
	return s.MemoryStore.Save(ctx, key, entry)
}

func (s pacedStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	time.Sleep(time.Second)
	return s.MemoryStore.TryLock(ctx, key, lease)
}

// brokenLoad cannot be read, and another program has its lock.
type brokenLoad struct{ heldStore }

func (brokenLoad) Load(context.Context, string) (Entry, error) {
	return Entry{}, errors.New("input/output error")
}

// heldGarbage has an entry in an unknown format while another program has the lock.
type heldGarbage struct{ heldStore }

func (heldGarbage) Load(context.Context, string) (Entry, error) {
	return Entry{Data: []byte("{"), Version: 1, Expires: time.Now().Add(time.Hour)}, nil
}

// lockless cannot lock.
type lockless struct{ *MemoryStore }

func (lockless) TryLock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, errors.New("no locks available")
}

// Without the memory of what a login has reported, there were 400 reports.
func TestA25_OneReportForALogin(t *testing.T) {
	for name, store := range map[string]Store{
		"load fails, lock held": brokenLoad{heldStore{&MemoryStore{}}},
		"lock held":             heldStore{&MemoryStore{}},
		"no locks":              lockless{&MemoryStore{}},
		"full":                  fullStore{&MemoryStore{}},
		"hanging":               hangingStore{},
		"unknown format":        heldGarbage{heldStore{&MemoryStore{}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				observer := &recordingObserver{}
				source := newFakeServer(t).source(t, func(c *Config) { c.Store, c.Observer = store, observer })
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				source.Close()
				if len(observer.degraded) == 0 || len(observer.degraded) > 3 {
					t.Errorf("%d reports: %v", len(observer.degraded), observer.degraded)
				}
			})
		})
	}
}

// Without claims, 30 programs that could not lock, or whose lock was held by a stopped one, all
// logged in.
func TestA03_NoHerdWithoutALock(t *testing.T) {
	for name, store := range map[string]Store{"held": heldStore{&MemoryStore{}}, "no locks": lockless{&MemoryStore{}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t)
				server.respond = func(n int) step { return success(n).after(300 * time.Millisecond) }
				var programs sync.WaitGroup
				for range 30 {
					source := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store })
					programs.Go(func() {
						if _, err := source.Token(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				programs.Wait()
				if server.posts() > 3 {
					t.Errorf("30 programs sent %d logins", server.posts())
				}
			})
		})
	}
}

// Programs that cannot share anything do not log in at the same moment.
func TestA04_UselessStoreSpreadsLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		var programs sync.WaitGroup
		for range 30 {
			source := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = brokenLoad{heldStore{&MemoryStore{}}} })
			programs.Go(func() {
				if _, err := source.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		programs.Wait()
		perTenth := map[int64]int{}
		most := 0
		for _, request := range server.recorded() {
			tenth := request.at.UnixMilli() / 100
			perTenth[tenth]++
			most = max(most, perTenth[tenth])
		}
		if most > 10 {
			t.Errorf("%d of 30 logins within 100 ms", most)
		}
	})
}

// Without a set of tokens for each key, two programs replaced each other's tokens in 20 of 20
// starts.
func TestA31_ProgramsWithDifferentKeys(t *testing.T) {
	for name, other := range map[string]func(*Config){
		"encryption key": func(c *Config) { c.EncryptionKey = NewSecret(strings.Repeat("k", 32)) },
		"client secret": func(c *Config) {
			credentials := testCredentials()
			credentials.ClientSecret = NewSecret("canary-other")
			c.Credentials = Static(credentials)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, store := newFakeServer(t), &MemoryStore{}
				observer := &recordingObserver{}
				for range 10 {
					for _, change := range []func(*Config){func(*Config) {}, other} {
						source := server.sourceAt(t, new(atomic.Int64), change, func(c *Config) { c.Store, c.Observer = store, observer })
						if _, err := source.Token(t.Context()); err != nil {
							t.Fatal(err)
						}
						source.Close()
					}
				}
				if server.posts() != 2 || len(observer.degraded) > 0 {
					t.Errorf("%d logins, store failures %v", server.posts(), observer.degraded)
				}
			})
		})
	}
}

// Many keys do not let an entry grow without end.
func TestEntryHasAFewKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store := newFakeServer(t), &MemoryStore{}
		for n := range 40 {
			source := server.source(t, func(c *Config) { c.Store, c.EncryptionKey = store, NewSecret(fmt.Sprintf("%032d", n)) })
			source.Reset()
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			source.Close()
		}
		for _, entry := range store.entries {
			var e envelope
			if err := json.Unmarshal(entry.Data, &e); err != nil || len(e.Tokens) != maxTokenSets {
				t.Errorf("%d sets of tokens, %v", len(e.Tokens), err)
			}
		}
	})
}

// An entry with the highest version stands in the way of every later one, and says so.
func TestA26_HighestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, store, observer := newFakeServer(t), &MemoryStore{}, &recordingObserver{}
		source := server.source(t, func(c *Config) { c.Store, c.Observer = store, observer })
		key, err := source.StoreKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		store.entries = map[string]Entry{key: {Data: []byte("{}"), Version: math.MaxInt64, Expires: time.Now().Add(time.Hour)}}
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		source.Close()
		if _, err := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store }).Token(t.Context()); err != nil || server.posts() != 1 {
			t.Errorf("%v, %d logins: the entry was not replaced", err, server.posts())
		}
	})
}

// slowStore takes a while for each operation, as over a long distance.
type slowStore struct{ Store }

func (s slowStore) Load(ctx context.Context, key string) (Entry, error) {
	time.Sleep(40 * time.Millisecond)
	return s.Store.Load(ctx, key)
}

func (s slowStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	time.Sleep(40 * time.Millisecond)
	return s.Store.TryLock(ctx, key, lease)
}

// When looking at the entry while another program logged in counted as time of the store, each
// program logged in.
func TestWaitingForALoginIsNotTheStoresTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.respond = func(n int) step { return success(n).after(20 * time.Second) }
		store := slowStore{&MemoryStore{}}
		var programs sync.WaitGroup
		for range 5 {
			source := server.sourceAt(t, new(atomic.Int64), func(c *Config) { c.Store = store })
			programs.Go(func() {
				if _, err := source.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		programs.Wait()
		if server.posts() != 1 {
			t.Errorf("%d logins", server.posts())
		}
	})
}
