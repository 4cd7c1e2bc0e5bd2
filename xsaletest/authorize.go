package xsaletest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
)

const (
	authorizePath  = "/authorize"
	grantPassword  = "password"
	grantCode      = "authorization_code"
	codeLifetime   = time.Minute
	foreignService = "https://login.example/"
)

// WithRedirectURLs registers redirect URLs for logins with a browser, instead of [RedirectURL]. A
// login names one of them exactly.
func WithRedirectURLs(urls ...string) Option {
	return func(c *config) {
		c.settings.RedirectURLs = slices.Clone(urls)
		if err := checkRedirectURLs(urls); err != nil {
			c.fail(fmt.Errorf("WithRedirectURLs: %w", err))
		}
	}
}

func checkRedirectURLs(urls []string) error {
	for _, address := range urls {
		if _, err := authn.NewLoginFlow(address); err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), "authn: "))
		}
	}
	return nil
}

// outcome is how a login with a browser ends. Those with an error code go to the redirect URL.
type outcome struct {
	name, label string
	code        string
}

var outcomes = []outcome{
	{"success", "A good login", ""},
	{"denied", "The user has no access", "access_denied"},
	{"loginRequired", "The user must log in again", "login_required"},
	{"unavailable", "The service is unavailable", "temporarily_unavailable"},
	{"serverError", "The service fails", "server_error"},
	{"foreignNonce", "An ID token with the nonce of another login", ""},
	{"wrongAudience", "An ID token for another application", ""},
	{"foreignIssuer", "A callback of another login service", ""},
	{"withoutPKCE", "A service that ignores PKCE", ""},
}

// authorization is a login with a browser, which its code stands for.
type authorization struct {
	user        *user
	outcome     string
	redirectURL string
	scope       string
	nonce       string
	challenge   string // of PKCE; empty without one
	expiry      time.Time
	spent       bool
	login       int64 // the number of the login with the code
}

// serveAuthorize serves the authorization endpoint: a page where the user of the browser chooses who
// they are, instead of a form for a password. The vendor documents the five parameters that it
// requires (https://xsale.ai/?p=17251); the rest is inferred from
// OAuth 2.0, OpenID Connect and Auth0.
func (s *Sandbox) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	s.delay(w, r)
	s.identity.serveAuthorize(w, r)
}

func (i *identity) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "Use GET.", http.StatusMethodNotAllowed)
		return
	}
	query := r.URL.Query()
	redirect := query.Get("redirect_uri")
	switch {
	case query.Get("client_id") != ClientID:
		http.Error(w, "The application is unknown: client_id is not "+ClientID+".", http.StatusBadRequest)
		return
	case !slices.Contains(i.tokens.settings().RedirectURLs, redirect):
		http.Error(w, "Callback URL mismatch: redirect_uri is not one of those that are registered.", http.StatusBadRequest)
		return
	}
	back := url.Values{}
	if state := query.Get("state"); state != "" {
		back.Set("state", state)
	}
	fail := func(code, description string) {
		back.Set("error", code)
		back.Set("error_description", description)
		goTo(w, r, redirect, back)
	}
	switch {
	case query.Get("response_type") != "code":
		fail("unsupported_response_type", "The response_type is not code.")
	case query.Get("audience") != Audience:
		fail("access_denied", "Service not found: the audience is not "+Audience+".")
	case query.Get("code_challenge") != "" && query.Get("code_challenge_method") != "S256":
		fail("invalid_request", "The code_challenge_method is not S256.")
	case query.Get("prompt") == "none":
		fail("login_required", "Login required")
	case r.Method == http.MethodGet:
		showLogin(w, redirect)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxTokenRequestBytes)
		who, chosen := findUser(r.PostFormValue("user")), findOutcome(r.PostFormValue("outcome"))
		if who == nil || chosen == nil {
			http.Error(w, "The form names no user or outcome of the sandbox.", http.StatusBadRequest)
			return
		}
		if chosen.code != "" {
			fail(chosen.code, chosen.label+".")
			return
		}
		if chosen.name == "foreignIssuer" {
			back.Set("iss", foreignService)
		}
		back.Set("code", i.authorize(&authorization{
			user: who, outcome: chosen.name, redirectURL: redirect,
			scope: query.Get("scope"), nonce: query.Get("nonce"), challenge: query.Get("code_challenge"),
		}))
		goTo(w, r, redirect, back)
	}
}

