package authn

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Without hasTime, the login waited until its timeout, reported only that, and the next one started
// after one second instead of the 20 that the service had asked for.
func TestHintBeyondLoginTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, oauthError(429, "too_many_requests", "", "Retry-After", "20"))
		source := server.source(t, func(c *Config) { c.LoginTimeout = 5 * time.Second })
		start := time.Now()
		_, err := source.Token(t.Context())
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Reason != ErrRateLimited || failure.RetryAfter != 20*time.Second || time.Since(start) != 0 {
			t.Fatalf("%v after %v", err, time.Since(start))
		}
		time.Sleep(20*time.Second - time.Millisecond)
		source.Token(t.Context())
		if server.posts() != 1 {
			t.Errorf("%d logins in 20 s", server.posts())
		}
	})
}

// When a canceled request replaced the last failure, the rate limit and its hint were lost.
func TestHintThenSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, oauthError(429, "too_many_requests", "", "Retry-After", "20"), success(2).after(time.Hour))
		_, err := server.source(t).Token(t.Context())
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Reason != ErrRateLimited || failure.RetryAfter != 20*time.Second || failure.Attempts != 2 {
			t.Errorf("got %#v", err)
		}
	})
}

// Without maxHintedCoolDown, one wrong header stopped the program for 30 days.
func TestHintIsCapped(t *testing.T) {
	for _, hint := range []string{"9223372037", "Fri, 01 Jan 2100 00:00:00 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, oauthError(429, "too_many_requests", "", "Retry-After", hint), success(2))
			source := server.source(t)
			_, err := source.Token(t.Context())
			failure, ok := errors.AsType[*Error](err)
			if !ok || failure.RetryAfter < 24*time.Hour || time.Until(failure.RetryAt) != maxHintedCoolDown {
				t.Fatalf("got %#v", err)
			}
			if hint == "9223372037" && failure.RetryAfter != httpx.Forever {
				t.Errorf("got hint %v, want Forever", failure.RetryAfter)
			}
			time.Sleep(maxHintedCoolDown)
			if _, err := source.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// When the lifetime started at the first request, five-second tokens after two waits had expired on
// arrival, and each call logged in.
func TestLifetimeStartsAtItsOwnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := oauthError(429, "too_many_requests", "", "Retry-After", "10")
		server := newFakeServer(t, limit, limit, step{body: tokenBody("access", "id", 5), delay: time.Second})
		source := server.source(t)
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sent := server.recorded()[2].at; !token.IssuedAt().Equal(sent) {
			t.Errorf("issued at %v, want %v", token.IssuedAt(), sent)
		}
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 3 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}
