package call

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func newAuthStep(t *testing.T, next Doer) (*authStep, *stub.Login) {
	t.Helper()
	source, service := stub.Source(t)
	origin, err := url.Parse(authn.DefaultAPIURL)
	if err != nil {
		t.Fatal(err)
	}
	return &authStep{next, source, origin}, service
}

func TestAuthStepSetsBothHeadersOnACopy(t *testing.T) {
	next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
	step, _ := newAuthStep(t, next)
	request := stub.Request(t, "GET", "/me", "")
	request.Header.Set("Authorization", "Bearer the caller's own")
	if _, err := step.Do(request); err != nil {
		t.Fatal(err)
	}
	sent := next.Requests[0].Header
	if got := sent.Values("Authorization"); len(got) != 1 || got[0] != "Bearer access-1" {
		t.Errorf("Authorization: %q", got)
	}
	if got := sent.Values("x-id-token"); len(got) != 1 || got[0] != "id-1" {
		t.Errorf("x-id-token: %q", got)
	}
	if request.Header.Get("x-id-token") != "" || request.Header.Get("Authorization") != "Bearer the caller's own" {
		t.Error("the caller's request was changed")
	}
}

func TestAuthStepReplaysOnceAfter401(t *testing.T) {
	next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(401), stub.Status(200)}}
	step, service := newAuthStep(t, next)
	response, err := step.Do(stub.Request(t, "POST", "/acme/orders", "body"))
	if err != nil || response.StatusCode != 200 {
		t.Fatal(response, err)
	}
	if len(next.Requests) != 2 || next.Requests[1].Header.Get("Authorization") != "Bearer access-2" || next.Bodies[1] != "body" {
		t.Errorf("%d requests, bodies %q", len(next.Requests), next.Bodies)
	}
	if logins := service.Count.Load(); logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

func TestAuthStepReturnsASecond401(t *testing.T) {
	next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(401)}}
	step, service := newAuthStep(t, next)
	for range 10 {
		response, err := step.Do(stub.Request(t, "GET", "/me", ""))
		if err != nil || response.StatusCode != 401 {
			t.Fatal(response, err)
		}
	}
	if logins := service.Count.Load(); logins != 2 {
		t.Errorf("an API that refuses every token caused %d logins", logins)
	}
}

func TestAuthStepReplacesTheTokenOfABodyThatIsGone(t *testing.T) {
	sent := 0
	step, service := newAuthStep(t, stub.DoerFunc(func(request *http.Request) (*http.Response, error) {
		sent++
		if request.Header.Get("Authorization") == "Bearer access-1" {
			return stub.Response(401, ""), nil
		}
		return stub.Response(200, ""), nil
	}))
	request := stub.Request(t, "POST", "/acme/orders", "")
	request.Body = io.NopCloser(strings.NewReader("once"))
	response, err := step.Do(request)
	if err != nil || response.StatusCode != 401 || sent != 1 {
		t.Fatal(response, err)
	}
	// The login that follows the 401 may still run: this call uses its tokens, or is sent again.
	if response, err := step.Do(stub.Request(t, "GET", "/me", "")); err != nil || response.StatusCode != 200 || service.Count.Load() != 2 {
		t.Errorf("the refused token is still in use: %v, %d logins", err, service.Count.Load())
	}
}

func TestAuthStepSendsTokensToTheAPIOnly(t *testing.T) {
	for _, address := range []string{
		"http://api.xsale.ai/me", "https://api.xsale.ai:8443/me", "https://api.xsale.ai.evil.example/me",
		"https://evil.example/me", "https://sub.api.xsale.ai/me",
	} {
		next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
		step, service := newAuthStep(t, next)
		request, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := step.Do(request); !errors.Is(err, ErrNotSent) {
			t.Errorf("%s: %v", address, err)
		}
		if len(next.Requests) != 0 || service.Count.Load() != 0 {
			t.Errorf("%s: something was sent", address)
		}
	}
}
