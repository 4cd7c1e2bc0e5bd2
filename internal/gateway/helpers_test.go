package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/gateway"
	"github.com/xsale-go/xsale/xsaletest"
)

const secret = "PROXYSECRETPROXYSECRETPROX"

// start serves a gateway in front of an API, whose login is that of a sandbox, and returns its
// address. The clients of the options log in there.
func start(t *testing.T, api http.Handler, change func(*gateway.Config), options ...xsale.Option) string {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return startFor(t, server.URL, change, options...)
}

// startBelow is start for an API below a path.
func startBelow(t *testing.T, api http.Handler, path string) string {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return startFor(t, server.URL+path, nil)
}

func startFor(t *testing.T, baseURL string, change func(*gateway.Config), options ...xsale.Option) string {
	t.Helper()
	login := xsaletest.New(t)
	all := append(login.Options(), xsale.WithBaseURL(baseURL), xsale.WithRateLearning(false),
		xsale.WithHTTPClient(&http.Client{Transport: gateway.WithoutTokens(http.DefaultTransport)}))
	client, err := xsale.New(append(all, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	config := gateway.Config{API: client, Secret: secret, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&config)
	}
	g, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// send sends a request with the secret and returns the response with its body.
func send(t *testing.T, method, address, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(gateway.SecretHeader, secret)
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(data)
}

// sendRaw sends bytes that no HTTP client would send, and returns the response.
func sendRaw(t *testing.T, address, text string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	connection.(*net.TCPConn).CloseWrite()
	data, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// kindOf returns the kind of a response of the gateway itself, which must be a problem.
func kindOf(t *testing.T, response *http.Response, body string) string {
	t.Helper()
	kind := response.Header.Get("Xsale-Proxy-Error")
	if kind == "" {
		return ""
	}
	var problem struct{ Kind, Detail, Remedy string }
	if err := json.Unmarshal([]byte(body), &problem); err != nil || problem.Kind != kind || problem.Detail == "" || problem.Remedy == "" {
		t.Errorf("%s: %v", body, err)
	}
	return kind
}
