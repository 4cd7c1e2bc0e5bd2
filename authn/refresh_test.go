package authn

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// nearEnd is a time before the expiry of day-long tokens when the refresh window is open despite
// its jitter.
const nearEnd = 14 * time.Minute

// enterRefreshWindow logs in and waits until a login ahead of expiry may start.
func enterRefreshWindow(t *testing.T, source *Source) *Token {
	t.Helper()
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(token.ExpiresAt()) - nearEnd)
	return token
}

// When callers waited for the new login, they were blocked for 500 ms.
func TestF09_RefreshAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.respond = func(n int) step { return success(n).after(500 * time.Millisecond) }
		source := server.source(t)
		old := enterRefreshWindow(t, source)
		var waits []time.Duration
		var mu sync.Mutex
		var calls sync.WaitGroup
		for range 400 {
			calls.Go(func() {
				start := time.Now()
				if _, err := source.Token(t.Context()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, time.Since(start))
			})
			time.Sleep(5 * time.Millisecond)
		}
		calls.Wait()
		if longest := slices.Max(waits); longest >= time.Millisecond || server.posts() != 2 {
			t.Errorf("longest wait %v, %d logins", longest, server.posts()-1)
		}
		if now, err := source.Token(t.Context()); err != nil || now == old {
			t.Errorf("the new tokens are not in use: %v", err)
		}
	})
}

// Without nextRefresh, logins were sent every 3.5 s, 463 in the window.
func TestF10_RefreshFailsWhileTokensAreValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), step{status: 500})
		source := server.source(t)
		token := enterRefreshWindow(t, source)
		for time.Until(token.ExpiresAt()) > maxMargin+time.Second {
			if got, err := source.Token(t.Context()); err != nil || got != token {
				t.Fatalf("a call failed although the tokens are valid: %v", err)
			}
			time.Sleep(500 * time.Millisecond)
		}
		if attempts := server.posts() - 1; attempts < 2 || attempts > 60 {
			t.Errorf("%d attempts in %v", attempts, nearEnd)
		}
		var starts []time.Time
		for _, request := range server.recorded()[1:] {
			starts = append(starts, request.at)
		}
		for i := 2; i < len(starts); i += 2 { // two requests per attempt
			if apart := starts[i].Sub(starts[i-2]); apart < minRefreshInterval {
				t.Errorf("two attempts are %v apart, want at least %v", apart, minRefreshInterval)
			}
		}
	})
}

// When the failure outlived its cool-down, no call succeeded after the recovery.
func TestF11_RefreshFailsUntilExpiryThenRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), step{status: 500})
		source := server.source(t)
		token := enterRefreshWindow(t, source)
		for time.Now().Before(token.ExpiresAt().Add(5 * time.Minute)) {
			source.Token(t.Context())
			time.Sleep(time.Second)
		}
		_, err := source.Token(t.Context())
		failure, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("got %v after expiry, want an *Error", err)
		}
		server.set(success(2))
		time.Sleep(time.Until(failure.RetryAt))
		if _, err := source.Token(t.Context()); err != nil {
			t.Errorf("first call after the recovery: %v", err)
		}
	})
}

// When a permanent failure of a login ahead of expiry removed the tokens, callers failed 13
// minutes too early. Without LoginFailed, nobody noticed.
func TestF12_PermanentFailureWhileTokensAreValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), wrongPassword())
		observer := &recordingObserver{}
		source := server.source(t, func(c *Config) { c.Observer = observer })
		token := enterRefreshWindow(t, source)
		for time.Until(token.ExpiresAt()) > maxMargin+time.Second {
			if got, err := source.Token(t.Context()); err != nil || got != token {
				t.Fatalf("a call failed although the tokens are valid: %v", err)
			}
			time.Sleep(time.Second)
		}
		if server.posts() != 2 {
			t.Errorf("a wrong password was sent %d times", server.posts()-1)
		}
		if failures := observer.failed(); len(failures) == 0 || failures[0].Reason != ErrInvalidCredentials {
			t.Errorf("the observer received %v", failures)
		}
		time.Sleep(2 * maxMargin)
		if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidCredentials) {
			t.Errorf("after expiry: %v", err)
		}
	})
}

// recordingObserver records events.
type recordingObserver struct {
	mu       sync.Mutex
	failures []*Error
	changes  int
	degraded []string
}

func (o *recordingObserver) TokenChanged(*Token, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changes++
}

func (o *recordingObserver) LoginFailed(err *Error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failures = append(o.failures, err)
}

func (o *recordingObserver) StoreDegraded(operation string, _ error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.degraded = append(o.degraded, operation)
}

func (o *recordingObserver) failed() []*Error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.failures)
}

// When margin and window did not depend on the lifetime, every call logged in.
func TestF18_LifetimeShorterThanWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.respond = func(n int) step { return step{body: tokenBody("access", "id", 5)} }
		source := server.source(t)
		for range 600 { // a minute
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if posts := server.posts(); posts < 12 || posts > 25 {
			t.Errorf("%d logins in a minute with tokens that live 5 s", posts)
		}
	})
}

// Without the jitter of refreshAt, all 1000 machines logged in within the same second.
func TestF39_FleetRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		perSecond := map[int64]int{}
		for range 1000 {
			token := newToken("access", "id", systemClock(), 24*time.Hour)
			perSecond[token.refreshAt.wall/int64(time.Second)]++
		}
		most := 0
		for _, count := range perSecond {
			most = max(most, count)
		}
		if most > 25 {
			t.Errorf("%d of 1000 machines log in within one second", most)
		}
		if len(perSecond) < 200 {
			t.Errorf("logins are spread over only %d seconds", len(perSecond))
		}
	})
}
