package authn

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// hangingStore answers nothing until its caller gives up.
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

// fullStore has no room.
type fullStore struct{ *MemoryStore }

func (fullStore) Save(context.Context, string, Entry) error {
	return errors.New("no space left on device")
}

// heldStore is one whose lock a program holds that hangs.
type heldStore struct{ *MemoryStore }

func (heldStore) TryLock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, nil
}

// Taken out: storeTimeout, then the patience with a lock. Then the first call took as long as the login may take, and
// failed.
func TestF34_StoreIsOfNoUse(t *testing.T) {
	for name, test := range map[string]struct {
		store   Store
		told    []string
		longest time.Duration
	}{
		"hanging": {hangingStore{}, []string{"load", "lock", "save"}, 4 * storeTimeout},
		"full":    {fullStore{&MemoryStore{}}, []string{"save"}, 0},
		"held":    {heldStore{&MemoryStore{}}, []string{"lock"}, defaultLoginTimeout/2 + time.Second},
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
				if told := slices.Compact(observer.degraded); !slices.Equal(told, test.told) {
					t.Errorf("the observer was told %v", told)
				}
			})
		})
	}
}

// Programs that share a store share a failure, and tell their own from those of others by the credentials.
func TestSharedFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, refused(429, "too_many_attempts", "blocked"))
		store := &MemoryStore{}
		share := func(c *Config) { c.Store = store }
		for range 10 {
			if _, err := server.source(t, share).Token(t.Context()); !errors.Is(err, ErrBlocked) {
				t.Fatal(err)
			}
		}
		if server.posts() != 1 {
			t.Errorf("10 programs tried a blocked account %d times", server.posts())
		}
		server.set(success(2))
		if _, err := server.source(t, share).Refresh(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("Refresh: %v, %d logins", err, server.posts())
		}
		if _, err := server.source(t, share).Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("afterwards: %v, %d logins", err, server.posts())
		}
	})
}

// A wrong password is tried once, be there a pair of the right one in the store or not, and takes nothing from it.
func TestWrongPasswordBesideTheRightOne(t *testing.T) {
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
			t.Errorf("a wrong password was tried %d times by 20 programs", server.posts()-1)
		}
		if len(observer.degraded) > 0 {
			t.Errorf("the pair of another password counts as a failure of the store: %v", observer.degraded)
		}
	})
}

// A failure that may pass is shared for as long as it stands, and grows over the lives of short programs.
func TestSharedCoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{status: 503})
		store := &MemoryStore{}
		for start := time.Now(); time.Since(start) < 10*time.Minute; { // one program a second, or after the other
			_, err := server.source(t, func(c *Config) { c.Store = store }).Token(t.Context())
			if failure, ok := errors.AsType[*Error](err); !ok || failure.Reason != ErrUnavailable || !failure.RetryAt.After(time.Now()) {
				t.Fatalf("got %v", err)
			}
			time.Sleep(time.Second)
		}
		if posts := server.posts(); posts > 50 { // four for each login
			t.Errorf("%d requests in ten minutes", posts)
		}
	})
}

// A pair that the API has refused is not taken from the store again; a newer one is.
func TestRefusedPairIsNotTakenFromTheStore(t *testing.T) {
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
			t.Fatal("the pair is not shared")
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

func TestClearForgetsThePairEverywhere(t *testing.T) {
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

// lateStore saves another program's pair just before it grants the lock.
type lateStore struct {
	*MemoryStore
	before func()
}

func (s lateStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	s.before()
	return s.MemoryStore.TryLock(ctx, key, lease)
}

// Taken out: the look at the entry after the lock. Then a second login was sent although the pair was there.
func TestF33_PairSavedBeforeTheLockWasTaken(t *testing.T) {
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
