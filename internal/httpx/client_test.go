package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"
)

type otherTransport struct{ http.RoundTripper }

func TestNewClientKeepsSettings(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	given := &http.Client{Transport: otherTransport{}, Timeout: time.Minute, Jar: jar}
	made, owned := NewClient(given)
	if made.Transport != given.Transport || made.Timeout != time.Minute || made.Jar != nil || owned || made.CheckRedirect(nil, nil) != http.ErrUseLastResponse {
		t.Errorf("got %+v", made)
	}
	if given.Jar == nil || given.CheckRedirect != nil {
		t.Error("the given client changed")
	}
}

func newDefault() *http.Client {
	client, _ := NewClient(nil)
	return client
}

func TestNewClientWithCustomDefaultTransport(t *testing.T) {
	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()

	pool := x509.NewCertPool()
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10}}
	transport := newDefault().Transport.(*http.Transport)
	if transport.TLSClientConfig.RootCAs != pool || transport.TLSClientConfig.MinVersion != tls.VersionTLS12 || transport.OnProxyConnectResponse == nil {
		t.Errorf("got %+v", transport.TLSClientConfig)
	}

	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}}
	if got := newDefault().Transport.(*http.Transport).TLSClientConfig.MinVersion; got != tls.VersionTLS13 {
		t.Errorf("the minimum version was lowered to %x", got)
	}

	http.DefaultTransport = otherTransport{standard}
	if newDefault().Transport != http.DefaultTransport {
		t.Error("the program's own transport is not used")
	}
}

// Only a transport that may meet a proxy is copied, so that the others share their connections.
func TestNewClientCopiesTransportsWithAProxy(t *testing.T) {
	plain := &http.Transport{}
	if made, owned := NewClient(&http.Client{Transport: plain}); made.Transport != plain || owned {
		t.Error("a transport without a proxy was copied")
	}
	proxied := &http.Transport{Proxy: http.ProxyFromEnvironment}
	made, owned := NewClient(&http.Client{Transport: proxied})
	if made.Transport == proxied || !owned || proxied.OnProxyConnectResponse != nil || made.Transport.(*http.Transport).OnProxyConnectResponse == nil {
		t.Error("a transport with a proxy was not copied")
	}
}

// Without limitProxy, a proxy received plain http to this machine: net/http knows only some of its
// names.
func TestA22_PlainHTTPWithoutProxy(t *testing.T) {
	proxy := http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example"})
	given, _ := NewClient(&http.Client{Transport: &http.Transport{Proxy: proxy}})
	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()
	http.DefaultTransport = &http.Transport{Proxy: proxy}
	for _, test := range []struct {
		address      string
		given, usual bool // whether the proxy is used
	}{
		{"http://LOCALHOST:80", false, false},
		{"http://127.0.0.1", false, false},
		{"http://[::1]:80", false, false},
		{"http://[::ffff:127.0.0.1]", false, false},
		{"https://LOCALHOST:443", true, false},
		{"https://127.0.0.1", true, false},
		{"https://api.example", true, true},
	} {
		request, err := http.NewRequest("GET", test.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		for client, want := range map[*http.Client]bool{given: test.given, newDefault(): test.usual} {
			if got, err := client.Transport.(*http.Transport).Proxy(request); err != nil || (got != nil) != want {
				t.Errorf("%s: proxy %v, %v", test.address, got, err)
			}
		}
	}
}
