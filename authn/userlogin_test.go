package authn

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	canaryCode        = "canary-code-31c4"
	testRedirectURL   = "https://shop.example/callback"
	canaryDescription = "words-of-the-service"
)

// ofUser makes a Source that a user logs in to.
func ofUser(username string) func(*Config) {
	return func(config *Config) {
		config.Credentials = Static(Credentials{ClientID: "client-id", ClientSecret: NewSecret(canaryClientSecret), Username: username, UserLogin: true})
	}
}

// userTokens is the body of a response with the tokens of a flow. Changes set claims of the ID
// token, or remove those that are nil.
func userTokens(f *fakeServer, flow LoginFlow, changes map[string]any) string {
	now := time.Now()
	id := map[string]any{
		"iss": f.URL + "/", "aud": "client-id", "sub": "auth0|5", "nonce": flow.Nonce, "jti": canaryIDToken,
		"iat": now.Unix(), "exp": now.Add(10 * time.Hour).Unix(),
	}
	maps.Copy(id, changes)
	maps.DeleteFunc(id, func(_ string, value any) bool { return value == nil })
	return tokenBody(unsigned(map[string]any{"sub": "auth0|5", "jti": canaryAccessToken}), unsigned(id), 86400)
}

func newTestFlow(t *testing.T) (LoginFlow, url.Values) {
	t.Helper()
	flow, err := NewLoginFlow(testRedirectURL)
	if err != nil {
		t.Fatal(err)
	}
	return flow, url.Values{"state": {flow.State}, "code": {canaryCode}}
}

func TestUserLogsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &MemoryStore{}
		withStore := func(config *Config) { config.Store = store }
		f := newFakeServer(t)
		s := f.source(t, ofUser("anna"), withStore)
		flow, callback := newTestFlow(t)
		f.set(step{body: userTokens(f, flow, nil)})

		// Without its user, the Source sends nothing, however often it is asked.
		for range 3 {
			_, err := s.Token(t.Context())
			if failure, ok := errors.AsType[*Error](err); !ok || failure.Reason != ErrLoginRequired || err.Error() != "login failed: the user must log in" {
				t.Fatalf("got %v", err)
			}
			time.Sleep(time.Minute)
		}
		if f.posts() != 0 {
			t.Fatalf("%d requests without a login of the user", f.posts())
		}

		address, err := s.LoginURL(t.Context(), flow, "login")
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		challenge := sha256.Sum256([]byte(flow.Verifier.Reveal()))
		want := url.Values{
			"client_id": {"client-id"}, "audience": {DefaultAudience}, "response_type": {"code"}, "scope": {DefaultScope},
			"redirect_uri": {testRedirectURL}, "state": {flow.State}, "nonce": {flow.Nonce}, "prompt": {"login"},
			"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
		}
		if got := parsed.Query(); parsed.Scheme+"://"+parsed.Host != f.URL || parsed.Path != "/authorize" || got.Encode() != want.Encode() {
			t.Errorf("got %s", address)
		}

		token, err := s.FinishLogin(t.Context(), flow, callback)
		if err != nil {
			t.Fatal(err)
		}
		var sent map[string]string
		if err := json.Unmarshal([]byte(f.recorded()[0].body), &sent); err != nil {
			t.Fatal(err)
		}
		if wantSent := map[string]string{
			"grant_type": "authorization_code", "client_id": "client-id", "client_secret": canaryClientSecret,
			"code": canaryCode, "redirect_uri": testRedirectURL, "code_verifier": flow.Verifier.Reveal(),
		}; !maps.Equal(sent, wantSent) {
			t.Errorf("sent %v", sent)
		}
		if _, err := s.Token(t.Context()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("tokens were used before they were adopted: %v", err)
		}
		if err := s.Adopt(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Token(t.Context()); err != nil || got != token {
			t.Errorf("got %v, %v", got, err)
		}

		// Other programs of the user find the tokens; those of other users, and of a password, do not.
		if got, err := f.source(t, ofUser("anna"), withStore).Token(t.Context()); err != nil || got.AccessToken() != token.AccessToken() {
			t.Errorf("got %v", err)
		}
		if _, err := f.source(t, ofUser("bert"), withStore).Token(t.Context()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("another user got %v", err)
		}
		password, err := f.source(t, withStore).StoreKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if user, err := f.source(t, ofUser(testCredentials().Username)).StoreKey(t.Context()); err != nil || user == password {
			t.Errorf("one key for both kinds of login, %v", err)
		}

		// A call that is rejected is not sent again: only the user can get other tokens.
		s.Invalidate(token)
		if got, err := s.Replacement(t.Context(), token); got != nil || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if got, err := s.Token(t.Context()); err != nil || !got.Suspect() {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := s.Refresh(t.Context()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("got %v", err)
		}

		time.Sleep(10 * time.Hour)
		if _, err := s.Token(t.Context()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("after the end of the tokens: %v", err)
		}
		if f.posts() != 1 || s.Logins() != 1 {
			t.Errorf("%d requests, %d logins", f.posts(), s.Logins())
		}

		// The user logs in again, in another program.
		flow, callback = newTestFlow(t)
		f.set(step{body: userTokens(f, flow, map[string]any{"again": true})})
		other := f.source(t, ofUser("anna"), withStore)
		if token, err = other.FinishLogin(t.Context(), flow, callback); err == nil {
			err = other.Adopt(t.Context(), token)
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got, err := s.Token(t.Context()); err != nil || got.IDToken() != token.IDToken() {
			t.Errorf("got %v", err)
		}
		if err := s.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.source(t, ofUser("anna"), withStore).Token(t.Context()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("after the end of the session: %v", err)
		}
	})
}

