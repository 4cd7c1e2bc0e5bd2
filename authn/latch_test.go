package authn

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// When another kind of failure cleared the latch, a wrong password was sent again each time the
// credentials were unavailable for a moment, and ten of them blocked the account.
func TestLatchSurvivesOtherFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, wrongPassword())
		asked := 0
		source := server.source(t, func(c *Config) {
			c.Credentials = func(context.Context) (Credentials, error) {
				if asked++; asked%7 == 3 { // like a vault during a restart
					return Credentials{}, errors.New("vault sealed")
				}
				return testCredentials(), nil
			}
		})
		for range 600 {
			if _, err := source.Token(t.Context()); err == nil {
				t.Fatal("a call succeeded")
			}
			time.Sleep(time.Second)
		}
		if server.posts() != 1 {
			t.Errorf("%d logins with a wrong password, want 1", server.posts())
		}
	})
}

// Without the check of the store, a rejected program stayed locked out, although another one had
// logged in with the same credentials.
func TestLatchYieldsToStoredTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, oauthError(429, "too_many_attempts", "Your account has been blocked"), success(2))
		store := &MemoryStore{}
		shared := func(c *Config) { c.Store = store }
		daemon, operator := server.source(t, shared), server.source(t, shared)
		if _, err := daemon.Token(t.Context()); !errors.Is(err, ErrBlocked) {
			t.Fatal(err)
		}
		if _, err := operator.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(credentialsInterval)
		if _, err := daemon.Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}

// Without the comparison in land, a login in progress restored the failure after Reset.
func TestResetDuringLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, wrongPassword(), success(2))
		source := server.source(t, func(c *Config) {
			c.Credentials = func(context.Context) (Credentials, error) {
				time.Sleep(time.Second)
				return testCredentials(), nil
			}
		})
		source.Token(t.Context())
		time.Sleep(credentialsInterval)
		var caller sync.WaitGroup
		caller.Go(func() { source.Token(t.Context()) }) // checks the credentials again
		synctest.Wait()
		source.Reset()
		caller.Wait()
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("after Reset: %v, %d logins", err, server.posts())
		}
	})
}

// When logins ahead of expiry counted in remember, the cool-down was a minute long when the tokens
// expired, and the first call failed after 8 of 10 recovered outages.
func TestFirstCallAfterRecovery(t *testing.T) {
	for range 10 { // because logins in the background have jitter
		synctest.Test(t, testFirstCallAfterRecovery)
	}
}

func testFirstCallAfterRecovery(t *testing.T) {
	server := newFakeServer(t, success(1), step{status: 500})
	source := server.source(t)
	token := enterRefreshWindow(t, source)
	for time.Now().Before(token.deadline.time()) {
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(5 * time.Second)
	server.set(success(2))
	if _, err := source.Token(t.Context()); err != nil {
		t.Errorf("first call after the recovery: %v", err)
	}
}
