package call_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// proxyTo returns a client whose requests go through a proxy to a server over TLS. The proxy
// responds to its first requests with the statuses, and then connects.
func proxyTo(t *testing.T, server *httptest.Server, statuses ...int) (client *http.Client, address string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := int(requests.Add(1)); n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
			return
		}
		upstream, err := net.Dial("tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { io.Copy(upstream, conn); upstream.Close() }()
		go func() { io.Copy(conn, upstream); conn.Close() }()
	}))
	t.Cleanup(proxy.Close)
	proxyURL, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxyURL.User = url.UserPassword("user", "canary")
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(proxyURL)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, proxyURL.Host, requests
}

func TestProxyIsToldApartFromTheAPI(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"Id":7}`)
	}))
	defer server.Close()
	for _, test := range []struct {
		method   string
		statuses []int
		requests int32  // to the proxy
		says     string // empty for a success
	}{
		{"GET", []int{403}, 1, "refused to connect: 403 Forbidden"},
		{"GET", []int{407}, 1, "refused to connect: 407 Proxy Authentication Required: put its user"},
		{"POST", []int{404}, 1, "refused to connect: 404 Not Found"},
		{"POST", []int{502, 502}, 2, "refused to connect: 502 Bad Gateway"},
		{"GET", []int{503}, 2, ""},
		{"POST", []int{504}, 2, ""},
	} {
		httpClient, proxy, requests := proxyTo(t, server, test.statuses...)
		source, err := authn.New(authn.Config{Credentials: credentials, APIURL: server.URL, HTTPClient: &http.Client{Transport: &stub.Login{}}})
		if err != nil {
			t.Fatal(err)
		}
		var class string
		client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithBaseURL(server.URL), xsale.WithHTTPClient(httpClient), xsale.WithRetries(1),
			xsale.WithHooks(call.Hooks{CallDone: func(_ context.Context, event call.Event) { class = event.Class }}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Call(t.Context(), test.method, "/me", nil)
		client.Close()
		source.Close()
		if requests.Load() != test.requests {
			t.Errorf("%s %v: %d requests to the proxy", test.method, test.statuses, requests.Load())
		}
		if test.says == "" {
			if err != nil {
				t.Errorf("%s %v: %v", test.method, test.statuses, err)
			}
			continue
		}
		e, ok := errors.AsType[*call.Error](err)
		if !ok || e.StatusCode != 0 || !errors.Is(err, call.ErrProxy) || !errors.Is(err, call.ErrNotSent) || errors.Is(err, call.ErrForbidden) || e.MaybeProcessed {
			t.Fatalf("%s %v: %#v", test.method, test.statuses, err)
		}
		if !strings.Contains(err.Error(), "proxy "+proxy+" "+test.says) || strings.Contains(err.Error(), "canary") || class != "proxy" {
			t.Errorf("%s %v: class %q, %v", test.method, test.statuses, class, err)
		}
	}
}

var credentials = authn.Static(authn.Credentials{ClientID: "c", ClientSecret: authn.NewSecret("client-secret"), Username: "u", Password: authn.NewSecret("password-1")})

func TestProxyOfALogin(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	httpClient, proxy, requests := proxyTo(t, server, 407, 407)
	source, err := authn.New(authn.Config{Credentials: credentials, TokenURL: server.URL + "/oauth/token", HTTPClient: httpClient})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	_, err = source.Token(t.Context())
	if !errors.Is(err, call.ErrProxy) || !errors.Is(err, authn.ErrUnavailable) || !strings.Contains(err.Error(), "proxy "+proxy+" refused to connect: 407") || strings.Contains(err.Error(), "canary") || requests.Load() != 1 {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
}

func TestProxyThatIsDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	source, _ := stub.Source(t)
	transport := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})}
	client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithHTTPClient(&http.Client{Transport: transport}), xsale.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Call(t.Context(), "POST", "/me", nil)
	if !errors.Is(err, call.ErrProxy) || !errors.Is(err, call.ErrNotSent) || errors.Is(err, call.ErrMaybeProcessed) {
		t.Errorf("got %v", err)
	}
}

// A function that cannot tell the proxy, such as one that asks a server for it, sends nothing.
func TestProxyThatIsNotKnown(t *testing.T) {
	source, _ := stub.Source(t)
	unknown := func(*http.Request) (*url.URL, error) {
		return nil, &url.Error{Op: "parse", URL: "http://user:canary@proxy", Err: errors.New("no such proxy")}
	}
	client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithHTTPClient(&http.Client{Transport: &http.Transport{Proxy: unknown}}), xsale.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Call(t.Context(), "POST", "/me", nil)
	if want := "no such proxy"; !errors.Is(err, call.ErrProxy) || !errors.Is(err, call.ErrNotSent) || errors.Is(err, call.ErrMaybeProcessed) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}
