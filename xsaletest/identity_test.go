package xsaletest_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/xsale-go/xsale/xsaletest"
)

// wantLoginError checks an error response of the token endpoint.
func wantLoginError(t testing.TB, reply reply, status int, code, words string) {
	t.Helper()
	refusal := decode[struct {
		Error       string
		Description string `json:"error_description"`
	}](t, reply)
	if reply.status != status || refusal.Error != code || !strings.Contains(refusal.Description, words) {
		t.Errorf("status %d, %s instead of status %d, %s, %q", reply.status, reply.body, status, code, words)
	}
	if contentType := reply.header.Get("Content-Type"); contentType != "application/json" {
		t.Errorf("Content-Type %q", contentType)
	}
}

func TestLoginIssuesTokens(t *testing.T) {
	now := newClock()
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now))
	reply := tryLogin(t, sandbox)
	if reply.status != http.StatusOK || reply.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, header %v", reply.status, reply.header)
	}
	members := decode[map[string]any](t, reply)
	delete(members, "access_token")
	delete(members, "id_token")
	if got, want := fmt.Sprint(members), "map[expires_in:86400 scope:openid profile email xsale production token_type:Bearer]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}

	pair := decode[tokens](t, reply)
	issuer := sandbox.URL() + "/"
	access := claimsOf(t, sandbox, now, pair.Access)
	for claim, want := range map[string]any{
		"iss":   issuer,
		"aud":   []any{xsaletest.Audience, issuer + "userinfo"},
		"azp":   xsaletest.ClientID,
		"scope": "openid profile email xsale production",
		"iat":   float64(now.Now().Unix()),
		"exp":   float64(now.Now().Add(24 * time.Hour).Unix()),
	} {
		if fmt.Sprint(access[claim]) != fmt.Sprint(want) {
			t.Errorf("access token: %s is %v, want %v", claim, access[claim], want)
		}
	}
	id := claimsOf(t, sandbox, now, pair.ID)
	for claim, want := range map[string]any{
		"iss":                               issuer,
		"aud":                               xsaletest.ClientID,
		"name":                              "Lorem Ipsum",
		"nickname":                          "loremipsum",
		"email":                             xsaletest.Username,
		"email_verified":                    true,
		"iat":                               float64(now.Now().Unix()),
		"exp":                               float64(now.Now().Add(10 * time.Hour).Unix()),
		"https://futuriti.pl/user_metadata": map[string]any{},
	} {
		if fmt.Sprint(id[claim]) != fmt.Sprint(want) {
			t.Errorf("ID token: %s is %v, want %v", claim, id[claim], want)
		}
	}
	if access["sub"] == nil || access["sub"] != id["sub"] {
		t.Errorf("sub is %v and %v", access["sub"], id["sub"])
	}
	again := decode[tokens](t, tryLogin(t, sandbox))
	ids := []any{access["jti"], id["jti"], claimsOf(t, sandbox, now, again.Access)["jti"], claimsOf(t, sandbox, now, again.ID)["jti"]}
	for i, jti := range ids {
		if jti == nil || slices.Contains(ids[:i], jti) {
			t.Errorf("got duplicate jti: %v", ids)
		}
	}
}

