package xsale

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// newTestClient returns a client whose API responds with serve.
func newTestClient(t *testing.T, serve func(*http.Request) (*http.Response, error), options ...Option) *Client {
	t.Helper()
	source, _ := stub.Source(t)
	client, err := New(append([]Option{
		WithTokenSource(source),
		WithOrganization("acme"),
		WithHTTPClient(&http.Client{Transport: stub.RoundTripFunc(serve)}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A program that makes a Client for each job must not pile up connections.
func TestCloseClosesIdleConnections(t *testing.T) {
	var open sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"access_token":"access","id_token":"id","expires_in":60,"Id":1}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	server.Start()
	defer server.Close()
	client, err := New(WithBaseURL(server.URL), WithTokenURL(server.URL+"/oauth/token"), WithCredentials(authn.Credentials{
		ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	open.Wait() // hangs, and the test with it, where a connection stays open
}

func TestCallSendsAnyRequest(t *testing.T) {
	var method, path, query, body, contentType string
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		method, path, query = request.Method, request.URL.EscapedPath(), request.URL.RawQuery
		contentType, body = request.Header.Get("Content-Type"), ""
		if request.Body != nil {
			data, err := io.ReadAll(request.Body)
			if err != nil {
				t.Error(err)
			}
			body = string(data)
		}
		if request.Header.Get("Authorization") != "Bearer access-1" || request.Header.Get("X-Id-Token") != "id-1" {
			t.Error("a token is missing")
		}
		return stub.Response(202, `{"Id":9}`, "X-Kind", "raw"), nil
	})
	for _, test := range []struct {
		body     any
		sent     string
		sentType string
	}{
		{nil, "", ""},
		{[]byte(`{"a":1}`), `{"a":1}`, "application/json"},
		{json.RawMessage(`[1]`), `[1]`, "application/json"},
		{strings.NewReader(`"x"`), `"x"`, "application/json"},
		{map[string]int{"a": 2}, `{"a":2}`, "application/json"},
	} {
		response, err := client.Call(t.Context(), "PUT", "/acme/orders/7%2F8/status?notify=true", test.body, call.Query("x", "1 2"))
		if err != nil {
			t.Fatal(err)
		}
		if method != "PUT" || path != "/acme/orders/7%2F8/status" || query != "notify=true&x=1+2" || body != test.sent || contentType != test.sentType {
			t.Errorf("sent %s %s?%s %q as %q", method, path, query, body, contentType)
		}
		var decoded struct{ ID int64 }
		if err := response.Decode(&decoded); err != nil || decoded.ID != 9 || response.StatusCode != 202 || response.Header.Get("X-Kind") != "raw" {
			t.Errorf("got %+v, %v", response, err)
		}
	}
}

func TestCallRefusesPathsThatWouldLeadElsewhere(t *testing.T) {
	client := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		t.Errorf("%s was sent", request.URL)
		return stub.Response(200, ""), nil
	})
	for _, path := range []string{
		"", "orders", "/", "//", "//evil.example/me", "https://evil.example/me", "/acme//orders", "/acme/", "/acme/../me",
		"/acme/./orders", "/acme/%2e%2e/me", "/acme/%2E/me", "/..", "/acme/orders#part", "/acme/%zz", "/\x00",
	} {
		if _, err := client.Call(t.Context(), "GET", path, nil); !errors.Is(err, call.ErrInvalid) {
			t.Errorf("%q: %v", path, err)
		}
	}
	for method, body := range map[string]any{"BAD METHOD": nil, "POST": func() {}} {
		if _, err := client.Call(t.Context(), method, "/me", body); !errors.Is(err, call.ErrInvalid) {
			t.Errorf("%s %T: %v", method, body, err)
		}
	}
}

func TestCallHasTypedErrors(t *testing.T) {
	client := newTestClient(t, func(*http.Request) (*http.Response, error) {
		return stub.Response(404, `{"title":"No such thing"}`), nil
	})
	_, err := client.Call(t.Context(), "GET", "/acme/contractors", nil)
	e, ok := errors.AsType[*call.Error](err)
	if !ok || !errors.Is(err, call.ErrNotFound) || e.Message != "No such thing" || e.Route != "/acme/contractors" || e.Operation != "" {
		t.Errorf("got %#v", err)
	}
}

func TestNewRefusesOptionsThatCannotBeUsed(t *testing.T) {
	for _, perSecond := range []float64{-1, math.NaN(), math.Inf(1)} {
		c := config{}
		if WithRateLimit(perSecond, 1)(&c); c.err == nil {
			t.Errorf("a rate of %v is taken", perSecond)
		}
	}
	for name, option := range map[string]Option{
		"WithOptionsFunc":      WithOptionsFunc(nil),
		"settings elsewhere":   WithOptionsFunc(func() ([]Option, error) { return nil, errors.New("settings elsewhere are missing") }),
		"WithCredentialsFunc":  WithCredentialsFunc(nil),
		"WithTokenSource":      WithTokenSource(nil),
		"WithHTTPClient":       WithHTTPClient(nil),
		"WithLogger":           WithLogger(nil),
		"WithRetries":          WithRetries(-1),
		"WithRetryBudget":      WithRetryBudget(0),
		"WithFailureWhen":      WithFailureWhen("Status", func() {}),
		"WithRateLimit":        WithRateLimit(0, 1),
		"WithLimiter":          WithLimiter(nil),
		"WithAttemptTimeout":   WithAttemptTimeout(0),
		"WithTimeout":          WithTimeout(-1),
		"WithMaxResponseBytes": WithMaxResponseBytes(0),
		"WithUserAgent":        WithUserAgent("shop\r\nX-Evil: 1"),
		"WithOrganization":     WithOrganization(".."),
		"base URL":             WithBaseURL("http://api.xsale.ai"),
		"token URL":            WithTokenURL("login.futuriti.pl/oauth/token"),
	} {
		_, err := New(WithCredentials(authn.Credentials{ClientID: "id"}), option)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(); err == nil || !strings.Contains(err.Error(), "WithCredentials") {
		t.Errorf("no credentials: %v", err)
	}
}

// Tokens of one API must not reach another.
func TestNewRefusesATokenSourceForAnotherAPI(t *testing.T) {
	source, _ := stub.Source(t)
	for address, allowed := range map[string]bool{"https://api.xsale.ai": true, "https://api.xsale.ai:443/": true, "https://other.example": false, "https://api.xsale.ai:8443": false, "http://127.0.0.1": false} {
		if _, err := New(WithTokenSource(source), WithBaseURL(address)); (err == nil) != allowed {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestFromEnvironmentLeavesAStoreThatWasGiven(t *testing.T) {
	t.Setenv("XSALE_TOKEN_STORE", "")
	c := defaultConfig()
	store := &authn.MemoryStore{}
	WithTokenStore(store)(&c)
	FromEnvironment()(&c)
	if c.err != nil || c.auth.Store != store {
		t.Errorf("%v, %v", c.auth.Store, c.err)
	}
}

func TestWithOptionsFuncKeepsTheOrder(t *testing.T) {
	found := WithOptionsFunc(func() ([]Option, error) { return []Option{WithOrganization("found"), nil}, nil })
	for want, options := range map[string][]Option{
		"found": {WithOrganization("given"), found},
		"given": {found, WithOrganization("given")},
	} {
		c := defaultConfig()
		for _, option := range options {
			option(&c)
		}
		if c.organization != want || c.err != nil {
			t.Errorf("got %q, %v, want %q", c.organization, c.err, want)
		}
	}
}

func TestNewReportsAllOptionsAtOnce(t *testing.T) {
	_, err := New(WithRetries(99), WithAttemptTimeout(-1))
	if err == nil || !strings.Contains(err.Error(), "WithRetries") || !strings.Contains(err.Error(), "WithAttemptTimeout") {
		t.Error(err)
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Setenv("XSALE_ORGANIZATION", "acme")
	t.Setenv("XSALE_BASE_URL", "https://sandbox.example/")
	t.Setenv("XSALE_TOKEN_URL", "https://login.example/oauth/token")
	t.Setenv("XSALE_AUDIENCE", "https://audience.example")
	t.Setenv("XSALE_SCOPE", "openid other")
	t.Setenv("XSALE_TOKEN_STORE", t.TempDir())
	c := defaultConfig()
	if FromEnvironment()(&c); c.err != nil {
		t.Fatal(c.err)
	}
	if c.organization != "acme" || c.auth.APIURL != "https://sandbox.example" || c.auth.TokenURL != "https://login.example/oauth/token" ||
		c.auth.Audience != "https://audience.example" || c.auth.Scope != "openid other" || c.auth.Store == nil || c.auth.Credentials == nil {
		t.Errorf("got %+v", c)
	}

	t.Setenv("XSALE_ORGANIZATION", "..")
	if FromEnvironment()(&c); c.err == nil || !strings.Contains(c.err.Error(), "XSALE_ORGANIZATION") {
		t.Error(c.err)
	}
}

func TestFromEnvironmentUsesDefaults(t *testing.T) {
	for _, name := range []string{"XSALE_ORGANIZATION", "XSALE_BASE_URL", "XSALE_TOKEN_URL", "XSALE_AUDIENCE", "XSALE_SCOPE", "XSALE_TOKEN_STORE"} {
		t.Setenv(name, "")
	}
	client, err := New(FromEnvironment())
	if err != nil {
		t.Fatal(err)
	}
	if client.BaseURL() != "https://api.xsale.ai" {
		t.Error(client.BaseURL())
	}
}
