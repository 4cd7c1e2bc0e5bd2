package source

import (
	"net/url"
	"testing"
)

func TestHostAddress(t *testing.T) {
	for host, want := range map[string]string{
		"api.xsale.ai":      "https://api.xsale.ai",
		"API.xSale.ai:8443": "https://API.xSale.ai:8443",
		"10.0.0.1":          "https://10.0.0.1",
		"zamówienia.pl":     "https://zamówienia.pl",
		"my-host:8080":      "https://my-host:8080",
		"swagger.json:8080": "https://swagger.json:8080",
		"localhost":         "http://localhost",
		"LocalHost:8080":    "http://LocalHost:8080",
		"127.0.0.1":         "http://127.0.0.1",
		"127.0.0.1:8080":    "http://127.0.0.1:8080",
		"[::1]":             "http://[::1]",
		"[::1]:8080":        "http://[::1]:8080",
		"[2001:db8::1]:443": "https://[2001:db8::1]:443",
	} {
		got, ok := hostAddress(host)
		if !ok {
			t.Errorf("%s: not accepted as a host", host)
			continue
		}
		parsed, err := url.Parse(want)
		if err != nil || *got != *parsed {
			t.Errorf("%s: got %s", host, got)
		}
	}
	for _, text := range []string{
		"", ".", "..", "orders", "::1", "swagger.json", "api.xsale.YAML", "openapi.yml", "./api.xsale.ai", "api.xsale.ai/", "api.xsale.ai/swagger",
		"api.xsale.ai:", "api.xsale.ai:port", "api.xsale.ai:99999x", "user@api.xsale.ai", "api.xsale.ai?a=b", "api.xsale.ai#a", "api xsale.ai",
		"api.xsale.ai\n", ".xsale.ai", "xsale..ai", "[::1", "[::g]", `c:\specs`,
	} {
		if got, ok := hostAddress(text); ok {
			t.Errorf("%q: accepted as host %s", text, got)
		}
	}
}