// A code is sent once, whatever the response, and nothing is sent for a callback that is not that
// of the login.
func TestFinishLoginFails(t *testing.T) {
	rejected := func(code string) step {
		return step{status: http.StatusForbidden, body: fmt.Sprintf(`{"error":%q,"error_description":"%s about %s"}`, code, canaryDescription, canaryCode)}
	}
	tests := map[string]struct {
		callback map[string][]string // changes of the callback; an empty list removes a parameter
		claims   map[string]any      // changes of the ID token
		response *step
		reason   Reason
		want     string // in the error
	}{
		"foreign state":      {callback: map[string][]string{"state": {"other"}}, reason: ErrLoginRequired, want: "state differs"},
		"no state":           {callback: map[string][]string{"state": {}}, reason: ErrLoginRequired, want: "state differs"},
		"two states":         {callback: map[string][]string{"state": {"a", "b"}}, reason: ErrInvalidResponse, want: "several state"},
		"mix-up":             {callback: map[string][]string{"iss": {"https://other.example/"}}, reason: ErrInvalidResponse, want: "another login service"},
		"no code":            {callback: map[string][]string{"code": {}}, reason: ErrInvalidResponse, want: "no usable code"},
		"odd code":           {callback: map[string][]string{"code": {"a\nb"}}, reason: ErrInvalidResponse, want: "no usable code"},
		"huge code":          {callback: map[string][]string{"code": {strings.Repeat("a", maxAuthorizationCodeBytes+1)}}, reason: ErrInvalidResponse, want: "no usable code"},
		"denied":             {callback: map[string][]string{"error": {"access_denied"}, "error_description": {"no\x1b access"}}, reason: ErrAccessDenied, want: "ask Futuriti"},
		"denied by a rule":   {callback: map[string][]string{"error": {"unauthorized"}}, reason: ErrAccessDenied, want: "unauthorized"},
		"login required":     {callback: map[string][]string{"error": {"login_required"}}, reason: ErrLoginRequired, want: "login_required"},
		"wrong application":  {callback: map[string][]string{"error": {"unauthorized_client"}}, reason: ErrConfiguration, want: "redirect URL"},
		"busy":               {callback: map[string][]string{"error": {"temporarily_unavailable"}}, reason: ErrUnavailable, want: "try again later"},
		"unknown error":      {callback: map[string][]string{"error": {"tea\x07pot"}}, reason: ErrInvalidResponse, want: "tea pot"},
		"foreign nonce":      {claims: map[string]any{"nonce": "other"}, reason: ErrInvalidResponse, want: "nonce"},
		"no nonce":           {claims: map[string]any{"nonce": nil}, reason: ErrInvalidResponse, want: "nonce"},
		"wrong audience":     {claims: map[string]any{"aud": "other"}, reason: ErrInvalidResponse, want: "aud"},
		"no audience":        {claims: map[string]any{"aud": nil}, reason: ErrInvalidResponse, want: "aud"},
		"several audiences":  {claims: map[string]any{"aud": []string{"client-id", "other"}, "azp": "client-id"}, reason: ErrInvalidResponse, want: "aud"},
		"another party":      {claims: map[string]any{"azp": "other"}, reason: ErrInvalidResponse, want: "azp"},
		"foreign issuer":     {claims: map[string]any{"iss": "https://other.example/"}, reason: ErrInvalidResponse, want: "iss"},
		"no issuer":          {claims: map[string]any{"iss": nil}, reason: ErrInvalidResponse, want: "iss"},
		"no user":            {claims: map[string]any{"sub": nil}, reason: ErrInvalidResponse, want: "sub"},
		"another user":       {claims: map[string]any{"sub": "auth0|6"}, reason: ErrInvalidResponse, want: "different users"},
		"expired":            {claims: map[string]any{"iat": time.Now().Unix() / 2, "exp": time.Now().Unix() / 2}, reason: ErrInvalidResponse, want: "expired"},
		"old":                {claims: map[string]any{"iat": 946000000, "exp": 946036000}, reason: ErrInvalidResponse, want: "exp"},
		"no expiry":          {claims: map[string]any{"exp": nil}, reason: ErrInvalidResponse, want: "exp"},
		"from the future":    {claims: map[string]any{"iat": 4000000000, "exp": 4000036000}, reason: ErrInvalidResponse, want: "future"},
		"no time of issue":   {claims: map[string]any{"iat": nil}, reason: ErrInvalidResponse, want: "iat"},
		"rejected code":      {response: new(rejected("invalid_grant")), reason: ErrLoginRequired, want: "invalid_grant"},
		"wrong secret":       {response: new(rejected("invalid_client")), reason: ErrInvalidClient, want: "client secret"},
		"grant not allowed":  {response: new(rejected("unauthorized_client")), reason: ErrConfiguration, want: "grant"},
		"rate limit":         {response: &step{status: http.StatusTooManyRequests}, reason: ErrRateLimited},
		"service fails":      {response: &step{status: http.StatusServiceUnavailable}, reason: ErrUnavailable},
		"opaque ID token":    {response: &step{body: tokenBody("access", "opaque", 3600)}, reason: ErrInvalidResponse, want: "not a JWT"},
		"login service slow": {response: &step{delay: time.Hour}, reason: ErrUnavailable, want: "no tokens within 1m0s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeServer(t)
				s := f.source(t, ofUser(""))
				flow, callback := newTestFlow(t)
				for parameter, values := range test.callback {
					callback[parameter] = values
				}
				response := step{body: userTokens(f, flow, test.claims)}
				if test.response != nil {
					response = *test.response
				}
				f.set(response)
				token, err := s.FinishLogin(t.Context(), flow, callback)
				failure, ok := errors.AsType[*Error](err)
				if !ok || token != nil || failure.Reason != test.reason || !strings.Contains(err.Error(), test.want) || failure.FailedAt.IsZero() {
					t.Fatalf("got %v", err)
				}
				if text := printed(err); strings.Contains(text, "canary") || strings.ContainsAny(err.Error(), "\x07\x1b\n") {
					t.Errorf("the error contains a secret, or is not printable: %q", err)
				}
				posts := 1
				if test.callback != nil {
					posts = 0
				}
				if f.posts() != posts || s.Logins() != 0 {
					t.Errorf("%d requests, %d logins", f.posts(), s.Logins())
				}
			})
		})
	}
}

