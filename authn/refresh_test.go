package authn

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// nearEnd is how long before the end of a day-long pair the window for a new login is certainly open.
const nearEnd = 14 * time.Minute

// intoWindow gets a pair and waits until its window is open.
func intoWindow(t *testing.T, source *Source) *Token {
	t.Helper()
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(token.ExpiresAt()) - nearEnd)
	return token
}

// Taken out: serving the present pair while the new login runs (callers waited). Then callers were held up for 500 ms.
func TestF09_RefreshAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.answer = func(n int) step { return success(n).after(500 * time.Millisecond) }
		source := server.source(t)
		old := intoWindow(t, source)
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
			t.Errorf("the new pair is not in use: %v", err)
		}
	})
}

// Taken out: nextRefresh. Then logins were sent 3.5 s apart, 463 in the window.
func TestF10_RefreshFailsWhileThePairIsValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), step{status: 500})
		source := server.source(t)
		token := intoWindow(t, source)
		for time.Until(token.ExpiresAt()) > maxMargin+time.Second {
			if got, err := source.Token(t.Context()); err != nil || got != token {
				t.Fatalf("a call failed although the pair is valid: %v", err)
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
		for i := 2; i < len(starts); i += 2 { // each attempt is a login of two requests
			if apart := starts[i].Sub(starts[i-2]); apart < minRefreshInterval {
				t.Errorf("two attempts are %v apart", apart)
			}
		}
	})
}

// Taken out: forgetting the failure after its cool-down. Then no call succeeded after the recovery.
func TestF11_RefreshFailsUntilTheEndAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), step{status: 500})
		source := server.source(t)
		token := intoWindow(t, source)
		for time.Now().Before(token.ExpiresAt().Add(5 * time.Minute)) {
			source.Token(t.Context())
			time.Sleep(time.Second)
		}
		_, err := source.Token(t.Context())
		failure, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("a pair that has expired was handed out: %v", err)
		}
		server.set(success(2))
		time.Sleep(time.Until(failure.RetryAt))
		if _, err := source.Token(t.Context()); err != nil {
			t.Errorf("the first call after the recovery: %v", err)
		}
	})
}

// Taken out: keeping the present pair when a login ahead of its end is refused for good. Then callers failed 13 minutes
// before they had to. Taken out: telling the observer. Then nobody knew.
func TestF12_PermanentFailureWhileThePairIsValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1), wrongPassword())
		observer := &recordingObserver{}
		source := server.source(t, func(c *Config) { c.Observer = observer })
		token := intoWindow(t, source)
		for time.Until(token.ExpiresAt()) > maxMargin+time.Second {
			if got, err := source.Token(t.Context()); err != nil || got != token {
				t.Fatalf("a call failed although the pair is valid: %v", err)
			}
			time.Sleep(time.Second)
		}
		if server.posts() != 2 {
			t.Errorf("a wrong password was tried %d times", server.posts()-1)
		}
		if failures := observer.failed(); len(failures) == 0 || failures[0].Reason != ErrInvalidCredentials {
			t.Errorf("the observer was told %v", failures)
		}
		time.Sleep(2 * maxMargin)
		if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidCredentials) {
			t.Errorf("at the end: %v", err)
		}
	})
}

// recordingObserver keeps what it is told.
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

// Taken out: the bound of margin and window by the lifetime. Then every call was a login.
func TestF18_LifetimeShorterThanTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.answer = func(n int) step { return step{body: pair("access", "id", 5)} }
		source := server.source(t)
		for range 600 { // a minute
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if posts := server.posts(); posts < 12 || posts > 25 {
			t.Errorf("%d logins in a minute of pairs that live 5 s", posts)
		}
	})
}

// Taken out: the jitter of refreshAt. Then all 1000 logged in within the same second.
func TestF39_FleetWakesUp(t *testing.T) {
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
			t.Errorf("the logins are spread over %d seconds only", len(perSecond))
		}
	})
}
