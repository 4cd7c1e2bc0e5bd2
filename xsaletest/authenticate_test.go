package xsaletest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/xsale-go/xsale/xsaletest"
)

const (
	accessTokenHeader = "Authorization"
	idTokenHeader     = "x-id-token"
)

// unverifiedClaims returns the claims of a token.
func unverifiedClaims(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	claims := make(jwt.MapClaims)
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func signWith(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestCallsNeedBothTokens(t *testing.T) {
	now := newClock()
	sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now))
	good, otherLogin := login(t, sandbox), login(t, sandbox)
	otherSandbox := login(t, xsaletest.New(t, xsaletest.WithClock(now.Now)))
	foreignKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	access, id := unverifiedClaims(t, good.Access), unverifiedClaims(t, good.ID)
	changed := func(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
		claims = maps.Clone(claims)
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
		return claims
	}

	if reply := send(t, sandbox, http.MethodGet, "/me", "", good.header()); reply.status != http.StatusOK {
		t.Fatalf("valid tokens: got status %d, %s", reply.status, reply.body)
	}
	if reply := send(t, sandbox, http.MethodGet, "/me", "", http.Header{accessTokenHeader: {"bearer " + good.Access}, "X-Id-Token": {good.ID}}); reply.status != http.StatusOK {
		t.Errorf("the scheme in lower case: status %d, %s", reply.status, reply.body)
	}

	both := []string{accessTokenHeader, idTokenHeader}
	for name, test := range map[string]struct {
		authorization, idToken string
		headers                []string // in the problem
		words                  string
	}{
		"nothing":                {"", "", both, "missing"},
		"no access token":        {"", good.ID, both[:1], "missing"},
		"no ID token":            {"Bearer " + good.Access, "", both[1:], "missing"},
		"other scheme":           {"Basic " + good.Access, good.ID, both[:1], "Bearer"},
		"no scheme":              {good.Access, good.ID, both[:1], "Bearer"},
		"access token not a JWT": {"Bearer nonsense", good.ID, both[:1], "not a JWT"},
		"ID token not a JWT":     {"Bearer " + good.Access, "a.b.c", both[1:], "not a JWT"},
		"swapped":                {"Bearer " + good.ID, good.Access, both, "audience"},
		"access token twice":     {"Bearer " + good.Access, good.Access, both[1:], "audience"},
		"ID token twice":         {"Bearer " + good.ID, good.ID, both[:1], "audience"},
		"different logins":       {"Bearer " + good.Access, otherLogin.ID, both[1:], "a different login"},
		"other sandbox":          {"Bearer " + otherSandbox.Access, otherSandbox.ID, both, "another service"},
		"foreign access token":   {"Bearer " + signWith(t, jwt.SigningMethodRS256, foreignKey, access), good.ID, both[:1], "signature"},
		"foreign ID token":       {"Bearer " + good.Access, signWith(t, jwt.SigningMethodRS256, foreignKey, id), both[1:], "signature"},
		"unsigned access token":  {"Bearer " + signWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, access), good.ID, both[:1], "signature"},
		"unsigned ID token":      {"Bearer " + good.Access, signWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, id), both[1:], "signature"},
		"shared secret":          {"Bearer " + signWith(t, jwt.SigningMethodHS256, []byte("secret"), access), good.ID, both[:1], "signature"},
		"tampered":               {"Bearer " + good.Access[:len(good.Access)-8] + "AAAAAAAA", good.ID, both[:1], "signature"},
		"other audience":         {"Bearer " + sandbox.Sign(t, changed(access, "aud", "https://example.com")), good.ID, both[:1], "audience"},
		"ID token for others":    {"Bearer " + good.Access, sandbox.Sign(t, changed(id, "aud", "another-client")), both[1:], "audience"},
		"no expiry":              {"Bearer " + sandbox.Sign(t, changed(access, "exp", nil)), good.ID, both[:1], "claims"},
		"not yet valid":          {"Bearer " + sandbox.Sign(t, changed(access, "nbf", now.Now().Add(time.Minute).Unix())), good.ID, both[:1], "claims"},
		"expired":                {"Bearer " + sandbox.Sign(t, changed(access, "exp", now.Now().Unix())), good.ID, both[:1], "expired"},
		"never issued":           {"Bearer " + sandbox.Sign(t, changed(access, "jti", "invented")), good.ID, both[:1], "revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			header := make(http.Header)
			if test.authorization != "" {
				header.Set(accessTokenHeader, test.authorization)
			}
			if test.idToken != "" {
				header.Set(idTokenHeader, test.idToken)
			}
			wantUnauthorized(t, send(t, sandbox, http.MethodGet, "/me", "", header), test.words, test.headers...)
		})
	}
}

// wantUnauthorized checks that a 401 names the tokens and the reason, and does not repeat a token.
func wantUnauthorized(t *testing.T, reply reply, words string, headers ...string) {
	t.Helper()
	var locations []string
	for _, header := range headers {
		locations = append(locations, "header "+header)
	}
	p := wantProblem(t, reply, http.StatusUnauthorized, locations...)
	if reply.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("WWW-Authenticate %q", reply.header.Get("WWW-Authenticate"))
	}
	for _, e := range p.Errors {
		if !strings.Contains(e.Detail, words) {
			t.Errorf("%s: got %q, want %q", e.Pointer, e.Detail, words)
		}
	}
	if strings.Contains(reply.body, "eyJ") { // every JWT begins with it
		t.Errorf("the response repeats a token: %s", reply.body)
	}
}

func TestTokensExpire(t *testing.T) {
	for name, test := range map[string]struct {
		access, id time.Duration
		header     string
	}{
		"access token first": {time.Hour, 2 * time.Hour, accessTokenHeader},
		"ID token first":     {2 * time.Hour, time.Hour, idTokenHeader},
	} {
		t.Run(name, func(t *testing.T) {
			now := newClock()
			sandbox := xsaletest.New(t, xsaletest.WithClock(now.Now), xsaletest.WithTokenLifetimes(test.access, test.id))
			pair := login(t, sandbox)
			now.Advance(time.Hour - time.Second)
			if reply := send(t, sandbox, http.MethodGet, "/me", "", pair.header()); reply.status != http.StatusOK {
				t.Errorf("a second before it expires: got status %d, %s", reply.status, reply.body)
			}
			now.Advance(time.Second)
			login(t, sandbox) // may drop the expired token
			wantUnauthorized(t, send(t, sandbox, http.MethodGet, "/me", "", pair.header()), "expired", test.header)
		})
	}
}

func TestRevokeTokens(t *testing.T) {
	sandbox := xsaletest.New(t)
	old := login(t, sandbox)
	sandbox.RevokeTokens()
	wantUnauthorized(t, send(t, sandbox, http.MethodGet, "/me", "", old.header()), "revoked", accessTokenHeader, idTokenHeader)
	if reply := send(t, sandbox, http.MethodGet, "/me", "", login(t, sandbox).header()); reply.status != http.StatusOK {
		t.Errorf("new tokens: status %d, %s", reply.status, reply.body)
	}
}

func TestTokensAreCheckedFirst(t *testing.T) {
	sandbox := xsaletest.New(t)
	for _, test := range []struct{ method, path, body string }{
		{http.MethodPost, "/" + xsaletest.Organization + "/orders", `{`},
		{http.MethodGet, "/Other/orders", ""},
		{http.MethodGet, "/no/such/path", ""},
		{http.MethodDelete, "/me", ""},
	} {
		wantUnauthorized(t, send(t, sandbox, test.method, test.path, test.body, nil), "missing", accessTokenHeader, idTokenHeader)
	}
}
