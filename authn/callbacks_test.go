package authn

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// misbehavingStore calls a function in each of its methods.
type misbehavingStore struct {
	*MemoryStore
	save, lock, unlock func()
}

func (s misbehavingStore) Save(ctx context.Context, key string, entry Entry) error {
	s.save()
	return s.MemoryStore.Save(ctx, key, entry)
}

func (s misbehavingStore) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	s.lock()
	unlock, locked, err := s.MemoryStore.TryLock(ctx, key, lease)
	return func() { unlock(); s.unlock() }, locked, err
}

// Without guarded around the store, a panic in the store lost a login that had just succeeded,
// every time. Without landing after Goexit, all callers hung forever.
func TestMisbehavingCallbacks(t *testing.T) {
	nothing := func() {}
	for how, misbehave := range map[string]func(){"panic": func() { panic("x") }, "Goexit": runtime.Goexit} {
		for where, plant := range map[string]func(*Config, func()){
			"credentials": func(c *Config, f func()) {
				c.Credentials = func(context.Context) (Credentials, error) { f(); return testCredentials(), nil }
			},
			"transport": func(c *Config, f func()) {
				next := c.HTTPClient.Transport
				c.HTTPClient = &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) { f(); return next.RoundTrip(r) })}
			},
			"save":   func(c *Config, f func()) { c.Store = misbehavingStore{&MemoryStore{}, f, nothing, nothing} },
			"lock":   func(c *Config, f func()) { c.Store = misbehavingStore{&MemoryStore{}, nothing, f, nothing} },
			"unlock": func(c *Config, f func()) { c.Store = misbehavingStore{&MemoryStore{}, nothing, nothing, f} },
		} {
			t.Run(how+" in "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var once sync.Once
					source := newFakeServer(t).source(t, func(c *Config) { plant(c, func() { once.Do(misbehave) }) })
					_, err := source.Token(t.Context())
					inStore := where != "credentials" && where != "transport"
					if failed := err != nil; how == "panic" && failed == inStore {
						t.Errorf("first call: %v", err)
					}
					time.Sleep(minCoolDown)
					if _, err := source.Token(t.Context()); err != nil {
						t.Errorf("next call: %v", err)
					}
				})
			})
		}
	}
}

// transportFunc is a function as a transport.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A transport may read the body in its own goroutine. If the body was cleared after the login, that
// raced, and the transport sent zeros.
func TestTransportMayReadBodyLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late sync.WaitGroup
		source := newFakeServer(t).source(t, func(c *Config) {
			c.HTTPClient = &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
				late.Go(func() {
					<-r.Context().Done()
					time.Sleep(time.Second)
					if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), canaryPassword) {
						t.Errorf("the transport read %d bytes, %v, want the password", len(body), err)
					}
				})
				<-r.Context().Done()
				return nil, context.Cause(r.Context())
			})}
		})
		if _, err := source.Token(t.Context()); !errors.Is(err, ErrUnavailable) {
			t.Error(err)
		}
		late.Wait()
	})
}
