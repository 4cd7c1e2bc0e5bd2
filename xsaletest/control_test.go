package xsaletest_test

import (
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// echo is a control handler that responds with 200 and the path.
func echo(*xsaletest.Sandbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
}

// The API keeps its paths: pages are served only where it has nothing.
func TestControlIsNextToTheAPI(t *testing.T) {
	c := newCaller(t, xsaletest.WithControl(echo))
	served := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	if err := c.sandbox.HandleFunc("GET /swagger/own", served); err != nil {
		t.Fatal(err)
	}
	for path, status := range map[string]int{
		"/": 200, "/swagger": 200, "/swagger/": 200, "/swagger/index.html": 200, "/_sandbox/x": 200, "/_sandbox/": 200, "/_sandbox": 200,
		"/swagger/own": 418, "/swagger/v1/swagger.json": 200, "/me": 200, "/_sandboxes": 404, "/swaggers": 404,
	} {
		reply := c.call(http.MethodGet, path, "")
		if isPage := reply.body == path; reply.status != status || isPage != (status == 200 && path != "/me" && path != "/swagger/v1/swagger.json") {
			t.Errorf("%s: %d %.100s", path, reply.status, reply.body)
		}
	}
	if requests := c.sandbox.Requests(); len(requests) != 4 {
		t.Errorf("%d requests are listed", len(requests))
	}
	wantProblem(t, newCaller(t).call(http.MethodGet, "/_sandbox/status", ""), http.StatusNotFound)
}

// A web page may point its own name at this machine, or send requests that need no preflight.
func TestControlRejectsWebPages(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithControl(echo), xsaletest.WithCORS("http://localhost:5173"))
	for _, test := range []struct {
		host, method string
		header       http.Header
		status       int
	}{
		{"", "POST", nil, 200},
		{"localhost:1", "GET", nil, 200},
		{"[::1]:80", "GET", nil, 200},
		{"127.0.0.2", "GET", nil, 200},
		{"rebound.example", "GET", nil, 403},
		{"rebound.example:80", "POST", nil, 403},
		{"localhost.example", "GET", nil, 403},
		{"127.0.0.1.example", "GET", nil, 403},
		{"", "POST", http.Header{"Origin": {"https://shop.example"}}, 403},
		{"", "POST", http.Header{"Origin": {"null"}}, 403},
		{"", "POST", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{"", "POST", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		{"", "POST", http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200},
		{"", "POST", http.Header{"Origin": {sandbox.URL()}}, 200},
		{"", "POST", http.Header{"Origin": {"http://localhost:5173"}, "Sec-Fetch-Site": {"same-site"}}, 200},
	} {
		request, err := http.NewRequest(test.method, sandbox.URL()+"/_sandbox/reset", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = test.host
		if test.header != nil {
			request.Header = test.header
		}
		response, err := sandbox.HTTPClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != test.status {
			t.Errorf("%s %q %v: %d, want %d", test.method, test.host, test.header, response.StatusCode, test.status)
		}
	}
}

// A sandbox that listens on all addresses may have any name, and its URL is one that can be called.
func TestControlBeyondLoopback(t *testing.T) {
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	sandbox := xsaletest.New(t, xsaletest.WithControl(echo), xsaletest.WithListener(listener))
	if want := fmt.Sprintf("http://127.0.0.1:%d", listener.Addr().(*net.TCPAddr).Port); sandbox.URL() != want {
		t.Errorf("URL %s, want %s", sandbox.URL(), want)
	}
	request, err := http.NewRequest(http.MethodGet, sandbox.URL()+"/_sandbox/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "sandbox.example"
	response, err := sandbox.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
}
