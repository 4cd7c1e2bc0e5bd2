package jwks_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/jwks"
	"github.com/xsale-go/xsale/xsaletest"
)

func newVerifier(t *testing.T, sandbox *xsaletest.Sandbox) *jwks.Verifier {
	t.Helper()
	verifier, err := jwks.New(t.Context(), jwks.Config{
		URL:        sandbox.URL() + "/.well-known/jwks.json",
		Issuer:     sandbox.URL() + "/",
		HTTPClient: sandbox.HTTPClient(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// tokenOf logs in to a service that returns these tokens, as the client that the second one is for.
func tokenOf(t *testing.T, access, id string) (*authn.Token, error) {
	t.Helper()
	client := "client"
	if parsed, _, err := jwt.NewParser().ParseUnverified(id, jwt.MapClaims{}); err == nil {
		if audience, err := parsed.Claims.GetAudience(); err == nil && len(audience) > 0 {
			client = audience[0]
		}
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":%q,"id_token":%q,"expires_in":3600}`, access, id)
	}))
	defer service.Close()
	source, err := authn.New(authn.Config{
		TokenURL: service.URL,
		Credentials: authn.Static(authn.Credentials{
			ClientID: client, ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	return source.Token(t.Context())
}

func TestA28_Verify(t *testing.T) {
	sandbox := xsaletest.New(t)
	verifier := newVerifier(t, sandbox)
	real, err := sandbox.Client(t).TokenSource().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(t.Context(), real); err != nil {
		t.Errorf("tokens of the login service: %v", err)
	}
	access, id := real.AccessToken(), real.IDToken()

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _, err := jwt.NewParser().ParseUnverified(access, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(method jwt.SigningMethod, key any) string {
		forged := jwt.NewWithClaims(method, parsed.Claims)
		forged.Header["kid"] = parsed.Header["kid"]
		token, err := forged.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	otherAudience, err := jwks.New(t.Context(), jwks.Config{URL: sandbox.URL() + "/.well-known/jwks.json", Issuer: sandbox.URL() + "/", Audience: "https://other.example"})
	if err != nil {
		t.Fatal(err)
	}
	otherIssuer, err := jwks.New(t.Context(), jwks.Config{URL: sandbox.URL() + "/.well-known/jwks.json"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		verifier   *jwks.Verifier
		access, id string
		want       string
	}{
		"signed with another key":   {verifier, sign(jwt.SigningMethodRS256, key), id, "access token"},
		"HMAC with the same key ID": {verifier, sign(jwt.SigningMethodHS256, []byte("guess")), id, "access token"},
		"not signed":                {verifier, sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType), id, "access token"},
		"ID token changed":          {verifier, access, id[:len(id)-8] + "AAAAAAAA", "ID token"},
		"opaque":                    {verifier, "opaque", id, "access token"},
		"tokens swapped":            {verifier, id, access, "another client"}, // by the login
		"access token twice":        {verifier, access, access, "another client"},
		"ID token twice":            {verifier, id, id, "access token: "},
		"other audience":            {otherAudience, access, id, "audience"},
		"other issuer":              {otherIssuer, access, id, "issuer"},
	} {
		token, err := tokenOf(t, test.access, test.id)
		if err == nil {
			err = test.verifier.Verify(t.Context(), token)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Stored tokens that fail the check are not used: the Source logs in instead.
func TestVerifyStored(t *testing.T) {
	sandbox := xsaletest.New(t)
	verifier := newVerifier(t, sandbox)
	store := &authn.MemoryStore{}
	var rejected atomic.Int32
	newSource := func(tokenURL string, verify func(context.Context, *authn.Token) error) *authn.Source {
		source, err := authn.New(authn.Config{Credentials: authn.Static(sandbox.Credentials()), TokenURL: tokenURL, Store: store, VerifyStored: verify})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { source.Close() })
		return source
	}
	verify := func(ctx context.Context, token *authn.Token) error {
		err := verifier.Verify(ctx, token)
		if err != nil {
			rejected.Add(1)
		}
		return err
	}
	for range 2 {
		if _, err := newSource(sandbox.TokenURL(), verify).Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if sandbox.Logins() != 1 || rejected.Load() != 0 {
		t.Errorf("%d logins, %d tokens rejected", sandbox.Logins(), rejected.Load())
	}

	// A verifier that rejects everything simulates tokens planted by someone with the credentials.
	never := func(context.Context, *authn.Token) error { return errors.New("rejected") }
	if _, err := newSource(sandbox.TokenURL(), never).Token(t.Context()); err != nil || sandbox.Logins() != 2 {
		t.Errorf("%v, %d logins", err, sandbox.Logins())
	}
}

// Without the rate limit, 20 tokens with made-up key IDs caused 21 requests for the key set.
func TestUnknownKeysAreRateLimited(t *testing.T) {
	sandbox := xsaletest.New(t)
	var requests atomic.Int32
	counting := &http.Client{Transport: roundTripFunc(func(request *http.Request) (*http.Response, error) {
		requests.Add(1)
		return http.DefaultTransport.RoundTrip(request)
	})}
	verifier, err := jwks.New(t.Context(), jwks.Config{URL: sandbox.URL() + "/.well-known/jwks.json", Issuer: sandbox.URL() + "/", HTTPClient: counting})
	if err != nil {
		t.Fatal(err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		made := jwt.New(jwt.SigningMethodRS256)
		made.Header["kid"] = fmt.Sprintf("made-up-%d", i)
		token, err := made.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := tokenOf(t, token, token)
		if err != nil {
			t.Fatal(err)
		}
		if verifier.Verify(t.Context(), parsed) == nil {
			t.Error("a token with a made-up key was accepted")
		}
	}
	if count := requests.Load(); count > 2 {
		t.Errorf("%d requests for the key set", count)
	}
}

func TestNewRejectsUntrustedURLs(t *testing.T) {
	sandbox := xsaletest.New(t)
	redirect := httptest.NewServer(http.RedirectHandler(sandbox.URL()+"/.well-known/jwks.json", http.StatusFound))
	defer redirect.Close()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"keys":[],"x":"`)
		for range 1000 {
			if _, err := w.Write(make([]byte, 1000)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	for _, address := range []string{"http://login.example/jwks.json", "jwks.json", redirect.URL, endless.URL} {
		if _, err := jwks.New(t.Context(), jwks.Config{URL: address}); err == nil {
			t.Errorf("%s was accepted", address)
		}
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
