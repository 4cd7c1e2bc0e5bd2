package httpx

import (
	"net/url"
	"strings"
	"testing"
)

func TestParseEndpointAccepts(t *testing.T) {
	for _, address := range []string{
		"https://api.xsale.ai",
		"https://api.xsale.ai/",
		"https://api.xsale.ai/base/path/",
		"https://api.xsale.ai:8443",
		"HTTPS://API.xSale.ai",
		"https://10.0.0.1",
		"https://[2001:db8::1]:8443",
		"http://localhost",
		"http://LOCALHOST:8080",
		"http://127.0.0.1:8080",
		"http://127.255.255.254",
		"http://[::1]:8080",
		"http://[::ffff:127.0.0.1]",
	} {
		got, err := ParseEndpoint("base URL", address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		want, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if *got != *want {
			t.Errorf("%s: got %v", address, got)
		}
	}
}

func TestParseEndpointRejects(t *testing.T) {
	const (
		noAddress = "XSALE_BASE_URL is not a valid URL: want https://host"
		noHost    = "XSALE_BASE_URL has no host: want https://host"
		user      = "XSALE_BASE_URL contains a user or password: remove them"
		query     = "XSALE_BASE_URL has a query or a fragment: remove it"
		plain     = "XSALE_BASE_URL is plain http: use https, so that tokens are not sent in the clear"
		notHTTPS  = "XSALE_BASE_URL is not https: want https://host"
	)
	tests := []struct{ address, want string }{
		{"", noHost},
		{"api.xsale.ai", noHost},
		{"/orders", noHost},
		{"https:", noHost},
		{"https://", noHost},
		{"https:///orders", noHost},
		{"https://:443", noHost},
		{"https:api.xsale.ai", noHost},
		{"https:/api.xsale.ai", noHost},
		{"localhost:8080", noHost},

		{"://api.xsale.ai", noAddress},
		{" https://api.xsale.ai", noAddress},
		{"https://api.xsale.ai:port", noAddress},
		{"https://api xsale.ai", noAddress},
		{"https://api.xsale.ai\n", noAddress},
		{"https://[::1", noAddress},
		{"https://api.xsale.ai/%zz", noAddress},
		{`https://localhost\@api.xsale.ai`, noAddress},

		{"https://user@api.xsale.ai", user},
		{"https://user:hunter2@api.xsale.ai", user},
		{"https://:hunter2@api.xsale.ai", user},
		{"https://@api.xsale.ai", user},
		{"http://user:hunter2@localhost", user},
		{"ftp://user:hunter2@api.xsale.ai?x=y", user},
		{"//user:hunter2@api.xsale.ai", user},

		// The error must not contain the password, even if the URL is too broken to find a
		// password in it.
		{"user:hunter2@api.xsale.ai", noHost},
		{"user:hunter2@api.xsale.ai/orders?x=y", noHost},
		{"https:user:hunter2@api.xsale.ai", noHost},
		{"https:/user:hunter2@api.xsale.ai", noHost},
		{"https:///user:hunter2@api.xsale.ai", noHost},
		{"https://user:hunter2", noAddress},
		{"https://user:hunter2/@api.xsale.ai", noAddress},
		{"https://user:hunter2\n@api.xsale.ai", noAddress},
		{"https://user:2345#hunter2@api.xsale.ai", query},
		{"https://user:2345?hunter2@api.xsale.ai", query},
		{"http://user:2345/hunter2@api.xsale.ai", plain},
		{"https://api.xsale.ai/?password=hunter2", query},
		{"https://api.xsale.ai/orders#hunter2", query},
		{"http://api.xsale.ai/user:hunter2@", plain},
		{"ftp://api.xsale.ai/user:hunter2@", notHTTPS},

		{"https://api.xsale.ai?", query},
		{"http://api.xsale.ai?a=b", query},

		{"http://api.xsale.ai", plain},
		{"http://localhost.xsale.ai:8080", plain},
		{"http://127.0.0.1.xsale.ai", plain},
		{"http://10.0.0.1", plain},
		{"http://0.0.0.0:8080", plain},
		{"http://[2001:db8::1]", plain},

		{"//api.xsale.ai", notHTTPS},
		{"ws://localhost", notHTTPS},
		{"httpss://api.xsale.ai", notHTTPS},
	}
	for _, test := range tests {
		u, err := ParseEndpoint("XSALE_BASE_URL", test.address)
		if err == nil {
			t.Errorf("%q is accepted", test.address)
			continue
		}
		if u != nil {
			t.Errorf("%q: got %v and an error", test.address, u)
		}
		if err.Error() != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.address, err, test.want)
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "2345") {
			t.Errorf("%q: the error contains the password: %s", test.address, err)
		}
	}
}

