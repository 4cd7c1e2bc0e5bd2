package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn/weblogin"
	"github.com/xsale-go/xsale/xsaletest"
)

const otherUser = "dolorsitamet@futuriti.pl"

// startApp starts the application for a sandbox and returns its address.
func startApp(t *testing.T) (*xsaletest.Sandbox, string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	redirectURL := server.URL + "/callback"
	sandbox := xsaletest.New(t, xsaletest.WithRedirectURLs(redirectURL))
	for _, variable := range sandbox.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	users, err := weblogin.New(t.Context(), weblogin.Config{
		Credentials: application, RedirectURL: redirectURL, OnError: showError,
		TokenURL: sandbox.TokenURL(), APIURL: sandbox.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", newApp(users))
	return sandbox, server.URL
}

// browser returns a client with cookies of its own.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// read returns the status and the body of a page, behind all redirects.
func read(t *testing.T, response *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// logIn follows a link to the login page, and chooses a user there.
func logIn(t *testing.T, b *http.Client, link, user string) (status int, page string) {
	t.Helper()
	response, err := b.Get(link)
	if status, _ := read(t, response, err); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	response, err = b.PostForm(response.Request.URL.String(), url.Values{"user": {user}})
	return read(t, response, err)
}

func TestUsersSeeWhatIsTheirs(t *testing.T) {
	sandbox, address := startApp(t)
	anna, bert := browser(t), browser(t)
	response, err := anna.Get(address)
	if _, page := read(t, response, err); !strings.Contains(page, "Log in with xSale") {
		t.Errorf("got %s", page)
	}
	if _, page := logIn(t, anna, address+"/login", xsaletest.Username); !strings.Contains(page, xsaletest.Username) || !strings.Contains(page, ">Futuriti</a>") {
		t.Errorf("got %s", page)
	}
	orders := address + "/orders/" + xsaletest.Organization
	// A page that needs a user leads to the login and back.
	if _, page := logIn(t, bert, orders, otherUser); !strings.Contains(page, otherUser) || strings.Count(page, "<li>Order ") != maxOrders {
		t.Errorf("got %s", page)
	}
	response, err = anna.Get(orders)
	if _, page := read(t, response, err); !strings.Contains(page, xsaletest.Username) || strings.Contains(page, otherUser) {
		t.Errorf("got %s", page)
	}
	response, err = anna.PostForm(address+"/logout", nil)
	if _, page := read(t, response, err); !strings.Contains(page, "Log in with xSale") {
		t.Errorf("got %s", page)
	}
	response, err = bert.Get(address)
	if _, page := read(t, response, err); !strings.Contains(page, otherUser) {
		t.Errorf("got %s", page)
	}
	if sandbox.UserLogins() != 2 {
		t.Errorf("%d logins", sandbox.UserLogins())
	}

	// The API rejects the tokens: the user is asked, and not sent around in circles.
	sandbox.RevokeTokens()
	response, err = bert.Get(address)
	if status, page := read(t, response, err); status != http.StatusUnauthorized || !strings.Contains(page, "log in again") {
		t.Errorf("status %d, %s", status, page)
	}
	if _, page := logIn(t, bert, address+"/login", otherUser); !strings.Contains(page, otherUser) {
		t.Errorf("got %s", page)
	}
	response, err = bert.Get(address + "/orders/Other")
	if status, page := read(t, response, err); status != http.StatusNotFound {
		t.Errorf("status %d, %s", status, page)
	}
	response, err = anna.Get(address + "/callback?error=access_denied")
	if status, page := read(t, response, err); status != http.StatusUnauthorized || !strings.Contains(page, "log in again") {
		t.Errorf("status %d, %s", status, page)
	}
}
