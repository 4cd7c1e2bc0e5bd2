package call

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func newAuthStep(t *testing.T, next Doer) (*authStep, *loginTransport) {
	t.Helper()
	source, service := newTestSource(t)
	origin, err := url.Parse(DefaultBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return &authStep{next, source, origin}, service
}

func TestAuthStepSetsBothHeadersOnACopy(t *testing.T) {
	next := &answers{script: []func() (*http.Response, error){status(200)}}
	step, _ := newAuthStep(t, next)
	request := newRequest(t, "GET", "/me", "")
	request.Header.Set("Authorization", "Bearer the caller's own")
	if _, err := step.Do(request); err != nil {
		t.Fatal(err)
	}
	sent := next.requests[0].Header
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
	next := &answers{script: []func() (*http.Response, error){status(401), status(200)}}
	step, service := newAuthStep(t, next)
	response, err := step.Do(newRequest(t, "POST", "/acme/orders", "body"))
	if err != nil || response.StatusCode != 200 {
		t.Fatal(response, err)
	}
	if len(next.requests) != 2 || next.requests[1].Header.Get("Authorization") != "Bearer access-2" || next.bodies[1] != "body" {
		t.Errorf("%d requests, bodies %q", len(next.requests), next.bodies)
	}
	if logins := service.logins.Load(); logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

func TestAuthStepReturnsASecond401(t *testing.T) {
	next := &answers{script: []func() (*http.Response, error){status(401)}}
	step, service := newAuthStep(t, next)
	for range 10 {
		response, err := step.Do(newRequest(t, "GET", "/me", ""))
		if err != nil || response.StatusCode != 401 {
			t.Fatal(response, err)
		}
	}
	if logins := service.logins.Load(); logins != 2 {
		t.Errorf("an API that refuses every token caused %d logins", logins)
	}
}

func TestAuthStepDropsTheTokenOfABodyThatIsGone(t *testing.T) {
	next := &answers{script: []func() (*http.Response, error){status(401), status(200)}}
	step, service := newAuthStep(t, next)
	request := newRequest(t, "POST", "/acme/orders", "")
	request.Body = io.NopCloser(strings.NewReader("once"))
	response, err := step.Do(request)
	if err != nil || response.StatusCode != 401 || len(next.requests) != 1 {
		t.Fatal(response, err)
	}
	if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil || service.logins.Load() != 2 {
		t.Errorf("the refused token is still in use: %v", err)
	}
}

func TestAuthStepSendsTokensToTheAPIOnly(t *testing.T) {
	for _, address := range []string{
		"http://api.xsale.ai/me", "https://api.xsale.ai:8443/me", "https://api.xsale.ai.evil.example/me",
		"https://evil.example/me", "https://sub.api.xsale.ai/me",
	} {
		next := &answers{script: []func() (*http.Response, error){status(200)}}
		step, service := newAuthStep(t, next)
		request, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := step.Do(request); !errors.Is(err, errNotSent) {
			t.Errorf("%s: %v", address, err)
		}
		if len(next.requests) != 0 || service.logins.Load() != 0 {
			t.Errorf("%s: something was sent", address)
		}
	}
}