// claimsOf verifies a token by the published key set and returns its claims.
func claimsOf(t *testing.T, sandbox *xsaletest.Sandbox, now *clock, token string) jwt.MapClaims {
	t.Helper()
	set := decode[struct {
		Keys []struct{ Kty, Use, Alg, Kid, N, E string }
	}](t, send(t, sandbox, http.MethodGet, "/.well-known/jwks.json", "", nil))
	claims := make(jwt.MapClaims)
	_, err := jwt.ParseWithClaims(token, claims, func(token *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key.Kid != token.Header["kid"] || key.Kty != "RSA" || key.Use != "sig" || key.Alg != "RS256" {
				continue
			}
			modulus, err := base64.RawURLEncoding.DecodeString(key.N)
			if err != nil {
				return nil, err
			}
			exponent, err := base64.RawURLEncoding.DecodeString(key.E)
			if err != nil {
				return nil, err
			}
			return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}, nil
		}
		return nil, fmt.Errorf("no key %v", token.Header["kid"])
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(now.Now))
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestLoginTakesForms(t *testing.T) {
	sandbox := xsaletest.New(t)
	form := make(url.Values)
	for name, value := range grant() {
		form.Set(name, value)
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if reply := send(t, sandbox, http.MethodPost, "/oauth/token", form.Encode(), header); reply.status != http.StatusOK {
		t.Errorf("status %d: %s", reply.status, reply.body)
	}
	wantLoginError(t, send(t, sandbox, http.MethodPost, "/oauth/token", "client_id=%zz", header), http.StatusBadRequest, "invalid_request", "form")
}

func TestLoginWithoutOpenidHasNoIDToken(t *testing.T) {
	sandbox := xsaletest.New(t)
	for _, scope := range []string{"", "profile  openidx"} {
		reply := decode[map[string]any](t, tryLogin(t, sandbox, "scope", scope))
		if _, found := reply["id_token"]; found || reply["access_token"] == nil {
			t.Errorf("scope %q: got %v", scope, reply)
		}
		if want := strings.Join(strings.Fields(scope), " "); reply["scope"] != want {
			t.Errorf("scope %q, want %q", reply["scope"], want)
		}
	}
}

func TestTokenLifetimes(t *testing.T) {
	now := newClock()
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now), xsaletest.WithTokenLifetimes(90*time.Second, 5*time.Minute))
	reply := decode[struct {
		tokens
		ExpiresIn int `json:"expires_in"`
	}](t, tryLogin(t, sandbox))
	access, id := claimsOf(t, sandbox, now, reply.Access), claimsOf(t, sandbox, now, reply.ID)
	start := float64(now.Now().Unix())
	if reply.ExpiresIn != 90 || access["exp"] != start+90 || id["exp"] != start+300 {
		t.Errorf("expires_in %d, access token %v, ID token %v", reply.ExpiresIn, access["exp"], id["exp"])
	}
}

func TestRejectedLogins(t *testing.T) {
	for name, test := range map[string]struct {
		changes []string
		status  int
		code    string
		words   string
	}{
		"no client":           {[]string{"client_id", ""}, 400, "invalid_request", "client_id"},
		"no client secret":    {[]string{"client_secret", ""}, 400, "invalid_request", "client_secret"},
		"no username":         {[]string{"username", ""}, 400, "invalid_request", "username"},
		"no password":         {[]string{"password", ""}, 400, "invalid_request", "password"},
		"no grant type":       {[]string{"grant_type", ""}, 400, "invalid_request", "grant_type"},
		"other grant type":    {[]string{"grant_type", "client_credentials"}, 501, "unsupported_grant_type", "grant type"},
		"other client":        {[]string{"client_id", "s3cr3t-canary"}, 401, "invalid_client", ""},
		"wrong client secret": {[]string{"client_secret", "s3cr3t-canary"}, 401, "invalid_client", ""},
		"other user":          {[]string{"username", "s3cr3t-canary"}, 403, "invalid_grant", "Wrong email or password."},
		"wrong password":      {[]string{"password", "s3cr3t-canary"}, 403, "invalid_grant", "Wrong email or password."},
		"no audience":         {[]string{"audience", ""}, 403, "access_denied", "audience"},
		"other audience":      {[]string{"audience", "https://s3cr3t-canary"}, 403, "access_denied", "audience"},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := xsaletest.New(t, xsaletest.WithOrders(0))
			reply := tryLogin(t, sandbox, test.changes...)
			wantLoginError(t, reply, test.status, test.code, test.words)
			for _, secret := range []string{"s3cr3t-canary", xsaletest.ClientSecret, xsaletest.Password} {
				if strings.Contains(reply.body, secret) {
					t.Errorf("the response repeats a secret: %s", reply.body)
				}
			}
			if sandbox.Logins() != 0 {
				t.Errorf("%d logins", sandbox.Logins())
			}
		})
	}
}

