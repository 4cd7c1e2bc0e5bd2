package xsaletest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestCORS(t *testing.T) {
	const allowed = "http://localhost:5173"
	preflight := http.Header{"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,x-id-token"}}
	for name, test := range map[string]struct {
		options []xsaletest.Option
		origin  string
		shared  bool
	}{
		"not configured": {nil, allowed, false},
		"same":           {[]xsaletest.Option{xsaletest.WithCORS("https://shop.example", allowed)}, allowed, true},
		"other":          {[]xsaletest.Option{xsaletest.WithCORS(allowed)}, "http://localhost:51730", false},
		"any":            {[]xsaletest.Option{xsaletest.WithCORS("*")}, "null", true},
		"no page":        {[]xsaletest.Option{xsaletest.WithCORS("*")}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := xsaletest.New(t, test.options...)
			for _, path := range []string{"/me", "/oauth/token", "/_sandbox/faults", "/no/such/path"} {
				header := preflight.Clone()
				header.Set("Origin", test.origin)
				reply := send(t, sandbox, http.MethodOptions, path, "", header)
				got := reply.header
				if shared := reply.status == http.StatusNoContent && got.Get("Access-Control-Allow-Origin") == test.origin &&
					got.Get("Access-Control-Allow-Methods") == "POST" && got.Get("Access-Control-Allow-Headers") == "authorization,x-id-token"; shared != test.shared {
					t.Errorf("preflight of %s: %d %v", path, reply.status, got)
				}
			}
			calls := sandbox.Calls()
			if test.shared && calls != 0 {
				t.Errorf("preflights count as %d calls", calls)
			}
			// Errors and faults are readable, too.
			sandbox.Fail("getMe", xsaletest.RetryAfter(0))
			for _, status := range []int{http.StatusTooManyRequests, http.StatusUnauthorized} {
				reply := send(t, sandbox, http.MethodGet, "/me", "", http.Header{"Origin": {test.origin}})
				got := reply.header
				if reply.status != status || (got.Get("Access-Control-Allow-Origin") != "") != test.shared || (got.Get("Access-Control-Expose-Headers") == "*") != test.shared {
					t.Errorf("response %d: %v", reply.status, got)
				}
				if (got.Get("Vary") == "Origin") != (test.options != nil) {
					t.Errorf("Vary %q", got.Get("Vary"))
				}
			}
		})
	}
	for _, origin := range []string{"*", "https://shop.example", "http://shop.example:443", "http://[::1]:5173", "http://127.0.0.1:65535"} {
		sandbox, err := xsaletest.Start(xsaletest.WithCORS(origin))
		if err != nil {
			t.Fatal(err)
		}
		sandbox.Close()
	}
	for _, origin := range []string{"", "localhost", "http://localhost/", "http://localhost/path", "HTTP://localhost", "http://Localhost", "null",
		"ftp://localhost", "http://*.example", "http://localhost:99999", "http://localhost:0", "http://localhost:80", "https://shop.example:443", "http://sklep.żaba"} {
		if _, err := xsaletest.Start(xsaletest.WithCORS(origin)); err == nil || !strings.Contains(err.Error(), "WithCORS") {
			t.Errorf("%q: %v", origin, err)
		}
	}
}
