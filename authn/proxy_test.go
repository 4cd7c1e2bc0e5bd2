package authn

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// loopbackNames are spellings of this machine that may be used with plain http.
var loopbackNames = []string{"127.0.0.1", "localhost", "LOCALHOST", "LocalHost", "[::ffff:127.0.0.1]", "[::FFFF:7F00:1]"}

// countingProxy counts its requests, which would contain a password.
func countingProxy(t *testing.T) (*url.URL, *atomic.Int32) {
	t.Helper()
	requests := &atomic.Int32{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	return address, requests
}

func newLoopbackLogin(t *testing.T) (port string) {
	t.Helper()
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, tokenBody("access", "id", 3600)) }))
	t.Cleanup(login.Close)
	return login.URL[strings.LastIndex(login.URL, ":"):]
}

// When the transport's proxy was asked about loopback, it received the password in clear.
func TestA22_ProxyOfATransport(t *testing.T) {
	proxy, requests := countingProxy(t)
	port := newLoopbackLogin(t)
	for _, host := range loopbackNames {
		for _, scheme := range []string{"http", "socks5"} {
			source, err := New(Config{
				Credentials: Static(testCredentials()),
				TokenURL:    "http://" + host + port,
				HTTPClient:  &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: scheme, Host: proxy.Host})}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := source.Token(t.Context()); err != nil {
				t.Errorf("%s: %v", host, err)
			}
			source.Close()
		}
	}
	if requests.Load() != 0 {
		t.Errorf("%d requests went to the proxy", requests.Load())
	}
}

// net/http reads the environment once, so that the proxy must be set for a process of its own.
func TestA22_ProxyOfTheEnvironment(t *testing.T) {
	if address := os.Getenv("LOOPBACK_LOGIN"); address != "" {
		source, err := New(Config{Credentials: Static(testCredentials()), TokenURL: address})
		if err != nil {
			t.Fatal(err)
		}
		defer source.Close()
		if _, err := source.Token(t.Context()); err != nil {
			t.Error(err)
		}
		return
	}
	proxy, requests := countingProxy(t)
	port := newLoopbackLogin(t)
	for _, host := range loopbackNames {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestA22_ProxyOfTheEnvironment$")
		child.Env = append(os.Environ(), "LOOPBACK_LOGIN=http://"+host+port, "NO_PROXY=", "no_proxy=")
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
			child.Env = append(child.Env, name+"="+proxy.String(), strings.ToLower(name)+"="+proxy.String())
		}
		if output, err := child.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", host, err, output)
		}
	}
	if requests.Load() != 0 {
		t.Errorf("%d requests went to the proxy", requests.Load())
	}
}

// A host that only a resolver can place is not loopback.
func TestA22_UnclearLoopbackIsRefused(t *testing.T) {
	for _, host := range []string{"localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::]", "[::1%25lo]", "localho\u017ft", "localhost.localdomain", "127.0.0.1.", "127.0.0.1.nip.io", "\uff11\uff12\uff17.0.0.1"} {
		if source, err := New(Config{Credentials: Static(testCredentials()), TokenURL: "http://" + host + ":80/oauth/token"}); err == nil {
			source.Close()
			t.Errorf("%q was accepted", host)
		}
	}
}