func TestUnreadableLogins(t *testing.T) {
	sandbox := xsaletest.New(t)
	for name, test := range map[string]struct {
		contentType, body string
		status            int
		words             string
	}{
		"not JSON":         {"application/json", `{"password":"s3cr3t`, 400, "JSON"},
		"not an object":    {"application/json", `["s3cr3t"]`, 400, "JSON"},
		"number":           {"application/json", `{"grant_type":"password","client_id":7}`, 400, "client_id"},
		"empty":            {"application/json", ``, 400, "JSON"},
		"other media type": {"text/plain", `s3cr3t`, 400, "Content-Type"},
		"too large":        {"application/json", `{"password":"` + strings.Repeat("s3cr3t", 20_000) + `"}`, 413, "larger"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := send(t, sandbox, http.MethodPost, "/oauth/token", test.body, http.Header{"Content-Type": {test.contentType}})
			wantLoginError(t, reply, test.status, "invalid_request", test.words)
			if strings.Contains(reply.body, "s3cr3t") {
				t.Errorf("the response repeats the body: %s", reply.body)
			}
		})
	}
}

func TestLoginServiceMethods(t *testing.T) {
	sandbox := xsaletest.New(t)
	reply := send(t, sandbox, http.MethodGet, "/oauth/token", "", nil)
	wantLoginError(t, reply, http.StatusMethodNotAllowed, "method_not_allowed", "POST")
	if reply.header.Get("Allow") != "POST" {
		t.Errorf("Allow %q", reply.header.Get("Allow"))
	}
	wantProblem(t, send(t, sandbox, http.MethodPost, "/.well-known/jwks.json", "", nil), http.StatusMethodNotAllowed)
}

func TestWrongPasswordsBlockTheUser(t *testing.T) {
	now := newClock()
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now))
	wrong := func(count int) {
		for range count {
			wantLoginError(t, tryLogin(t, sandbox, "password", "wrong"), http.StatusForbidden, "invalid_grant", "Wrong email or password.")
		}
	}
	wrong(9)
	login(t, sandbox) // resets the count
	now.Advance(time.Hour)
	wrong(10)
	for _, wait := range []time.Duration{0, 24 * time.Hour} {
		now.Advance(wait)
		wantLoginError(t, tryLogin(t, sandbox), http.StatusTooManyRequests, "too_many_attempts", "blocked")
		wantLoginError(t, tryLogin(t, sandbox, "password", "wrong"), http.StatusTooManyRequests, "too_many_attempts", "blocked")
	}
	wantLoginError(t, tryLogin(t, sandbox, "username", "other"), http.StatusForbidden, "invalid_grant", "")
	sandbox.Unblock("other")
	wantLoginError(t, tryLogin(t, sandbox), http.StatusTooManyRequests, "too_many_attempts", "blocked")
	sandbox.Unblock(xsaletest.Username)
	login(t, sandbox)
}

func TestConcurrentWrongPasswordsBlockTheUser(t *testing.T) {
	sandbox := xsaletest.New(t)
	var wrong, blocked atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			switch tryLogin(t, sandbox, "password", "wrong").status {
			case http.StatusForbidden:
				wrong.Add(1)
			case http.StatusTooManyRequests:
				blocked.Add(1)
			}
		})
	}
	group.Wait()
	if wrong.Load() != 10 || blocked.Load() != 6 {
		t.Errorf("got %d wrong and %d blocked, want 10 and 6", wrong.Load(), blocked.Load())
	}
}