func findOutcome(name string) *outcome {
	for i := range outcomes {
		if outcomes[i].name == name || name == "" {
			return &outcomes[i]
		}
	}
	return nil
}

// goTo redirects the browser, as documented with a 302.
func goTo(w http.ResponseWriter, r *http.Request, redirect string, parameters url.Values) {
	target, _ := url.Parse(redirect) // valid, as it is registered
	query := target.Query()
	maps.Copy(query, parameters)
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

// authorize returns a code.
func (i *identity) authorize(a *authorization) (code string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.tokens.clock()
	// A spent code is kept as long as others, so that its second use is noticed.
	maps.DeleteFunc(i.codes, func(_ string, other *authorization) bool { return !now.Before(other.expiry) })
	a.expiry = now.Add(codeLifetime)
	code = rand.Text()
	i.codes[code] = a
	return code
}

// redeem returns new tokens for a code. A second use of the code also revokes those of the first
// (RFC 6749, section 4.1.2).
func (i *identity) redeem(form url.Values) (*Tokens, *oauthError) {
	i.mu.Lock()
	defer i.mu.Unlock()
	a := i.codes[form.Get("code")]
	invalidGrant := func(description string) *oauthError {
		return &oauthError{http.StatusForbidden, "invalid_grant", description}
	}
	if a == nil || !i.tokens.clock().Before(a.expiry) {
		return nil, invalidGrant("Invalid authorization code")
	}
	if a.spent {
		i.tokens.revokeLogin(a.login)
		return nil, invalidGrant("The authorization code was used before.")
	}
	a.spent = true
	digest := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case form.Get("redirect_uri") != a.redirectURL:
		return nil, invalidGrant("The redirect URI is not that of the authorization request.")
	case a.challenge != "" && a.outcome != "withoutPKCE" && base64.RawURLEncoding.EncodeToString(digest[:]) != a.challenge:
		return nil, invalidGrant("Failed to verify code verifier")
	}
	grant := grant{user: a.user, scope: a.scope, nonce: a.nonce, clientID: ClientID}
	switch a.outcome {
	case "foreignNonce":
		grant.nonce = rand.Text()
	case "wrongAudience":
		grant.clientID = "another-client"
	}
	tokens, login, err := i.tokens.issue(grant)
	if err != nil {
		return nil, errSigning
	}
	a.login = login
	return tokens, nil
}

const loginStyle = `:root{color-scheme:light dark;background:Canvas;color:CanvasText;font:1rem/1.5 system-ui,sans-serif}body{max-width:32rem;margin:2rem auto;padding:0 1rem}
button,select{font:inherit;padding:.5rem .75rem;width:100%;margin:.25rem 0}`

// showLogin writes the page. It needs no scripts, and its form may only lead to the redirect URL.
func showLogin(w http.ResponseWriter, redirect string) {
	var options, buttons strings.Builder
	for _, o := range outcomes {
		fmt.Fprintf(&options, "<option value=%q>%s</option>\n", o.name, o.label)
	}
	for _, u := range users {
		fmt.Fprintf(&buttons, "<button name=\"user\" value=%q>Log in as %s, %s</button>\n", u.email, u.name, u.email)
	}
	target, _ := url.Parse(redirect) // valid, as it is registered
	style := sha256.Sum256([]byte(loginStyle))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action 'self' %s://%s; base-uri 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(style[:]), target.Scheme, target.Host))
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Log in to the sandbox</title>
<style>%s</style></head><body><main><h1>Log in to the sandbox</h1>
<form method="post"><p><label for="outcome">What happens</label>
<select id="outcome" name="outcome">%s</select></p>
%s</form><p>The sandbox asks for no password: everyone knows it.</p></main></body></html>
`, loginStyle, &options, &buttons)
}
