package xsaletest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

const shopURL = "https://shop.example/callback?shop=1"

// userSource returns a source whose user logs in to the sandbox.
func userSource(t *testing.T, sandbox *xsaletest.Sandbox) *authn.Source {
	t.Helper()
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{
			ClientID: xsaletest.ClientID, ClientSecret: authn.NewSecret(xsaletest.ClientSecret), UserLogin: true,
		}),
		TokenURL: sandbox.TokenURL(),
		APIURL:   sandbox.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// startLogin returns a flow and its page.
func startLogin(t *testing.T, source *authn.Source) (flow authn.LoginFlow, page string) {
	t.Helper()
	flow, err := authn.NewLoginFlow(shopURL)
	if err == nil {
		page, err = source.LoginURL(t.Context(), flow, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return flow, page
}

// choose submits the form of the page and returns the query of the redirect URL.
func choose(t *testing.T, page, user, outcome string) url.Values {
	t.Helper()
	location := submit(t, page, url.Values{"user": {user}, "outcome": {outcome}})
	if !strings.HasPrefix(location, "https://shop.example/callback?") {
		t.Fatalf("redirected to %q", location)
	}
	target, err := url.Parse(location)
	if err != nil || target.Query().Get("shop") != "1" {
		t.Fatalf("redirected to %q", location)
	}
	return target.Query()
}

// submit returns where the form leads.
func submit(t *testing.T, page string, form url.Values) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(page, form)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.Header.Get("Location")
}

func TestUsersLogInWithABrowser(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithRedirectURLs(shopURL))
	for i, email := range []string{xsaletest.Username, "dolorsitamet@futuriti.pl"} {
		source := userSource(t, sandbox)
		flow, page := startLogin(t, source)
		response, err := http.Get(page)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if !strings.Contains(string(body), `value="`+email+`"`) || !strings.Contains(response.Header.Get("Content-Security-Policy"), "form-action 'self' https://shop.example;") {
			t.Fatalf("page %s", body)
		}

		callback := choose(t, page, email, "success")
		token, err := source.FinishLogin(t.Context(), flow, callback)
		if err == nil {
			err = source.Adopt(t.Context(), token)
		}
		if err != nil {
			t.Fatal(err)
		}
		client, err := xsale.New(xsale.WithBaseURL(sandbox.URL()), xsale.WithTokenSource(source))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if me, err := client.Me(t.Context()); err != nil || me.Email != email || me.ID != int64(i+1) || len(me.Organizations) != 1 {
			t.Errorf("got %+v, %v", me, err)
		}

		// The second use of the code fails, and ends the first.
		if _, err := source.FinishLogin(t.Context(), flow, callback); !errors.Is(err, authn.ErrLoginRequired) || !strings.Contains(err.Error(), "used before") {
			t.Errorf("got %v", err)
		}
		if _, err := client.Me(t.Context()); !errors.Is(err, xsale.ErrUnauthorized) {
			t.Errorf("got %v", err)
		}
	}
	if sandbox.Logins() != 2 || sandbox.UserLogins() != 2 || sandbox.TokenRequests() != 4 {
		t.Errorf("%d logins, %d with a browser, %d requests", sandbox.Logins(), sandbox.UserLogins(), sandbox.TokenRequests())
	}
}

