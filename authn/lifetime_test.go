package authn

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// When the ID token's exp was ignored, the tokens were used for 24 hours.
func TestF13_IDTokenExpiresFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		server.respond = func(int) step { return step{body: tokenBody(jwtFor(24*time.Hour), jwtFor(10*time.Hour), 86400)} }
		source := server.source(t)
		for range 24 * 60 {
			token, err := source.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if age := time.Since(token.IssuedAt()); age >= 10*time.Hour {
				t.Fatalf("got an ID token that is %v old", age)
			}
			time.Sleep(time.Minute)
		}
		if posts := server.posts(); posts != 3 {
			t.Errorf("%d logins in 24 hours", posts)
		}
	})
}

// lifetimeOf returns the lifetime of the tokens of one response.
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

// Without fallbackLifetime, tokens without an expiry were valid for a century. Without
// maxLifetime, the one that expires in 2060 was valid until then.
func TestF14_ImplausibleLifetimes(t *testing.T) {
	far := time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		expiresIn any
		claims    map[string]any
		lifetime  time.Duration
	}{
		"none":                       {nil, nil, fallbackLifetime},
		"zero":                       {0, nil, fallbackLifetime},
		"negative":                   {-5, nil, fallbackLifetime},
		"huge":                       {1 << 50, nil, fallbackLifetime},
		"string":                     {"3600", nil, time.Hour},
		"string, not a number":       {"soon", nil, fallbackLifetime},
		"a fraction":                 {1800.5, nil, 1800*time.Second + 500*time.Millisecond},
		"an object":                  {map[string]any{}, nil, fallbackLifetime},
		"exp in milliseconds":        {3600, map[string]any{"exp": far.UnixMilli()}, time.Hour},
		"exp in 2060":                {3600, map[string]any{"exp": far.Unix()}, time.Hour},
		"exp in 2060, alone":         {nil, map[string]any{"exp": far.Unix()}, fallbackLifetime},
		"exp in milliseconds, alone": {nil, map[string]any{"exp": far.UnixMilli()}, fallbackLifetime},
		"exp overflows":              {3600, map[string]any{"exp": 1e300}, time.Hour},
		"no exp":                     {3600, map[string]any{"sub": "user"}, time.Hour},
		"exp null":                   {3600, map[string]any{"exp": nil}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				access := "opaque"
				if test.claims != nil {
					access = unsigned(test.claims)
				}
				if got := lifetimeOf(t, tokenBody(access, "opaque-id", test.expiresIn), nil); got != test.lifetime {
					t.Errorf("got lifetime %v, want %v", got, test.lifetime)
				}
			})
		})
	}
}

// When a token had to be a JWT, the login failed.
func TestF15_TokensNotJWT(t *testing.T) {
	for name, access := range map[string]string{
		"opaque":            "9f8e7d6c5b4a",
		"encrypted":         "eyJhbGciOiJkaXIifQ..iv.text.tag",
		"three odd parts":   "a.b.c",
		"unknown algorithm": "eyJhbGciOiJYUzI1NiJ9.eyJleHAiOjF9.AAAA",
		"broken signature":  "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.%%%",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := lifetimeOf(t, tokenBody(access, access, 7200), nil); got != 2*time.Hour {
					t.Errorf("got lifetime %v", got)
				}
			})
		})
	}
}

