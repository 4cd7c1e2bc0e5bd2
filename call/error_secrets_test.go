package call_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// A server that echoes a token must not bring it into an error, not even a part of it.
func TestErrorsHoldNoToken(t *testing.T) {
	token := strings.Repeat("id-token", 100)
	source, err := authn.New(authn.Config{Credentials: credentials, HTTPClient: &http.Client{Transport: stub.RoundTripFunc(func(*http.Request) (*http.Response, error) {
		return stub.Response(200, `{"access_token":"access","id_token":"`+token+`","expires_in":86400,"token_type":"Bearer"}`), nil
	})}})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	for name, serve := range map[string]func() *http.Response{
		"cut off":      func() *http.Response { return stub.Response(400, strings.Repeat("x", 1<<16-len(token)+1)+token) },
		"half of it":   func() *http.Response { return stub.Response(400, strings.Repeat("x", 1<<16-len(token)/2)+token) },
		"a success":    func() *http.Response { return stub.Response(200, "["+token) },
		"a redirect":   func() *http.Response { return stub.Response(307, "", "Location", "https://else.example/"+token) },
		"a request id": func() *http.Response { return stub.Response(500, "", "X-Request-Id", token) },
		"a header":     func() *http.Response { return stub.Response(500, "", "X-Echo", "Bearer "+token) },
	} {
		echo := func(*http.Request) (*http.Response, error) { return serve(), nil }
		client := newTestClient(t, echo, xsale.WithTokenSource(source), xsale.WithRetries(0))
		_, err := client.Me(t.Context())
		e, ok := errors.AsType[*call.Error](err)
		if !ok {
			t.Fatalf("%s: %v", name, err)
		}
		said := fmt.Sprint(err, e.RequestID, e.Header) + string(e.Body)
		if !strings.Contains(said, "[redacted]") || strings.Contains(said, token[:100]) {
			t.Errorf("%s: %s", name, said[max(0, len(said)-300):])
		}
	}
}