func TestOutcomesOfALogin(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithRedirectURLs(shopURL))
	source := userSource(t, sandbox)
	for outcome, want := range map[string]error{
		"denied":        authn.ErrAccessDenied,
		"loginRequired": authn.ErrLoginRequired,
		"unavailable":   authn.ErrUnavailable,
		"serverError":   authn.ErrUnavailable,
		"foreignNonce":  authn.ErrInvalidResponse,
		"wrongAudience": authn.ErrInvalidResponse,
		"foreignIssuer": authn.ErrInvalidResponse,
		"withoutPKCE":   nil,
	} {
		flow, page := startLogin(t, source)
		if _, err := source.FinishLogin(t.Context(), flow, choose(t, page, xsaletest.Username, outcome)); !errors.Is(err, want) {
			t.Errorf("%s: %v", outcome, err)
		}
	}
	// The service checks PKCE, unless a test turns it off.
	for outcome, want := range map[string]error{"success": authn.ErrLoginRequired, "withoutPKCE": nil} {
		flow, page := startLogin(t, source)
		flow.Verifier = authn.NewSecret("of another browser")
		if _, err := source.FinishLogin(t.Context(), flow, choose(t, page, xsaletest.Username, outcome)); !errors.Is(err, want) {
			t.Errorf("%s: %v", outcome, err)
		}
	}
	// The code belongs to a redirect URL, and expires.
	flow, page := startLogin(t, source)
	callback := choose(t, page, xsaletest.Username, "")
	flow.RedirectURL = "https://shop.example/callback"
	if _, err := source.FinishLogin(t.Context(), flow, callback); !errors.Is(err, authn.ErrLoginRequired) || !strings.Contains(err.Error(), "redirect URI") {
		t.Error(err)
	}
	flow, page = startLogin(t, source)
	callback = choose(t, page, xsaletest.Username, "")
	sandbox.Clock().Advance(time.Minute)
	if _, err := source.FinishLogin(t.Context(), flow, callback); !errors.Is(err, authn.ErrLoginRequired) || !strings.Contains(err.Error(), "Invalid authorization code") {
		t.Error(err)
	}
}

func TestAuthorizeRejects(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithRedirectURLs(shopURL))
	_, page := startLogin(t, userSource(t, sandbox))
	for name, test := range map[string]struct {
		change   func(url.Values)
		location string // has to contain this, and is empty for a page that leads nowhere
	}{
		"unknown client":      {func(q url.Values) { q.Set("client_id", "other") }, ""},
		"foreign redirect":    {func(q url.Values) { q.Set("redirect_uri", "https://shop.example.evil/callback") }, ""},
		"longer redirect":     {func(q url.Values) { q.Set("redirect_uri", shopURL+"&more=1") }, ""},
		"no redirect":         {func(q url.Values) { q.Del("redirect_uri") }, ""},
		"implicit grant":      {func(q url.Values) { q.Set("response_type", "token") }, "error=unsupported_response_type"},
		"wrong audience":      {func(q url.Values) { q.Set("audience", "https://other.example") }, "error=access_denied"},
		"plain PKCE":          {func(q url.Values) { q.Set("code_challenge_method", "plain") }, "error=invalid_request"},
		"without interaction": {func(q url.Values) { q.Set("prompt", "none") }, "error=login_required"},
	} {
		address, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		query := address.Query()
		test.change(query)
		address.RawQuery = query.Encode()
		location := submit(t, address.String(), url.Values{"user": {xsaletest.Username}})
		if test.location == "" && location != "" || !strings.Contains(location, test.location) || strings.Contains(location, "code=") {
			t.Errorf("%s: redirected to %q", name, location)
		}
		if location != "" && !strings.Contains(location, "state="+query.Get("state")) {
			t.Errorf("%s: no state in %q", name, location)
		}
	}
	for _, form := range []url.Values{{}, {"user": {"nobody"}}, {"user": {xsaletest.Username}, "outcome": {"other"}}} {
		if location := submit(t, page, form); location != "" {
			t.Errorf("%v: redirected to %q", form, location)
		}
	}
	if _, err := xsaletest.Start(xsaletest.WithRedirectURLs("http://shop.example/callback")); err == nil || !strings.Contains(err.Error(), "want https") {
		t.Errorf("got %v", err)
	}
}

// The registered redirect URLs can change while the sandbox runs.
func TestRedirectURLsChange(t *testing.T) {
	sandbox := xsaletest.New(t)
	_, page := startLogin(t, userSource(t, sandbox))
	if location := submit(t, page, url.Values{"user": {xsaletest.Username}}); location != "" {
		t.Errorf("redirected to %q", location)
	}
	if err := sandbox.Change(func(s *xsaletest.Settings) { s.RedirectURLs = append(s.RedirectURLs, shopURL) }); err != nil {
		t.Fatal(err)
	}
	choose(t, page, xsaletest.Username, "")
	if err := sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	if urls, err := json.Marshal(sandbox.Settings().RedirectURLs); err != nil || string(urls) != `["`+xsaletest.RedirectURL+`"]` {
		t.Errorf("got %s, %v", urls, err)
	}
}
