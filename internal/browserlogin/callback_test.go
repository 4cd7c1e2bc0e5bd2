package browserlogin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

// A page that is loaded again shows the same result, and the code is sent once.
func TestCallbackTwice(t *testing.T) {
	const redirectURL = "http://localhost:8976/callback"
	sandbox := xsaletest.New(t)
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
	defer source.Close()
	flow, err := authn.NewLoginFlow(redirectURL)
	if err != nil {
		t.Fatal(err)
	}
	page, err := source.LoginURL(t.Context(), flow, "")
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(page, map[string][]string{"user": {xsaletest.Username}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	accept := func(context.Context, *authn.Token) error { return nil }
	c := &callback{login: &Login{Source: source, Accept: accept}, ctx: t.Context(), flow: flow, path: "/callback", done: make(chan struct{})}
	for range 2 {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, response.Header.Get("Location"), nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "You are logged in as Lorem Ipsum") {
			t.Errorf("status %d, %s", w.Code, w.Body)
		}
	}
	if sandbox.TokenRequests() != 1 {
		t.Errorf("%d requests", sandbox.TokenRequests())
	}
}
