package authn

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// hangingStore blocks until its caller gives up.
type hangingStore struct{}

func (hangingStore) Load(ctx context.Context, _ string) (Entry, error) {
	<-ctx.Done()
	return Entry{}, ctx.Err()
}

func (hangingStore) Save(ctx context.Context, _ string, _ Entry) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hangingStore) TryLock(ctx context.Context, _ string, _ time.Duration) (func(), bool, error) {
	<-ctx.Done()
	return nil, false, ctx.Err()
}

// stuckStore does not return from an operation until the channel is closed, whatever its context.
type stuckStore struct {
	open chan struct{}
	at   string
	*MemoryStore
	saves *atomic.Int32
}

func (s stuckStore) Load(ctx context.Context, key string) (Entry, error) {
	if s.at == "load" {
		<-s.open
	}
	return s.MemoryStore.Load(ctx, key)
}

func (s stuckStore) Save(ctx context.Context, key string, entry Entry) error {
	if n := s.saves.Add(1); s.at == "save" || s.at == "second save" && n == 2 {
		<-s.open
	}
	return s.MemoryStore.Save(ctx, key, entry)
}

func (s stuckStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	if s.at == "lock" {
		<-s.open
	}
	return s.MemoryStore.TryLock(ctx, key, lease)
}

// fullStore cannot save.
type fullStore struct{ *MemoryStore }

func (fullStore) Save(context.Context, string, Entry) error {
	return errors.New("no space left on device")
}

// heldStore is locked by another program that hangs.
type heldStore struct{ *MemoryStore }

func (heldStore) TryLock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, nil
}

// Without storeTimeout, and without the limit on waiting for a lock, the first call took as long as
// a login may take, and failed.
func TestF34_UnusableStore(t *testing.T) {
	for name, test := range map[string]struct {
		store   Store
		want    []string // failed operations
		longest time.Duration
	}{
		"hanging": {hangingStore{}, []string{"load"}, storeTimeout + maxSpread},
		"full":    {fullStore{&MemoryStore{}}, []string{"save"}, 0},
		"held":    {heldStore{&MemoryStore{}}, []string{"lock"}, defaultLoginTimeout/2 + impatience + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t)
				observer := &recordingObserver{}
				source := server.source(t, func(c *Config) { c.Store, c.Observer = test.store, observer })
				start := time.Now()
				for range 10 {
					if _, err := source.Token(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(start); took > test.longest || server.posts() != 1 {
					t.Errorf("%d logins in %v", server.posts(), took)
				}
				slices.Sort(observer.degraded)
				if got := slices.Compact(observer.degraded); !slices.Equal(got, test.want) {
					t.Errorf("the observer received %v, want %v", got, test.want)
				}
			})
		})
	}
}

// Programs that share a store share a failure.
func TestSharedFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, oauthError(429, "too_many_attempts", "blocked"))
		store := &MemoryStore{}
		share := func(c *Config) { c.Store = store }
		for range 10 {
			if _, err := server.source(t, share).Token(t.Context()); !errors.Is(err, ErrBlocked) {
				t.Fatal(err)
			}
		}
		if server.posts() != 1 {
			t.Errorf("10 programs sent %d logins for a blocked account", server.posts())
		}
		server.set(success(2))
		if _, err := server.source(t, share).Refresh(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("Refresh: %v, %d logins", err, server.posts())
		}
		if _, err := server.source(t, share).Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("after Refresh: %v, %d logins", err, server.posts())
		}
	})
}

// A wrong password is tried once, with or without tokens of the right one in the store, and does
// not remove those tokens.
func TestWrongPasswordNextToRightOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		store := &MemoryStore{}
		right := func(c *Config) { c.Store = store }
		wrong := func(c *Config) {
			credentials := testCredentials()
			credentials.Password = NewSecret("canary-typo")
			c.Store, c.Credentials = store, Static(credentials)
		}
		if _, err := server.source(t, right).Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.set(wrongPassword())
		observer := &recordingObserver{}
		for range 20 {
			if _, err := server.source(t, wrong, func(c *Config) { c.Observer = observer }).Token(t.Context()); !errors.Is(err, ErrInvalidCredentials) {
				t.Fatal(err)
			}
			if _, err := server.source(t, right).Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if server.posts() != 2 {
			t.Errorf("20 programs sent a wrong password %d times", server.posts()-1)
		}
		if len(observer.degraded) > 0 {
			t.Errorf("tokens of another password were reported as a store failure: %v", observer.degraded)
		}
	})
}

// A temporary failure is shared until it expires, and the wait grows over the lives of short
// programs.
func TestSharedCoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{status: 503})
		store := &MemoryStore{}
		for start := time.Now(); time.Since(start) < 10*time.Minute; { // one program per second
			_, err := server.source(t, func(c *Config) { c.Store = store }).Token(t.Context())
			if failure, ok := errors.AsType[*Error](err); !ok || failure.Reason != ErrUnavailable || !failure.RetryAt.After(time.Now()) {
				t.Fatalf("got %v", err)
			}
			time.Sleep(time.Second)
		}
		if posts := server.posts(); posts > 50 { // four per login
			t.Errorf("%d requests in ten minutes", posts)
		}
	})
}

// Tokens that the API rejected are not loaded from the store again. Newer ones are.
func TestRejectedTokensAreNotReloaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		store := &MemoryStore{}
		one := server.source(t, func(c *Config) { c.Store = store })
		two := server.source(t, func(c *Config) { c.Store = store })
		first, err := one.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same, err := two.Token(t.Context())
		if err != nil || same.AccessToken() != first.AccessToken() {
			t.Fatal("the tokens are not shared")
		}
		one.Invalidate(first)
		second, err := one.Token(t.Context())
		if err != nil || second.AccessToken() == first.AccessToken() || server.posts() != 2 {
			t.Fatalf("%v, %d logins", err, server.posts())
		}
		two.Invalidate(same)
		third, err := two.Token(t.Context())
		if err != nil || third.AccessToken() != second.AccessToken() || server.posts() != 2 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}

func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		store := &MemoryStore{}
		source := server.source(t, func(c *Config) { c.Store = store })
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := source.Clear(t.Context()); err != nil || server.posts() != 1 {
			t.Fatalf("%v, %d logins", err, server.posts())
		}
		if _, err := server.source(t, func(c *Config) { c.Store = store }).Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}

// lateStore runs before just before it takes the lock.
type lateStore struct {
	*MemoryStore
	before func()
}

func (s lateStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	s.before()
	return s.MemoryStore.TryLock(ctx, key, lease)
}

// Without loading the entry again under the lock, a second login was sent although the store had
// tokens.
func TestF33_TokensSavedBeforeLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		store := &MemoryStore{}
		other := server.source(t, func(c *Config) { c.Store = store })
		source := server.source(t, func(c *Config) {
			c.Store = lateStore{store, func() {
				if _, err := other.Token(t.Context()); err != nil {
					t.Error(err)
				}
			}}
		})
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 1 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}
