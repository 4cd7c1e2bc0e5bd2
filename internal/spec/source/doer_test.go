package source

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

func TestGetFromSandbox(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithControl(control.New)) // has a page
	client := sandbox.Client(t)
	for _, options := range []Options{{}, {Doer: client.Doer()}} {
		for _, from := range []string{sandbox.URL(), sandbox.URL() + "/swagger", sandbox.URL() + "/swagger/v1/swagger.json"} {
			source, err := Get(t.Context(), from, options)
			if err != nil || source.Name != sandbox.URL()+"/swagger/v1/swagger.json" || !strings.Contains(string(source.Data), `"openapi"`) {
				t.Errorf("%s: got %v", from, err)
			}
		}
	}
	if logins := sandbox.Logins(); logins != 1 {
		t.Errorf("%d logins", logins)
	}
}

// newDoer returns a sandbox and a Doer that sends its tokens to a site.
func newDoer(t *testing.T, site *site) (*xsaletest.Sandbox, Doer) {
	sandbox := xsaletest.New(t)
	return sandbox, sandbox.Client(t, xsale.WithBaseURL(site.URL), xsale.WithRetries(0)).Doer()
}

func TestGetWithTokens(t *testing.T) {
	site := newSite(t, map[string]page{
		"/swagger":                   {status: 301, location: "swagger/index.html"},
		"/swagger/index.html":        {body: "<html><script src=index.js>"},
		"/swagger/index.js":          {body: `{"url":"shop/swagger.json"}`},
		"/swagger/shop/swagger.json": {body: minimal},
	})
	_, doer := newDoer(t, site)
	source, err := Get(t.Context(), site.URL+"/swagger", Options{Doer: doer})
	if err != nil || source.Name != site.URL+"/swagger/shop/swagger.json" {
		t.Errorf("got %v, %v", source, err)
	}
	want := slices.Concat([]string{"/swagger"}, usualPaths, []string{"/swagger/index.js", "/swagger/shop/swagger.json"})
	if got := site.paths(); !slices.Equal(got, want) {
		t.Errorf("requested %q", got)
	}
	for _, request := range site.requests {
		if request.Header.Get("Authorization") == "" || request.Header.Get("Accept") != accept {
			t.Errorf("%s: %v", request.URL, request.Header)
		}
	}
}

func TestGetReturnsClientErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		page  page
		want  string
		cause error
	}{
		{"not found", page{status: 404}, "404 Not Found; " + remedy, xsale.ErrNotFound},
		{"rejected", page{status: 401}, "401 Unauthorized (after 2 attempts); " + byHand, xsale.ErrUnauthorized},
		{"not allowed", page{status: 403}, "403 Forbidden; " + byHand, xsale.ErrForbidden},
		{"redirected", page{status: 302, location: "/v2.json?hunter2"}, "302 Found: redirect to $/v2.json not followed: if the API has moved there, set WithBaseURL; " + remedy, xsale.ErrRedirect},
		{"failed", page{status: 500}, "500 Internal Server Error; " + remedy, xsale.ErrServer},
	} {
		site := newSite(t, map[string]page{"/v1.json": test.page, "/v2.json": {body: minimal}})
		_, doer := newDoer(t, site)
		source, err := Get(t.Context(), site.URL+"/v1.json?key=hunter2", Options{Doer: doer})
		expectError(t, test.name, source, err, site, "$/v1.json: GET /v1.json: "+test.want)
		if !errors.Is(err, test.cause) {
			t.Errorf("%s: the error does not wrap its cause", test.name)
		}
	}
}

// One response among many does not explain why the search failed.
func TestSearchDoesNotWrapOneResponse(t *testing.T) {
	site := newSite(t, map[string]page{"/openapi": {status: 401}})
	_, doer := newDoer(t, site)
	source, err := Get(t.Context(), site.URL, Options{Doer: doer})
	if source != nil || err == nil || !strings.HasSuffix(err.Error(), "\n"+remedy) || !strings.Contains(err.Error(), "401 Unauthorized") {
		t.Errorf("got %v, %v", source, err)
	}
	if failed, ok := errors.AsType[*xsale.Error](err); ok {
		t.Errorf("the error must not wrap %v", failed)
	}
}

func TestFailedLoginEndsSearch(t *testing.T) {
	site := newSite(t, nil)
	sandbox, doer := newDoer(t, site)
	sandbox.Fail(xsaletest.Login, xsaletest.Status(http.StatusForbidden, `{"error":"invalid_grant"}`))
	source, err := Get(t.Context(), site.URL, Options{Doer: doer})
	if _, ok := errors.AsType[*authn.Error](err); source != nil || !ok || !strings.HasPrefix(err.Error(), site.URL+usualPaths[0]+": ") {
		t.Errorf("got %v, %v", source, err)
	}
	if asked := site.paths(); asked != nil {
		t.Errorf("requested %q", asked)
	}
}

func TestTokensStayOnTheirHost(t *testing.T) {
	site, other := newSite(t, nil), newSite(t, map[string]page{"/swagger.json": {body: minimal}})
	_, doer := newDoer(t, site)
	source, err := Get(t.Context(), other.URL, Options{Doer: doer})
	expectError(t, "other", source, err, other, "$/swagger/v1/swagger.json: GET /swagger/v1/swagger.json: request not sent: the tokens are for "+
		site.host()+": refusing to send them to £")
	if asked := other.paths(); asked != nil {
		t.Errorf("requested %q", asked)
	}
}

func TestGetWithClientEndsWithContext(t *testing.T) {
	stopped := errors.New("stopped by the user")
	ctx, cancel := context.WithCancelCause(t.Context())
	site := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel(stopped)
		<-r.Context().Done()
	})
	_, doer := newDoer(t, site)
	if source, err := Get(ctx, site.URL, Options{Doer: doer}); source != nil || err != stopped {
		t.Errorf("got %v, %v", source, err)
	}
}
