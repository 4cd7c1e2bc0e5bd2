package authn

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Taken out: the check that there is an ID token. Then the access token alone was handed out for a day.
func TestF16_NoIDToken(t *testing.T) {
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
				if len(errs) != 50 || server.posts() != 1 || !errors.Is(errs[0], ErrInvalidReply) || !strings.Contains(errs[0].Error(), "openid") {
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
				if err := json.Unmarshal(entry.Data, &stored); err != nil || stored.Pair != nil || len(stored.Failures) != 1 {
					t.Errorf("stored %s, %v", entry.Data, err)
				}
			})
		})
	}
}

// Taken out: the bound on the answer, then the check of its error member. Then two megabytes were read, and 64 of the bomb,
// and an error was taken for a pair.
func TestF17_AnswersThatAreNoTokenReply(t *testing.T) {
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	writer.Write(bytes.Repeat([]byte(" "), 64<<20))
	writer.Close()
	for name, answer := range map[string]step{
		"200 with an error":   {body: `{"error":"access_denied","access_token":"canary-access-1","id_token":"canary-id-1"}`},
		"HTML":                {header: http.Header{"Content-Type": {"text/html"}}, body: "<html>log in</html>"},
		"truncated JSON":      {body: `{"access_token":"canary-access-1","id_tok`},
		"nothing":             {body: ""},
		"an array":            {body: `[]`},
		"numbers for tokens":  {body: `{"access_token":1,"id_token":2}`},
		"another type":        {body: `{"access_token":"canary-access-1","id_token":"canary-id-1","token_type":"mac"}`},
		"2 MiB":               {body: `{"access_token":"` + strings.Repeat("a", 2<<20) + `"}`},
		"gzip bomb":           {header: http.Header{"Content-Encoding": {"gzip"}}, body: bomb.String()},
		"cut off in the body": {header: http.Header{"Content-Length": {"1000"}}, body: `{"access_token"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, answer)
				meter := &metered{next: server.Client().Transport}
				source := server.source(t, func(c *Config) { c.HTTPClient = &http.Client{Transport: meter} })
				_, err := source.Token(t.Context())
				failure, ok := errors.AsType[*Error](err)
				if !ok || failure.Reason != ErrInvalidReply && failure.Reason != ErrUnavailable {
					t.Fatalf("got %v", err)
				}
				if strings.Contains(err.Error(), "canary") {
					t.Errorf("the error repeats a token: %v", err)
				}
				if posts := server.posts(); posts > 2 {
					t.Errorf("%d logins", posts)
				}
				if read := meter.read.Load(); read > maxReplyBytes+1 {
					t.Errorf("%d bytes were read", read)
				}
			})
		})
	}
}

// metered counts the bytes of answers that are read.
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

// The type of the token is compared without regard to case (RFC 6749, section 5.1).
func TestTokenTypeInAnyCase(t *testing.T) {
	for _, tokenType := range []string{`"Bearer"`, `"bearer"`, `"BEARER"`, `""`, `null`} {
		if _, err := parseReply([]byte(`{"access_token":"a","id_token":"b","token_type":` + tokenType + `}`)); err != nil {
			t.Errorf("%s: %v", tokenType, err)
		}
	}
}

// Taken out: checkToken. Then the tokens reached the headers of requests, where only net/http's own client stops them.
func TestF32_TokensThatCannotBeSent(t *testing.T) {
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
		for _, body := range []string{pair(token, "canary-id-1", 60), pair("canary-access-1", token, 60)} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newFakeServer(t, step{body: body})
					_, err := server.source(t).Token(t.Context())
					if !errors.Is(err, ErrInvalidReply) {
						t.Fatalf("got %v", err)
					}
					if len(err.Error()) > 400 || strings.Contains(err.Error(), "X-Evil") {
						t.Errorf("the error repeats the token: %.200s", err)
					}
				})
			})
		}
	}
}

// The seven members are those of the vendor's page, and the body is JSON.
func TestRequestIsAsDocumented(t *testing.T) {
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
			t.Errorf("the body has %d members", len(body))
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

// Taken out: clamping the wait (the library's own backoff was used, with its own idea of a hint). Then a login followed at
// once on the hint of zero and on the one that overflows, and the hour was waited for until time ran out.
func TestF21_RetryAfter(t *testing.T) {
	reset := func(d time.Duration) func() string {
		return func() string { return itoa(time.Now().Add(d).Unix()) }
	}
	text := func(s string) func() string { return func() string { return s } }
	date := func(d time.Duration, layout string) func() string {
		return func() string { return time.Now().UTC().Add(d).Format(layout) }
	}
	for name, test := range map[string]struct {
		header   string
		value    func() string
		posts    int // of a service that refuses once
		min, max time.Duration
	}{
		"1 second":             {"Retry-After", text("1"), 2, time.Second, 1250 * time.Millisecond},
		"20 seconds":           {"Retry-After", text("20"), 2, 20 * time.Second, 25 * time.Second},
		"date in 10 seconds":   {"Retry-After", date(10*time.Second, http.TimeFormat), 2, 9 * time.Second, 13 * time.Second},
		"RFC 850 date":         {"Retry-After", date(10*time.Second, time.RFC850), 2, time.Second, 13 * time.Second},
		"an hour":              {"Retry-After", text("3600"), 1, 0, 0},
		"the year 2100":        {"Retry-After", text("Fri, 01 Jan 2100 00:00:00 GMT"), 1, 0, 0},
		"overflow":             {"Retry-After", text("9223372037"), 1, 0, 0},
		"more overflow":        {"Retry-After", text("99999999999999999999"), 1, 0, 0},
		"zero":                 {"Retry-After", text("0"), 2, time.Second, 1250 * time.Millisecond},
		"a date in the past":   {"Retry-After", date(-time.Hour, http.TimeFormat), 2, time.Second, 1250 * time.Millisecond},
		"negative":             {"Retry-After", text("-5"), 2, time.Second, 1250 * time.Millisecond},
		"a fraction":           {"Retry-After", text("1.5"), 2, time.Second, 1250 * time.Millisecond},
		"empty":                {"Retry-After", text(""), 2, time.Second, 1250 * time.Millisecond},
		"reset now":            {"X-Ratelimit-Reset", reset(0), 2, time.Second, 1250 * time.Millisecond},
		"reset in the past":    {"X-Ratelimit-Reset", reset(-time.Hour), 2, time.Second, 1250 * time.Millisecond},
		"reset in 10 seconds":  {"X-Ratelimit-Reset", reset(10 * time.Second), 2, 9 * time.Second, 13 * time.Second},
		"reset far away":       {"X-Ratelimit-Reset", reset(time.Hour), 1, 0, 0},
		"reset beyond numbers": {"X-Ratelimit-Reset", text("9223372036854775807"), 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, refused(429, "too_many_requests", "", test.header, test.value()), success(2))
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
					t.Errorf("the hint is not on the error: %#v", err)
				}
			})
		})
	}
}

func itoa(n int64) string {
	data, _ := json.Marshal(n)
	return string(data)
}

// Taken out: the bound on repeating a login whose connection broke (the library's own rule was used). Then four logins
// were sent.
func TestF23_ConnectionBreaksAfterTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{hijack: func(connection net.Conn) { connection.Close() }})
		_, err := server.source(t).Token(t.Context())
		if !errors.Is(err, ErrUnavailable) || server.posts() > 2 {
			t.Errorf("%d logins, %v", server.posts(), err)
		}
	})
}

func FuzzParseReply(f *testing.F) {
	f.Add([]byte(pair("access", "id", 86400)))
	f.Add([]byte(pair(unsigned(map[string]any{"exp": 1e300, "iat": -5}), unsigned(map[string]any{"exp": "soon"}), "1")))
	f.Add([]byte(`{"access_token":"a","id_token":"b","expires_in":1e999}`))
	f.Add([]byte(`{"error":null,"access_token":"a.b.c","id_token":"....."}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		reply, err := parseReply(body)
		if err != nil {
			return
		}
		for _, token := range []string{reply.accessToken, reply.idToken} {
			if token == "" || len(token) > maxTokenBytes || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("token %q", token)
			}
		}
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		for _, date := range []time.Time{{}, now, now.Add(100 * 365 * 24 * time.Hour)} {
			if lifetime, err := reply.lifetime(date, now); err == nil && (lifetime <= 0 || lifetime > maxLifetime) {
				t.Errorf("lifetime %v", lifetime)
			}
		}
	})
}

func FuzzParseRefusal(f *testing.F) {
	f.Add(429, []byte(`{"error":"too_many_attempts","error_description":"blocked"}`))
	f.Add(403, []byte(`{"code":"x","description":{"a":[1]}}`))
	f.Add(500, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		r := parseRefusal(status, body)
		code, description := r.presentable([]Secret{NewSecret(canaryPassword), {}})
		if len(code) > 70 || len(description) > maxDescriptionBytes+10 || strings.ContainsAny(code+description, "\r\n\x00\x1b") || strings.Contains(code+description, canaryPassword) {
			t.Errorf("code %q, description %q", code, description)
		}
		if v := r.classify(); v.reason == "" || v.tries < 0 || v.tries > 3 || v.reason.Permanent() && v.tries > 0 {
			t.Errorf("verdict %v", v)
		}
		if r.code == "too_many_attempts" && r.classify().tries != 0 {
			t.Error("a blocked account would be tried again")
		}
	})
}