func TestParseLink(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.xsale.ai":                               "https://api.xsale.ai",
		"https://api.xsale.ai/swagger/v1/swagger.json?a=b":   "https://api.xsale.ai/swagger/v1/swagger.json?a=b",
		"https://api.xsale.ai/?a=%40#/Orders":                "https://api.xsale.ai/?a=%40",
		"https://api.xsale.ai/swagger/index.html#/Orders%2F": "https://api.xsale.ai/swagger/index.html",
		"http://localhost:8080/openapi?":                     "http://localhost:8080/openapi?",
	} {
		if got, err := ParseLink("source", address); err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v", address, got, err)
		}
	}
	const at = "source contains an @: remove a user and password, and write any other @ as %40"
	for address, want := range map[string]string{
		"api.xsale.ai":                             "source has no host: want https://host",
		"https://api.xsale.ai:port":                "source is not a valid URL: want https://host",
		"http://api.xsale.ai/?a=b":                 "source is plain http: use https, so that tokens are not sent in the clear",
		"ftp://api.xsale.ai/?a=b":                  "source is not https: want https://host",
		"https://user:hunter2@api.xsale.ai/?a=b":   "source contains a user or password: remove them",
		"https://user:2345/hunter2@api.xsale.ai":   at,
		"https://user:2345?hunter2@api.xsale.ai":   at,
		"https://user:2345#hunter2@api.xsale.ai":   at,
		"http://localhost:2345/hunter2@api":        at,
		"https://api.xsale.ai/@scope/openapi.json": at,
	} {
		if got, err := ParseLink("source", address); got != nil || err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v", address, got, err)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"https://api.xsale.ai", "https://api.xsale.ai", true},
		{"https://api.xsale.ai", "https://api.xsale.ai/acme/orders?statusidin=1", true},
		{"https://api.xsale.ai", "https://API.XSALE.AI", true},
		{"https://api.xsale.ai", "HTTPS://api.xsale.ai", true},
		{"https://api.xsale.ai", "https://api.xsale.ai:443", true},
		{"https://api.xsale.ai", "https://api.xsale.ai:", true},
		{"https://api.xsale.ai:8443", "https://api.xsale.ai:8443", true},
		{"http://localhost", "http://localhost:80", true},
		{"http://[::1]:80", "http://[::1]", true},

		{"https://api.xsale.ai", "http://api.xsale.ai", false},
		{"https://api.xsale.ai", "http://api.xsale.ai:443", false},
		{"https://api.xsale.ai", "https://api.xsale.ai:80", false},
		{"https://api.xsale.ai", "https://api.xsale.ai:8443", false},
		{"http://localhost", "http://localhost:443", false},
		{"http://localhost:8080", "http://localhost:8081", false},
		{"https://api.xsale.ai", "https://xsale.ai", false},
		{"https://api.xsale.ai", "https://api.xsale.ai.example", false},
		{"https://api.xsale.ai", "https://api.xsale.ai@example.com", false},
		{"https://api.xsale.ai", "//api.xsale.ai", false},
		{"https://api.xsale.ai", "/acme/orders", false},
		{"https://api.xsale.ai", "", false},
		{"http://localhost", "http://127.0.0.1", false},
	}
	for _, test := range tests {
		a, b := mustParse(t, test.a), mustParse(t, test.b)
		if got := SameOrigin(a, b); got != test.want {
			t.Errorf("%s and %s: got %v", test.a, test.b, got)
		}
		if got := Origin(a) == Origin(b); got != test.want {
			t.Errorf("the origins are %s and %s", Origin(a), Origin(b))
		}
		if got := SameOrigin(b, a); got != test.want {
			t.Errorf("%s and %s: got %v", test.b, test.a, got)
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
