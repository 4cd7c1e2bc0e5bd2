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

// odd is a store that misbehaves in one of its functions.
type odd struct {
	*MemoryStore
	save, lock, unlock func()
}

func (s odd) Save(ctx context.Context, key string, entry Entry) error {
	s.save()
	return s.MemoryStore.Save(ctx, key, entry)
}

func (s odd) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	s.lock()
	unlock, locked, err := s.MemoryStore.TryLock(ctx, key, lease)
	return func() { unlock(); s.unlock() }, locked, err
}

// Taken out: guarded around the store. Then a store that panics cost the login that had just succeeded, again and again.
// Taken out: landing where a function never returns. Then all callers hung for ever.
func TestMisbehavingFunctions(t *testing.T) {
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
			"save":   func(c *Config, f func()) { c.Store = odd{&MemoryStore{}, f, nothing, nothing} },
			"lock":   func(c *Config, f func()) { c.Store = odd{&MemoryStore{}, nothing, f, nothing} },
			"unlock": func(c *Config, f func()) { c.Store = odd{&MemoryStore{}, nothing, nothing, f} },
		} {
			t.Run(how+" in "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var once sync.Once
					source := newFakeServer(t).source(t, func(c *Config) { plant(c, func() { once.Do(misbehave) }) })
					_, err := source.Token(t.Context())
					isStore := where != "credentials" && where != "transport"
					if failed := err != nil; how == "panic" && failed == isStore {
						t.Errorf("the first call: %v", err)
					}
					time.Sleep(minCoolDown)
					if _, err := source.Token(t.Context()); err != nil {
						t.Errorf("the next call: %v", err)
					}
				})
			})
		}
	}
}

// transportFunc is a transport made of a function.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Taken out: leaving the body to the transport (it was cleared after the login). Then a transport that reads it in a
// goroutine of its own, as it may, raced with that and sent zeros.
func TestBodyIsLeftToTheTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late sync.WaitGroup
		source := newFakeServer(t).source(t, func(c *Config) {
			c.HTTPClient = &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
				late.Go(func() {
					<-r.Context().Done()
					time.Sleep(time.Second)
					if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), canaryPassword) {
						t.Errorf("the transport read %d bytes, %v", len(body), err)
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