func TestTooManyLogins(t *testing.T) {
	now := newClock()
	now.Advance(time.Second / 2) // headers round to whole seconds
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now), xsaletest.WithOrders(0))
	start := now.Now()
	allowed := func(count int) {
		t.Helper()
		for range count {
			login(t, sandbox)
		}
	}
	refused := func(reset time.Time) {
		t.Helper()
		reply := tryLogin(t, sandbox)
		wantLoginError(t, reply, http.StatusTooManyRequests, "too_many_logins", "too often")
		for name, want := range map[string]string{
			"x-ratelimit-limit":     "10",
			"x-ratelimit-remaining": "0",
			"x-ratelimit-reset":     strconv.FormatInt(reset.Unix()+1, 10),
		} {
			if got := reply.header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	first := tryLogin(t, sandbox)
	if first.header.Get("x-ratelimit-limit") != "20" || first.header.Get("x-ratelimit-remaining") != "19" {
		t.Errorf("first login: %v", first.header)
	}
	allowed(4)
	now.Advance(10 * time.Second)
	allowed(15)
	free := start.Add(70 * time.Second) // when fewer than ten are left in the window
	refused(free)
	wantLoginError(t, tryLogin(t, sandbox, "username", "other"), http.StatusForbidden, "invalid_grant", "") // another user has another limit

	now.Advance(time.Minute - time.Nanosecond)
	refused(free)
	now.Advance(time.Nanosecond)
	allowed(10) // and ten a minute from now on
	refused(free.Add(time.Minute))

	now.Advance(30 * time.Second)
	refused(free.Add(time.Minute))
	now.Advance(time.Minute) // without a rejected login
	allowed(20)
	refused(now.Now().Add(time.Minute))
	if sandbox.Logins() != 50 {
		t.Errorf("%d logins instead of 50", sandbox.Logins())
	}
}

func TestFailLogins(t *testing.T) {
	sandbox := xsaletest.New(t)
	sandbox.Fail(xsaletest.Login,
		xsaletest.Status(http.StatusServiceUnavailable, `{"error":"temporarily_unavailable"}`).WithHeader("Retry-After", "7"),
		xsaletest.Status(http.StatusBadGateway, "<html>").WithHeader("content-type", "text/html").WithHeader("Date", "Mon, 05 May 2025 08:00:00 GMT"),
	)
	sandbox.Fail(xsaletest.Login, xsaletest.RetryAfter(2*time.Second), xsaletest.BlockedAccount())
	sandbox.Fail(xsaletest.AnyOperation, xsaletest.Status(http.StatusTeapot)) // does not match logins
	for i, want := range []struct {
		status                              int
		retryAfter, contentType, date, body string
	}{
		{http.StatusServiceUnavailable, "7", "application/json", "", `{"error":"temporarily_unavailable"}`},
		{http.StatusBadGateway, "", "text/html", "Mon, 05 May 2025 08:00:00 GMT", "<html>"},
		{http.StatusTooManyRequests, "2", "application/problem+json", "", `"title":"Too Many Requests"`},
		{http.StatusTooManyRequests, "", "application/json", "", `"error":"too_many_attempts"`},
	} {
		reply := tryLogin(t, sandbox, "password", "wrong") // ignored
		if reply.status != want.status || !strings.Contains(reply.body, want.body) || want.date != "" && reply.header.Get("Date") != want.date ||
			reply.header.Get("Retry-After") != want.retryAfter || reply.header.Get("Content-Type") != want.contentType {
			t.Errorf("login %d: %+v", i, reply)
		}
	}
	sandbox.Unblock(xsaletest.Username)
	login(t, sandbox)
	if sandbox.Logins() != 1 || sandbox.TokenRequests() != 5 {
		t.Errorf("%d logins, %d token requests", sandbox.Logins(), sandbox.TokenRequests())
	}
}

// Tokens may be issued and get lost, like the response of any request.
func TestFailProcessedLogins(t *testing.T) {
	sandbox := xsaletest.New(t)
	sandbox.Fail(xsaletest.Login, xsaletest.Status(http.StatusBadGateway).Processed(), xsaletest.Garbage(), xsaletest.Cut(xsaletest.InBody))
	if reply := tryLogin(t, sandbox); reply.status != http.StatusBadGateway || sandbox.Logins() != 1 {
		t.Errorf("got %+v after %d logins", reply, sandbox.Logins())
	}
	if reply := tryLogin(t, sandbox); reply.status != http.StatusOK || json.Valid([]byte(reply.body)) {
		t.Errorf("got %+v", reply)
	}
	response, err := sandbox.HTTPClient().Post(sandbox.TokenURL(), "application/x-www-form-urlencoded", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("got a whole body: %q", body)
	}
}

func TestFailedLoginsDoNotCount(t *testing.T) {
	sandbox := xsaletest.New(t)
	for range 11 {
		sandbox.Fail(xsaletest.Login, xsaletest.Status(http.StatusForbidden, `{"error":"invalid_grant"}`))
		tryLogin(t, sandbox, "password", "wrong")
	}
	login(t, sandbox)
}
