package xsale

import (
	"math"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

func TestNewRefusesOptionsThatCannotBeUsed(t *testing.T) {
	for _, perSecond := range []float64{-1, math.NaN(), math.Inf(1)} {
		c := config{}
		if WithRateLimit(perSecond, 1)(&c); c.err == nil {
			t.Errorf("a rate of %v is taken", perSecond)
		}
	}
	for name, option := range map[string]Option{
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