// The sound forms of what the table above breaks.
func TestFinishLoginAccepts(t *testing.T) {
	for name, test := range map[string]struct {
		issuer string
		claims map[string]any
	}{
		"iss parameter":      {issuer: "/"},
		"iss without slash":  {issuer: " "},
		"audience in a list": {claims: map[string]any{"aud": []string{"client-id"}, "azp": "client-id"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeServer(t)
				s := f.source(t, ofUser(""))
				flow, callback := newTestFlow(t)
				if test.issuer != "" {
					callback.Set("iss", f.URL+strings.TrimSpace(test.issuer))
				}
				f.set(step{body: userTokens(f, flow, test.claims)})
				if _, err := s.FinishLogin(t.Context(), flow, callback); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A wrong clock on this machine does not matter if the service sends the time.
func TestFinishLoginByTheServicesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := f.source(t, ofUser(""))
		flow, callback := newTestFlow(t)
		issued := time.Now().Add(48 * time.Hour)
		f.set(step{
			header: http.Header{"Date": {issued.UTC().Format(http.TimeFormat)}},
			body:   userTokens(f, flow, map[string]any{"iat": issued.Unix(), "exp": issued.Add(time.Hour).Unix()}),
		})
		token, err := s.FinishLogin(t.Context(), flow, callback)
		if err != nil || time.Until(token.ExpiresAt()) != time.Hour {
			t.Fatalf("got %v, %v", token.LogValue(), err)
		}
	})
}

func TestFinishLoginVerifies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := f.source(t, ofUser(""), func(config *Config) {
			config.VerifyStored = func(context.Context, *Token) error { return errors.New("not by this key") }
		})
		flow, callback := newTestFlow(t)
		f.set(step{body: userTokens(f, flow, nil)})
		if _, err := s.FinishLogin(t.Context(), flow, callback); !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), "not by this key") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLoginFlowNeedsARedirectURL(t *testing.T) {
	for address, want := range map[string]string{
		"":                               "absolute",
		"/callback":                      "absolute",
		"https://shop.example/callback#": "",
		"https://shop.example/#top":      "fragment",
		"https://anna@shop.example/":     "absolute",
		"http://shop.example/callback":   "https",
		"javascript:alert(1)":            "absolute",
		"http://localhost:8976/callback": "",
		"http://[::1]:8976/callback":     "",
	} {
		flow, err := NewLoginFlow(address)
		if want == "" && (err != nil || flow.RedirectURL != address) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A flow that was not kept as a whole sends nothing: an empty verifier or nonce would protect nothing.
func TestIncompleteFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := f.source(t, ofUser(""))
		for _, lose := range []func(*LoginFlow){
			func(flow *LoginFlow) { flow.State = "" },
			func(flow *LoginFlow) { flow.Nonce = "" },
			func(flow *LoginFlow) { flow.Verifier = Secret{} },
			func(flow *LoginFlow) { flow.RedirectURL = "" },
		} {
			flow, _ := newTestFlow(t)
			lose(&flow)
			_, urlErr := s.LoginURL(t.Context(), flow, "")
			_, finishErr := s.FinishLogin(t.Context(), flow, url.Values{"state": {flow.State}, "code": {canaryCode}})
			if urlErr == nil || finishErr == nil || f.posts() != 0 {
				t.Errorf("got %v, %v, %d requests", urlErr, finishErr, f.posts())
			}
		}
	})
}

// A Source with a password, and a closed one, take no part in a user's login.
func TestUserLoginNeedsASource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		withPassword, closed := f.source(t), f.source(t, ofUser(""))
		closed.Close()
		flow, callback := newTestFlow(t)
		for s, want := range map[*Source]string{withPassword: "UserLogin", closed: "closed"} {
			_, urlErr := s.LoginURL(t.Context(), flow, "")
			_, finishErr := s.FinishLogin(t.Context(), flow, callback)
			for _, err := range []error{urlErr, finishErr, s.Adopt(t.Context(), nil)} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		}
	})
}

// Close ends a login of a user.
func TestCloseEndsFinishLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := f.source(t, ofUser(""))
		flow, callback := newTestFlow(t)
		f.set(step{delay: time.Hour})
		done := make(chan error)
		go func() {
			_, err := s.FinishLogin(t.Context(), flow, callback)
			done <- err
		}()
		synctest.Wait()
		s.Close()
		if err := <-done; err != ErrClosed {
			t.Errorf("got %v", err)
		}
	})
}
