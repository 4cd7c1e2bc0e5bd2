package browserlogin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/browserlogin"
	"github.com/xsale-go/xsale/xsaletest"
)

// setup is a login at a sandbox, whose page the tests submit.
type setup struct {
	browserlogin.Login
	t        *testing.T
	sandbox  *xsaletest.Sandbox
	accepted int
}

func newSetup(t *testing.T, redirectURL string) *setup {
	t.Helper()
	sandbox := xsaletest.New(t, xsaletest.WithRedirectURLs(redirectURL))
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
	s := &setup{t: t, sandbox: sandbox}
	s.Login = browserlogin.Login{
		Source: source, RedirectURL: redirectURL, Paste: strings.NewReader(""), Show: io.Discard,
		Accept: func(ctx context.Context, token *authn.Token) error {
			s.accepted++
			return source.Adopt(ctx, token)
		},
	}
	return s
}

// callback submits the form of the login page and returns the address at which the browser ends.
func (s *setup) callback(page, outcome string) string {
	s.t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(page, url.Values{"user": {xsaletest.Username}, "outcome": {outcome}})
	if err != nil {
		s.t.Error(err)
		return ""
	}
	response.Body.Close()
	return response.Header.Get("Location")
}

// get returns the page at an address.
func (s *setup) get(address string) (status int, page string) {
	s.t.Helper()
	response, err := http.Get(address)
	if err != nil {
		s.t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Content-Security-Policy") == "" {
		s.t.Errorf("%v, %v", response.Header, err)
	}
	return response.StatusCode, string(body)
}

// freeURL returns a redirect URL whose port is free.
func freeURL(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return fmt.Sprintf("http://localhost:%d/callback", listener.Addr().(*net.TCPAddr).Port)
}

func TestBrowserComesBack(t *testing.T) {
	s := newSetup(t, freeURL(t))
	s.Open = func(page string) error {
		go func() {
			// What other pages in the browser send does not end the login.
			for _, foreign := range []string{"?state=other&code=evil", "?error=access_denied", ""} {
				if status, body := s.get(s.RedirectURL + foreign); status != http.StatusBadRequest || !strings.Contains(body, "You are not logged in") {
					s.t.Errorf("%s: status %d, %s", foreign, status, body)
				}
			}
			if status, _ := s.get(strings.Replace(s.RedirectURL, "/callback", "/favicon.ico", 1)); status != http.StatusNotFound {
				s.t.Errorf("status %d", status)
			}
			if status, body := s.get(s.callback(page, "")); status != http.StatusOK || !strings.Contains(body, "You are logged in as Lorem Ipsum &lt;"+xsaletest.Username+"&gt;") {
				s.t.Errorf("status %d, %s", status, body)
			}
		}()
		return nil
	}
	token, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if user := browserlogin.UserOf(token); user.Subject != "auth0|sandbox-1" || user.Email != xsaletest.Username || user.ExpiresAt.IsZero() {
		t.Errorf("got %+v", user)
	}
	if got := s.Source.Current(); got != token || s.accepted != 1 || s.sandbox.TokenRequests() != 1 {
		t.Errorf("accepted %d times, %d requests", s.accepted, s.sandbox.TokenRequests())
	}
	if _, err := http.Get(s.RedirectURL); err == nil {
		t.Error("the login still listens")
	}
}

func TestBrowserBringsAnError(t *testing.T) {
	errOther := errors.New("another <user>")
	for outcome, want := range map[string]error{
		"denied":        authn.ErrAccessDenied,
		"foreignNonce":  authn.ErrInvalidResponse,
		"wrongAudience": authn.ErrInvalidResponse,
		"foreignIssuer": authn.ErrInvalidResponse,
		"success":       errOther,
	} {
		t.Run(outcome, func(t *testing.T) {
			s := newSetup(t, freeURL(t))
			s.Accept = func(context.Context, *authn.Token) error { return errOther }
			shown := make(chan string, 1)
			s.Open = func(page string) error {
				go func() {
					_, body := s.get(s.callback(page, outcome))
					shown <- body
				}()
				return nil
			}
			if _, err := s.Run(t.Context()); !errors.Is(err, want) {
				t.Errorf("got %v", err)
			}
			if body := <-shown; !strings.Contains(body, "You are not logged in") || strings.Contains(body, "<user>") {
				t.Errorf("page %s", body)
			}
			if _, err := s.Source.Token(t.Context()); !errors.Is(err, authn.ErrLoginRequired) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Over SSH, the person pastes the address at which their browser ends.
func TestPaste(t *testing.T) {
	for name, redirectURL := range map[string]string{"loopback": freeURL(t), "elsewhere": "https://shop.example/callback"} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, redirectURL)
			input, person := io.Pipe()
			screen, show := io.Pipe()
			s.Paste, s.Show = input, show
			go func() {
				lines, page := bufio.NewScanner(screen), ""
				for page == "" && lines.Scan() {
					if strings.HasPrefix(lines.Text(), "http") {
						page = lines.Text()
					}
				}
				go io.Copy(io.Discard, screen)
				fmt.Fprintln(person, "\nhello")
				fmt.Fprintln(person, redirectURL+"?code=evil&state=other")
				fmt.Fprintln(person, s.callback(page, "")+"#_=_")
			}()
			token, err := s.Run(t.Context())
			if err != nil || s.Source.Current() != token {
				t.Errorf("got %v", err)
			}
		})
	}
	s := newSetup(t, "https://shop.example/callback")
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no address was pasted") {
		t.Errorf("got %v", err)
	}
}

// Where no browser opens, the person is asked to paste.
func TestNoBrowser(t *testing.T) {
	var shown strings.Builder
	s := newSetup(t, freeURL(t))
	ctx, cancel := context.WithCancel(t.Context())
	s.Show = &shown
	s.Open = func(string) error { cancel(); return errors.New("no display") }
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(shown.String(), "Paste the address") {
		t.Errorf("got %v, %s", err, &shown)
	}
}

func TestRedirectURLThatDoesNotWork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	for redirectURL, want := range map[string]string{
		fmt.Sprintf("http://localhost:%d/callback", port): "is in use",
		fmt.Sprintf("http://127.0.0.1:%d/callback", port): "is in use",
		"https://shop.example/callback":                   "--no-browser",
		"http://127.0.0.1:99999/callback":                 "--redirect-url",
	} {
		s := newSetup(t, redirectURL)
		s.Open = func(string) error { t.Error("a browser opened"); return nil }
		if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", redirectURL, err)
		}
	}
	// With a paste, a port in use does not matter.
	s := newSetup(t, fmt.Sprintf("http://localhost:%d/callback", port))
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no address was pasted") {
		t.Errorf("got %v", err)
	}
}
