package authn

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Without the check for an ID token, the access token alone was used for a day.
func TestF16_MissingIDToken(t *testing.T) {
	for name, body := range map[string]string{
		"missing": `{"access_token":"canary-access-1","expires_in":86400}`,
		"null":    `{"access_token":"canary-access-1","id_token":null,"expires_in":86400}`,
		"empty":   `{"access_token":"canary-access-1","id_token":"","expires_in":86400}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, step{body: body})
				store := &MemoryStore{}
				source := server.source(t, func(c *Config) { c.Store = store })
				_, errs, _ := crowd(t, source, 50)
				if len(errs) != 50 || server.posts() != 1 || !errors.Is(errs[0], ErrInvalidResponse) || !strings.Contains(errs[0].Error(), "openid") {
					t.Errorf("%d logins, %v", server.posts(), errs)
				}
				key, err := source.StoreKey(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				entry, err := store.Load(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				var stored envelope
				if err := json.Unmarshal(entry.Data, &stored); err != nil || stored.Tokens != nil || len(stored.Failures) != 1 {
					t.Errorf("stored %s, %v", entry.Data, err)
				}
			})
		})
	}
}

// Without the size limit, two megabytes were read, and 64 of the bomb. Without the check of the
// error field, an error was taken for tokens.
func TestF17_InvalidResponses(t *testing.T) {
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	writer.Write(bytes.Repeat([]byte(" "), 1<<20))
	writer.Close()
	for name, response := range map[string]step{
		"200 with an error":   {body: `{"error":"access_denied","access_token":"canary-access-1","id_token":"canary-id-1"}`},
		"HTML":                {header: http.Header{"Content-Type": {"text/html"}}, body: "<html>log in</html>"},
		"truncated JSON":      {body: `{"access_token":"canary-access-1","id_tok`},
		"nothing":             {body: ""},
		"an array":            {body: `[]`},
		"numbers for tokens":  {body: `{"access_token":1,"id_token":2}`},
		"another type":        {body: `{"access_token":"canary-access-1","id_token":"canary-id-1","token_type":"mac"}`},
		"2 MiB":               {body: `{"access_token":"` + strings.Repeat("a", 2<<20) + `"}`},
		"gzip bomb":           {header: http.Header{"Content-Encoding": {"gzip"}}, body: strings.Repeat(bomb.String(), 64)},
		"cut off in the body": {header: http.Header{"Content-Length": {"1000"}}, body: `{"access_token"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, response)
				meter := &metered{next: server.Client().Transport}
				source := server.source(t, func(c *Config) { c.HTTPClient = &http.Client{Transport: meter} })
				_, err := source.Token(t.Context())
				failure, ok := errors.AsType[*Error](err)
				if !ok || failure.Reason != ErrInvalidResponse && failure.Reason != ErrUnavailable {
					t.Fatalf("got %v", err)
				}
				if strings.Contains(err.Error(), "canary") {
					t.Errorf("the error contains a token: %v", err)
				}
				if posts := server.posts(); posts > 2 {
					t.Errorf("%d logins", posts)
				}
				if read := meter.read.Load(); read > maxResponseBytes+1 {
					t.Errorf("read %d bytes", read)
				}
			})
		})
	}
}

// metered counts the response bytes that are read.
type metered struct {
	next http.RoundTripper
	read atomic.Int64
}

func (m *metered) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := m.next.RoundTrip(request)
	if err == nil {
		response.Body = &meteredBody{response.Body, m}
	}
	return response, err
}

type meteredBody struct {
	io.ReadCloser
	meter *metered
}

func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.meter.read.Add(int64(n))
	return n, err
}

// RFC 6749 section 5.1: the token type is case-insensitive.
func TestTokenTypeIgnoresCase(t *testing.T) {
	for _, tokenType := range []string{`"Bearer"`, `"bearer"`, `"BEARER"`, `"bearer "`, `"\tBearer\n"`, `" "`, `""`, `null`} {
		if _, err := parseTokenResponse([]byte(`{"access_token":"a","id_token":"b","token_type":` + tokenType + `}`)); err != nil {
			t.Errorf("%s: %v", tokenType, err)
		}
	}
}

func TestTokensAfterTwoByteOrderMarks(t *testing.T) {
	if _, err := parseTokenResponse([]byte("\ufeff\ufeff" + tokenBody("a", "b", 60))); err != nil {
		t.Error(err)
	}
}

// When any error field but null meant an error, good tokens were rejected.
func TestErrorFieldNextToTokens(t *testing.T) {
	for value, accepted := range map[string]bool{
		`""`: true, `" "`: true, `false`: true, `null`: true, `{}`: true, `{ }`: true, `[]`: true, `0`: true,
		`"x"`: false, `true`: false, `1`: false, `{"code":"x"}`: false, `["x"]`: false,
	} {
		_, err := parseTokenResponse([]byte(`{"access_token":"a","id_token":"b","error":` + value + `}`))
		if (err == nil) != accepted {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// Without checkToken, the tokens reached request headers, where only net/http's own client stops
// them.
func TestF32_UnsendableTokens(t *testing.T) {
	for name, token := range map[string]string{
		"line break":  "abc\r\nX-Evil: 1",
		"null":        "abc\x00def",
		"space":       "abc def",
		"tab":         "abc\tdef",
		"delete":      "abc\x7f",
		"not ASCII":   "abcł",
		"64 KiB + 1":  strings.Repeat("a", maxTokenBytes+1),
		"ten million": strings.Repeat("a", 10<<20),
	} {
		for _, body := range []string{tokenBody(token, "canary-id-1", 60), tokenBody("canary-access-1", token, 60)} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newFakeServer(t, step{body: body})
					_, err := server.source(t).Token(t.Context())
					if !errors.Is(err, ErrInvalidResponse) {
						t.Fatalf("got %v", err)
					}
					if len(err.Error()) > 400 || strings.Contains(err.Error(), "X-Evil") {
						t.Errorf("the error contains the token: %.200s", err)
					}
				})
			})
		}
	}
}

// The body is JSON with the seven fields of the vendor's page.
func TestRequestAsDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		if _, err := server.source(t).Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		request := server.recorded()[0]
		var body map[string]string
		if err := json.Unmarshal([]byte(request.body), &body); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"client_id": "client-id", "client_secret": canaryClientSecret, "audience": "https://api.xsale.ai",
			"username": "user@example.com", "password": canaryPassword, "grant_type": "password", "scope": "openid profile email xsale production",
		}
		if len(body) != len(want) {
			t.Errorf("the body has %d fields, want %d", len(body), len(want))
		}
		for name, value := range want {
			if body[name] != value {
				t.Errorf("%s is %q", name, body[name])
			}
		}
		if request.method != "POST" || request.path != "/oauth/token" || request.header.Get("Content-Type") != "application/json" || request.header.Get("Accept") != "application/json" {
			t.Errorf("%s %s with %v", request.method, request.path, request.header)
		}
	})
}

// With the library's own backoff, the next login followed immediately on a hint of zero or one that
// overflows, and an hour was waited for until the timeout.
func TestF21_RetryAfter(t *testing.T) {
	reset := func(d time.Duration) func() string {
		return func() string { return strconv.FormatInt(time.Now().Add(d).Unix(), 10) }
	}
	fixed := func(s string) func() string { return func() string { return s } }
	date := func(d time.Duration, layout string) func() string {
		return func() string { return time.Now().UTC().Add(d).Format(layout) }
	}
	for name, test := range map[string]struct {
		header   string
		value    func() string
		posts    int // after one 429
		min, max time.Duration
	}{
		"1 second":             {"Retry-After", fixed("1"), 2, time.Second, 1250 * time.Millisecond},
		"20 seconds":           {"Retry-After", fixed("20"), 2, 20 * time.Second, 25 * time.Second},
		"date in 10 seconds":   {"Retry-After", date(10*time.Second, http.TimeFormat), 2, 9 * time.Second, 13 * time.Second},
		"RFC 850 date":         {"Retry-After", date(10*time.Second, time.RFC850), 2, time.Second, 13 * time.Second},
		"an hour":              {"Retry-After", fixed("3600"), 1, 0, 0},
		"the year 2100":        {"Retry-After", fixed("Fri, 01 Jan 2100 00:00:00 GMT"), 1, 0, 0},
		"overflow":             {"Retry-After", fixed("9223372037"), 1, 0, 0},
		"more overflow":        {"Retry-After", fixed("99999999999999999999"), 1, 0, 0},
		"zero":                 {"Retry-After", fixed("0"), 2, time.Second, 1250 * time.Millisecond},
		"a date in the past":   {"Retry-After", date(-time.Hour, http.TimeFormat), 2, time.Second, 1250 * time.Millisecond},
		"negative":             {"Retry-After", fixed("-5"), 2, time.Second, 1250 * time.Millisecond},
		"a fraction":           {"Retry-After", fixed("1.5"), 2, time.Second, 1250 * time.Millisecond},
		"empty":                {"Retry-After", fixed(""), 2, time.Second, 1250 * time.Millisecond},
		"reset now":            {"X-Ratelimit-Reset", reset(0), 2, time.Second, 1250 * time.Millisecond},
		"reset in the past":    {"X-Ratelimit-Reset", reset(-time.Hour), 2, time.Second, 1250 * time.Millisecond},
		"reset in 10 seconds":  {"X-Ratelimit-Reset", reset(10 * time.Second), 2, 9 * time.Second, 13 * time.Second},
		"reset far away":       {"X-Ratelimit-Reset", reset(time.Hour), 1, 0, 0},
		"reset beyond numbers": {"X-Ratelimit-Reset", fixed("9223372036854775807"), 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, oauthError(429, "too_many_requests", "", test.header, test.value()), success(2))
				start := time.Now()
				_, err := server.source(t).Token(t.Context())
				if waited := time.Since(start); waited < test.min || waited > test.max || server.posts() != test.posts {
					t.Errorf("%d logins in %v", server.posts(), waited)
				}
				if test.posts == 2 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				failure, ok := errors.AsType[*Error](err)
				if !ok || failure.RetryAfter <= maxRetryWait || time.Until(failure.RetryAt) < time.Minute*50 {
					t.Errorf("the error has no hint: %#v", err)
				}
			})
		})
	}
}

// With the library's own retry policy, four logins were sent.
func TestF23_ConnectionBreaksAfterRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{hijack: func(connection net.Conn) { connection.Close() }})
		_, err := server.source(t).Token(t.Context())
		if !errors.Is(err, ErrUnavailable) || server.posts() > 2 {
			t.Errorf("%d logins, %v", server.posts(), err)
		}
	})
}

func FuzzParseTokenResponse(f *testing.F) {
	f.Add([]byte(tokenBody("access", "id", 86400)))
	f.Add([]byte(tokenBody(unsigned(map[string]any{"exp": 1e300, "iat": -5}), unsigned(map[string]any{"exp": "soon"}), "1")))
	f.Add([]byte(`{"access_token":"a","id_token":"b","expires_in":1e999}`))
	f.Add([]byte(`{"error":null,"access_token":"a.b.c","id_token":"....."}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		response, err := parseTokenResponse(body)
		if err != nil {
			return
		}
		for _, token := range []string{response.accessToken, response.idToken} {
			if token == "" || len(token) > maxTokenBytes || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("token %q", token)
			}
		}
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		for _, date := range []time.Time{{}, now, now.Add(100 * 365 * 24 * time.Hour)} {
			if lifetime, err := response.lifetime(date, now); err == nil && (lifetime <= 0 || lifetime > maxLifetime) {
				t.Errorf("lifetime %v", lifetime)
			}
		}
	})
}

func FuzzParseErrorResponse(f *testing.F) {
	f.Add(429, []byte(`{"error":"too_many_attempts","error_description":"blocked"}`))
	f.Add(403, []byte(`{"code":"x","description":{"a":[1]}}`))
	f.Add(500, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		r := parseErrorResponse(status, body)
		code, description := r.presentable([]Secret{NewSecret(canaryPassword), {}})
		if len(code) > 70 || len(description) > maxDescriptionBytes+10 || strings.ContainsAny(code+description, "\r\n\x00\x1b") || strings.Contains(code+description, canaryPassword) {
			t.Errorf("code %q, description %q", code, description)
		}
		if v := r.classify(); v.reason == "" || v.retries < 0 || v.retries > 3 || v.reason.Permanent() && v.retries > 0 {
			t.Errorf("verdict %v", v)
		}
		if r.code == "too_many_attempts" && r.classify().retries != 0 {
			t.Error("a blocked account would be tried again")
		}
	})
}
