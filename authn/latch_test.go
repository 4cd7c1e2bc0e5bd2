package authn

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Taken out: keeping the refusal through failures of another kind. Then each time that the credentials could not be had
// for a moment, the wrong password was sent once more, and the account was blocked after ten of them.
func TestLatchOutlastsFailuresOfAnotherKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, wrongPassword())
		asked := 0
		source := server.source(t, func(c *Config) {
			c.Credentials = func(context.Context) (Credentials, error) {
				if asked++; asked%7 == 3 { // as with a vault that restarts
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
			t.Errorf("%d wrong logins", server.posts())
		}
	})
}

// Taken out: the look at the store before a refusal is repeated. Then a program that had been refused once stayed so for
// good, although another one had been let in with the same credentials.
func TestLatchYieldsToAStoredPair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, refused(429, "too_many_attempts", "Your account has been blocked"), success(2))
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

// Taken out: the comparison in land. Then a Reset was lost to a login that was in progress and took the old failure along.
func TestResetDuringALogin(t *testing.T) {
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
		caller.Go(func() { source.Token(t.Context()) }) // looks at the credentials again
		synctest.Wait()
		source.Reset()
		caller.Wait()
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 2 {
			t.Errorf("after Reset: %v, %d logins", err, server.posts())
		}
	})
}

// Taken out: the exception for logins ahead of expiry in remember. Then the failures in the background had made the
// cool-down a minute long when the pair ended, and in 8 of 10 outages who called first failed although all was well again.
func TestFirstCallAfterAQuietRecovery(t *testing.T) {
	for range 10 { // because of the jitter of the logins in the background
		synctest.Test(t, testQuietRecovery)
	}
}

func testQuietRecovery(t *testing.T) {
	server := newFakeServer(t, success(1), step{status: 500})
	source := server.source(t)
	token := intoWindow(t, source)
	for time.Now().Before(token.deadline.time()) {
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(5 * time.Second)
	server.set(success(2))
	if _, err := source.Token(t.Context()); err != nil {
		t.Errorf("the first call after the recovery: %v", err)
	}
}
