package authn

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Taken out: the ID token's exp in reply.lifetime. Then the pair was handed out for 24 hours.
func TestF13_IDTokenExpiresFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.answer = func(int) step { return step{body: pair(jwtFor(24*time.Hour), jwtFor(10*time.Hour), 86400)} }
		source := server.source(t)
		for range 24 * 60 {
			token, err := source.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if age := time.Since(token.IssuedAt()); age >= 10*time.Hour {
				t.Fatalf("a pair whose ID token is %v old was handed out", age)
			}
			time.Sleep(time.Minute)
		}
		if posts := server.posts(); posts != 3 {
			t.Errorf("%d logins in 24 hours", posts)
		}
	})
}

// lifetimeOf returns how long the pair of one reply is valid.
func lifetimeOf(t *testing.T, body string, header http.Header) time.Duration {
	t.Helper()
	server := newFakeServer(t, step{body: body, header: header})
	source := server.source(t)
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatalf("%v", err)
	}
	for range 100 {
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if server.posts() != 1 {
		t.Errorf("%d logins for 101 calls", server.posts())
	}
	return token.ExpiresAt().Sub(token.IssuedAt())
}

// Taken out: fallbackLifetime, then maxLifetime. Then the pairs that say nothing were valid for a century, and the one that
// says 2060 until then.
func TestF14_LifetimesThatCannotBeBelieved(t *testing.T) {
	far := time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		expiresIn any
		claims    map[string]any
		lifetime  time.Duration
	}{
		"nothing said":               {nil, nil, fallbackLifetime},
		"zero":                       {0, nil, fallbackLifetime},
		"negative":                   {-5, nil, fallbackLifetime},
		"huge":                       {1 << 50, nil, fallbackLifetime},
		"as text":                    {"3600", nil, time.Hour},
		"as text that is not":        {"soon", nil, fallbackLifetime},
		"a fraction":                 {1800.5, nil, 1800*time.Second + 500*time.Millisecond},
		"an object":                  {map[string]any{}, nil, fallbackLifetime},
		"exp in milliseconds":        {3600, map[string]any{"exp": far.UnixMilli()}, time.Hour},
		"exp in decades":             {3600, map[string]any{"exp": far.Unix()}, time.Hour},
		"exp in decades alone":       {nil, map[string]any{"exp": far.Unix()}, fallbackLifetime},
		"exp in milliseconds, alone": {nil, map[string]any{"exp": far.UnixMilli()}, fallbackLifetime},
		"exp beyond all numbers":     {3600, map[string]any{"exp": 1e300}, time.Hour},
		"no exp":                     {3600, map[string]any{"sub": "user"}, time.Hour},
		"exp null":                   {3600, map[string]any{"exp": nil}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				access := "opaque"
				if test.claims != nil {
					access = unsigned(test.claims)
				}
				if got := lifetimeOf(t, pair(access, "opaque-id", test.expiresIn), nil); got != test.lifetime {
					t.Errorf("valid for %v, want %v", got, test.lifetime)
				}
			})
		})
	}
}

// Taken out: carrying on after a token that is not a JWT. Then the login failed.
func TestF15_TokensThatAreNoJWT(t *testing.T) {
	for name, access := range map[string]string{
		"opaque":            "9f8e7d6c5b4a",
		"encrypted":         "eyJhbGciOiJkaXIifQ..iv.text.tag",
		"three odd parts":   "a.b.c",
		"unknown algorithm": "eyJhbGciOiJYUzI1NiJ9.eyJleHAiOjF9.AAAA",
		"broken signature":  "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.%%%",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := lifetimeOf(t, pair(access, access, 7200), nil); got != 2*time.Hour {
					t.Errorf("valid for %v", got)
				}
			})
		})
	}
}

// Taken out: comparing exp with the service's own clock. Then a machine ten minutes fast refused fresh pairs of five
// minutes, and one ten minutes slow kept them for fifteen.
func TestF19_ClockOfThisMachineIsWrong(t *testing.T) {
	for _, skew := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		for _, withDate := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v, date %v", skew, withDate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := time.Now().Add(-skew) // the service's clock, seen from a machine that is off by skew
					header := http.Header{"Date": {service.UTC().Format(http.TimeFormat)}}
					if !withDate {
						header = http.Header{"Date": {"not a date"}}
					}
					token := unsigned(map[string]any{"iat": service.Unix(), "nbf": service.Add(time.Minute).Unix(), "exp": service.Add(5 * time.Minute).Unix()})
					if got := lifetimeOf(t, pair(token, token, nil), header); got != 5*time.Minute {
						t.Errorf("valid for %v", got)
					}
				})
			})
		}
	}
}

// Taken out: one of the two comparisons in instant.reaches. Then the pair outlived the sleep of the machine, or was
// revived by setting the clock back.
func TestF20_ClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		source := server.source(t)
		var wall, mono time.Duration
		base := systemClock()
		source.clock = func() instant { return instant{base.wall + int64(wall), base.mono + mono} }
		source.login.clock = source.clock
		expect := func(when string, logins int) {
			t.Helper()
			if _, err := source.Token(t.Context()); err != nil || server.posts() != logins {
				t.Errorf("%s: %d logins, %v", when, server.posts(), err)
			}
		}
		expect("at first", 1)
		wall += 25 * time.Hour // asleep: the monotonic clock stood still
		expect("after a sleep", 2)
		mono += 25 * time.Hour
		wall -= 48 * time.Hour // set back by two days while 25 hours went by
		expect("after setting the clock back", 3)
		wall -= time.Hour
		expect("after setting it back by a little", 3)
	})
}

func TestExpiryIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		token, err := server.source(t).Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := token.ExpiresAt(); !got.Equal(time.Now().Add(24*time.Hour)) || got.Location() != time.UTC {
			t.Errorf("expires at %v", got)
		}
	})
}

func TestPairThatHasExpiredIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		past := unsigned(map[string]any{"iat": time.Now().Unix(), "exp": time.Now().Unix()})
		server := newFakeServer(t, step{body: pair(past, past, nil)})
		_, err := server.source(t).Token(t.Context())
		if err == nil || !strings.Contains(err.Error(), "already expired") {
			t.Errorf("got %v", err)
		}
	})
}
