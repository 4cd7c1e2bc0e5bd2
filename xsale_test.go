package xsale_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// newTestClient returns a client whose API responds with serve.
func newTestClient(t *testing.T, serve func(*http.Request) (*http.Response, error), options ...xsale.Option) *xsale.Client {
	t.Helper()
	source, _ := stub.Source(t)
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithTokenSource(source),
		xsale.WithOrganization("acme"),
		xsale.WithHTTPClient(&http.Client{Transport: stub.RoundTripFunc(serve)}),
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
	client, err := xsale.New(xsale.WithBaseURL(server.URL), xsale.WithTokenURL(server.URL+"/oauth/token"), xsale.WithCredentials(authn.Credentials{
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
