package authn

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Taken out: hasTime. Then the login waited until its time was up, said only that it was, and logged in again a second
// later instead of after the 20 that the service had asked for.
func TestHintBeyondTheTimeOfTheLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, refused(429, "too_many_requests", "", "Retry-After", "20"))
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

// Taken out: keeping what the service said when the next request is cut off. Then the limit and its hint were forgotten.
func TestHintThenSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, refused(429, "too_many_requests", "", "Retry-After", "20"), success(2).after(time.Hour))
		_, err := server.source(t).Token(t.Context())
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Reason != ErrRateLimited || failure.RetryAfter != 20*time.Second || failure.Attempts != 2 {
			t.Errorf("got %#v", err)
		}
	})
}

// Taken out: maxHintedCoolDown. Then one wrong header stopped the program for 30 days.
func TestHintCannotStopAProgram(t *testing.T) {
	for _, hint := range []string{"9223372037", "Fri, 01 Jan 2100 00:00:00 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, refused(429, "too_many_requests", "", "Retry-After", hint), success(2))
			source := server.source(t)
			_, err := source.Token(t.Context())
			failure, ok := errors.AsType[*Error](err)
			if !ok || failure.RetryAfter < 24*time.Hour || time.Until(failure.RetryAt) != maxHintedCoolDown {
				t.Fatalf("got %#v", err)
			}
			if hint == "9223372037" && failure.RetryAfter != httpx.Forever {
				t.Errorf("the hint reads %v", failure.RetryAfter)
			}
			time.Sleep(maxHintedCoolDown)
			if _, err := source.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Taken out: counting a pair from its own request. Then a pair of five seconds that came after two waits had ended before
// it came, and each call logged in.
func TestPairCountsFromItsOwnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := refused(429, "too_many_requests", "", "Retry-After", "10")
		server := newFakeServer(t, limit, limit, step{body: pair("access", "id", 5), delay: time.Second})
		source := server.source(t)
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sent := server.recorded()[2].at; !token.IssuedAt().Equal(sent) {
			t.Errorf("issued at %v, but sent at %v", token.IssuedAt(), sent)
		}
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 3 {
			t.Errorf("%v, %d logins", err, server.posts())
		}
	})
}