// When a claim of an unusual type hid exp, the tokens were used for 24 hours.
func TestA27_OddClaims(t *testing.T) {
	for name, odd := range map[string]map[string]any{
		"numbers":       {"sub": 5, "jti": 6, "aud": 7, "iss": 8},
		"lists":         {"sub": []int{1}, "aud": []any{1, "a", nil}, "iss": []string{"x"}},
		"objects":       {"sub": map[string]int{"a": 1}, "aud": map[string]int{}, "jti": true},
		"iat, a string": {"iat": "2026-11-01T00:00:00Z"},
		"iat, digits":   {"iat": fmt.Sprint(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix())},
		"iat, exp":      {"iat": "exp"},
		"iat, later":    {"iat": time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).Unix()},
		"nbf":           {"nbf": "soon", "iat": nil},
		"exp, a string": {"exp": "digits"},
		"exp, a float":  {"exp": "float"},
	} {
		for form, encode := range map[string]func(payload string) string{
			"unsigned":          func(p string) string { return "eyJhbGciOiJub25lIn0." + p + "." },
			"unknown algorithm": func(p string) string { return "eyJhbGciOiJYUzI1NiJ9." + p + ".AAAA" },
			"no algorithm":      func(p string) string { return "e30." + p + ".AAAA" },
			"odd algorithm":     func(p string) string { return "eyJhbGciOjV9." + p + ".AAAA" },
			"odd header":        func(p string) string { return "%%%." + p + ".AAAA" },
			"odd signature":     func(p string) string { return "eyJhbGciOiJub25lIn0." + p + ".%%%" },
			"no signature":      func(p string) string { return "eyJhbGciOiJub25lIn0." + p },
			"more parts":        func(p string) string { return "eyJhbGciOiJub25lIn0." + p + ".AAAA.BBBB.CCCC.DDDD" },
			"padding":           func(p string) string { return "eyJhbGciOiJub25lIn0=." + p + "==.AAAA=" },
		} {
			t.Run(name+", "+form, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					expiry := time.Now().Add(10 * time.Hour).Unix()
					claims := map[string]any{"exp": expiry}
					maps.Copy(claims, odd)
					if claims["iat"] == "exp" {
						claims["iat"] = expiry
					}
					switch claims["exp"] {
					case "digits":
						claims["exp"] = fmt.Sprint(expiry)
					case "float":
						claims["exp"] = float64(expiry) + 0.25
					}
					payload, err := json.Marshal(claims)
					if err != nil {
						t.Fatal(err)
					}
					token := encode(base64.RawURLEncoding.EncodeToString(payload))
					got := lifetimeOf(t, tokenBody(token, token, 86400), nil)
					if got < 10*time.Hour || got > 10*time.Hour+time.Second {
						t.Errorf("got lifetime %v", got)
					}
				})
			})
		}
	}
}

// When exp was compared with this machine's clock, a clock ten minutes fast rejected fresh
// five-minute tokens, and one ten minutes slow kept them for fifteen.
func TestF19_ClockSkew(t *testing.T) {
	for _, skew := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		for _, withDate := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v, date %v", skew, withDate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := time.Now().Add(-skew) // the service's clock, as this machine is off by skew
					header := http.Header{"Date": {service.UTC().Format(http.TimeFormat)}}
					if !withDate {
						header = http.Header{"Date": {"not a date"}}
					}
					token := unsigned(map[string]any{"iat": service.Unix(), "nbf": service.Add(time.Minute).Unix(), "exp": service.Add(5 * time.Minute).Unix()})
					if got := lifetimeOf(t, tokenBody(token, token, nil), header); got != 5*time.Minute {
						t.Errorf("got lifetime %v", got)
					}
				})
			})
		}
	}
}

// Without one of the two comparisons in instant.reaches, the tokens outlived a sleep of the
// machine, or were valid again after the clock was set back.
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
		expect("first call", 1)
		wall += 25 * time.Hour // during sleep the monotonic clock stops
		expect("after sleep", 2)
		mono += 25 * time.Hour
		wall -= 48 * time.Hour // set back by two days, 25 hours later
		expect("clock set back", 3)
		wall -= time.Hour
		expect("clock set back an hour", 3)
	})
}

func TestExpiresAt(t *testing.T) {
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

func TestExpiredOnArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		past := unsigned(map[string]any{"iat": time.Now().Unix(), "exp": time.Now().Unix()})
		server := newFakeServer(t, step{body: tokenBody(past, past, nil)})
		_, err := server.source(t).Token(t.Context())
		if err == nil || !strings.Contains(err.Error(), "already expired") {
			t.Errorf("got %v", err)
		}
	})
}

// Without minLifetime, each call logged in for tokens that live a millisecond.
func TestLifetimeBelowOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{body: tokenBody("access", "id", 0.001)})
		source := server.source(t)
		for range 500 {
			if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidResponse) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if server.posts() != 1 {
			t.Errorf("%d logins in half a second", server.posts())
		}
	})
}

// Without the bound on the year, ten minutes in milliseconds looked like a week.
func TestClaimsInMilliseconds(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	token := unsigned(map[string]any{"iat": now.UnixMilli(), "exp": now.Add(10 * time.Minute).UnixMilli()})
	body, err := json.Marshal(map[string]string{"access_token": token, "id_token": token})
	if err != nil {
		t.Fatal(err)
	}
	response, err := parseTokenResponse(body)
	if err != nil {
		t.Fatal(err)
	}
	if lifetime, err := response.lifetime(now, now); err != nil || lifetime != fallbackLifetime {
		t.Errorf("%v, %v", lifetime, err)
	}
}
