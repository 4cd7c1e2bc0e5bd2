package weblogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

const otherUser = "dolorsitamet@futuriti.pl"

// site is a web application whose users log in to a sandbox.
type site struct {
	*Users
	t       *testing.T
	sandbox *xsaletest.Sandbox
	url     string
}

func newSite(t *testing.T, change ...func(*Config)) *site {
	t.Helper()
	s := &site{t: t}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.sandbox = xsaletest.New(t, xsaletest.WithRedirectURLs(server.URL+"/callback"))
	config := Config{
		Credentials: authn.Static(authn.Credentials{ClientID: xsaletest.ClientID, ClientSecret: authn.NewSecret(xsaletest.ClientSecret)}),
		RedirectURL: server.URL + "/callback",
		TokenURL:    s.sandbox.TokenURL(),
		APIURL:      s.sandbox.URL(),
	}
	for _, c := range change {
		c(&config)
	}
	users, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	s.Users = users
	mux.HandleFunc("/login", s.Login)
	mux.HandleFunc("/callback", s.Callback)
	mux.HandleFunc("/logout", s.Logout)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		session, err := s.Session(r)
		if !errors.Is(err, authn.ErrLoginRequired) && err != nil {
			t.Error(err)
		}
		if err != nil {
			fmt.Fprint(w, r.URL.Path+" nobody")
			return
		}
		token, err := session.Source.Token(r.Context())
		if err != nil {
			t.Error(err)
			return
		}
		_, claims := token.Claims() // the tokens must be those of the user in the cookie
		fmt.Fprint(w, r.URL.Path, " ", claims["email"], " ", session.User.Email)
	})
	return s
}

// browser has cookies of its own, and follows no redirect.
type browser struct {
	*site
	client *http.Client
}

func (s *site) newBrowser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// get returns the status, where it leads, and the body.
func (b *browser) get(address string) (status int, location, body string) {
	b.t.Helper()
	response, err := b.client.Get(address)
	if err != nil {
		b.t.Error(err)
		return 0, "", ""
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Error(err)
	}
	return response.StatusCode, response.Header.Get("Location"), strings.TrimSpace(string(data))
}

func (b *browser) post(address string, form url.Values, header ...string) (status int, location string) {
	b.t.Helper()
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Error(err)
		return 0, ""
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Error(err)
		return 0, ""
	}
	response.Body.Close()
	return response.StatusCode, response.Header.Get("Location")
}

// start starts a login and returns the address of the callback, which is not opened yet.
func (b *browser) start(user, outcome string) (callback string) {
	b.t.Helper()
	_, page, _ := b.get(b.url + "/login?return_to=/orders")
	_, callback = b.post(page, url.Values{"user": {user}, "outcome": {outcome}})
	if !strings.HasPrefix(callback, b.url+"/callback?") {
		b.t.Errorf("the login leads to %q", callback)
	}
	return callback
}

func (b *browser) logIn(user string) {
	b.t.Helper()
	if status, location, body := b.get(b.start(user, "")); status != http.StatusSeeOther || location != "/orders" {
		b.t.Errorf("status %d, location %q, %s", status, location, body)
	}
	b.is(user)
}

// is checks who the site thinks the user of the browser is.
func (b *browser) is(user string) {
	b.t.Helper()
	want := "/ nobody"
	if user != "" {
		want = "/ " + user + " " + user
	}
	if _, _, body := b.get(b.url + "/"); body != want {
		b.t.Errorf("the site shows %q, want %q", body, want)
	}
}

// cookies returns the cookies by name.
func (b *browser) jar() map[string]string {
	address, _ := url.Parse(b.url)
	found := map[string]string{}
	for _, cookie := range b.client.Jar.Cookies(address) {
		found[cookie.Name] = cookie.Value
	}
	return found
}

// set sets cookies.
func (b *browser) set(values map[string]string) {
	address, _ := url.Parse(b.url)
	for name, value := range values {
		b.client.Jar.SetCookies(address, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	}
}

func TestSeveralUsers(t *testing.T) {
	s := newSite(t)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			b, user := s.newBrowser(), []string{xsaletest.Username, otherUser}[i%2]
			b.is("")
			b.logIn(user)
		})
	}
	all.Wait()
	if s.sandbox.UserLogins() != 20 {
		t.Errorf("%d logins", s.sandbox.UserLogins())
	}
}

func TestLogout(t *testing.T) {
	s := newSite(t)
	here, elsewhere := s.newBrowser(), s.newBrowser()
	here.logIn(xsaletest.Username)
	elsewhere.logIn(xsaletest.Username)
	stolen := here.jar()
	if status, _, _ := here.get(s.url + "/logout"); status != http.StatusMethodNotAllowed {
		t.Errorf("status %d of a GET", status)
	}
	if status, _ := here.post(s.url+"/logout", nil, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("status %d for another site", status)
	}
	here.is(xsaletest.Username)
	if status, location := here.post(s.url+"/logout", nil, "Sec-Fetch-Site", "same-origin"); status != http.StatusSeeOther || location != "/" {
		t.Errorf("status %d, location %q", status, location)
	}
	here.is("")
	elsewhere.is(xsaletest.Username)
	if len(here.jar()) != 0 {
		t.Errorf("cookies %v", here.jar())
	}
	here.set(stolen) // a cookie that was copied before
	here.is("")
	here.logIn(otherUser)
	if old := here.jar(); maps.Equal(old, stolen) {
		t.Error("the next session has the name of the old one")
	}
	here.set(stolen)
	here.is("")
	if status, _ := here.post(s.url+"/logout", nil); status != http.StatusSeeOther { // twice does no harm
		t.Errorf("status %d", status)
	}
}

// A login in a browser that has a session already gets another one, and ends the old.
func TestSessionFixation(t *testing.T) {
	s := newSite(t)
	attacker, victim := s.newBrowser(), s.newBrowser()
	attacker.logIn(otherUser)
	planted := attacker.jar()
	victim.set(planted)
	victim.is(otherUser)
	victim.logIn(xsaletest.Username)
	attacker.is("")
	attacker.set(victim.jar()) // not what the attacker knows
	if maps.Equal(planted, victim.jar()) {
		t.Error("the planted session became that of the victim")
	}
}

func TestRefused(t *testing.T) {
	refuse := func(t *testing.T, b *browser, callback string, status int, want string) {
		t.Helper()
		requests := b.sandbox.TokenRequests()
		got, location, body := b.get(callback)
		if got != status || location != "" || !strings.Contains(body, want) || strings.Contains(body, "canary") {
			t.Errorf("status %d, location %q, %s", got, location, body)
		}
		if status == http.StatusBadRequest && !strings.Contains(want, "code") && b.sandbox.TokenRequests() != requests {
			t.Error("a code was sent")
		}
		b.is("")
	}
	for name, test := range map[string]func(t *testing.T, s *site, b *browser){
		"no login": func(t *testing.T, s *site, b *browser) {
			refuse(t, b, s.url+"/callback?code=evil&state=canary", http.StatusBadRequest, "not started in this browser")
			refuse(t, b, s.url+"/callback", http.StatusBadRequest, "not started in this browser")
			refuse(t, b, s.url+"/callback?error=access_denied", http.StatusBadRequest, "not started in this browser")
		},
		"login of another browser": func(t *testing.T, s *site, b *browser) { // login CSRF
			refuse(t, b, s.newBrowser().start(otherUser, ""), http.StatusBadRequest, "not started in this browser")
		},
		"foreign state": func(t *testing.T, s *site, b *browser) {
			callback, _ := url.Parse(b.start(xsaletest.Username, ""))
			query := callback.Query()
			query.Set("state", "canary")
			callback.RawQuery = query.Encode()
			refuse(t, b, callback.String(), http.StatusBadRequest, "not started in this browser")
		},
		"replayed state": func(t *testing.T, s *site, b *browser) {
			callback := b.start(xsaletest.Username, "")
			before := b.jar()
			if status, _, _ := b.get(callback); status != http.StatusSeeOther {
				t.Errorf("status %d", status)
			}
			thief := s.newBrowser()
			thief.set(before)
			refuse(t, thief, callback, http.StatusBadRequest, "finished already")
		},
		"expired state": func(t *testing.T, s *site, b *browser) {
			callback := b.start(xsaletest.Username, "")
			s.now = func() time.Time { return time.Now().Add(flowLifetime) }
			refuse(t, b, callback, http.StatusBadRequest, "too long ago")
		},
		"stolen code": func(t *testing.T, s *site, b *browser) { // PKCE
			stealCode(t, s, b, "", refuse, http.StatusBadRequest, "code verifier")
		},
		"stolen code without PKCE": func(t *testing.T, s *site, b *browser) {
			stealCode(t, s, b, "withoutPKCE", refuse, http.StatusBadGateway, "nonce")
		},
		"used code": func(t *testing.T, s *site, b *browser) {
			victim := s.newBrowser()
			callback := victim.start(xsaletest.Username, "withoutPKCE")
			if status, _, _ := victim.get(callback); status != http.StatusSeeOther {
				t.Errorf("status %d", status)
			}
			refuse(t, b, inject(b.start(otherUser, ""), callback), http.StatusBadRequest, "authorization code was used before")
		},
		"foreign nonce":  outcome("foreignNonce", refuse, http.StatusBadGateway, "nonce"),
		"wrong audience": outcome("wrongAudience", refuse, http.StatusBadGateway, "aud"),
		"mix-up":         outcome("foreignIssuer", refuse, http.StatusBadGateway, "another login service"),
		"denied":         outcome("denied", refuse, http.StatusForbidden, "ask Futuriti"),
		"unavailable":    outcome("unavailable", refuse, http.StatusServiceUnavailable, "try again later"),
		"changed cookie": func(t *testing.T, s *site, b *browser) {
			callback := b.start(xsaletest.Username, "")
			for name, value := range b.jar() {
				b.set(map[string]string{name: flip(value)})
			}
			refuse(t, b, callback, http.StatusBadRequest, "not started in this browser")
		},
		"changed session": func(t *testing.T, s *site, b *browser) {
			b.logIn(xsaletest.Username)
			for name, value := range b.jar() {
				b.set(map[string]string{name: flip(value)})
			}
			b.is("")
			b.set(map[string]string{s.Users.cookies.session: "%%%"})
			b.is("")
		},
		"cookie of another kind": func(t *testing.T, s *site, b *browser) {
			callback := b.start(xsaletest.Username, "")
			for _, value := range b.jar() {
				b.set(map[string]string{s.Users.cookies.session: value})
			}
			b.is("")
			b.set(map[string]string{s.Users.cookies.session: ""})
			if status, _, _ := b.get(callback); status != http.StatusSeeOther {
				t.Errorf("status %d", status)
			}
		},
		"cookie of another site": func(t *testing.T, s *site, b *browser) {
			other := newSite(t, func(c *Config) { c.Key = authn.NewSecret(strings.Repeat("k", minKeyBytes)) })
			foreign := other.newBrowser()
			foreign.logIn(xsaletest.Username)
			for _, value := range foreign.jar() {
				b.set(map[string]string{s.Users.cookies.session: value})
			}
			b.is("")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			test(t, s, s.newBrowser())
		})
	}
}

type refusal = func(t *testing.T, b *browser, callback string, status int, want string)

func outcome(name string, refuse refusal, status int, want string) func(t *testing.T, s *site, b *browser) {
	return func(t *testing.T, _ *site, b *browser) { refuse(t, b, b.start(xsaletest.Username, name), status, want) }
}

// stealCode puts the code of a victim into the attacker's own login.
func stealCode(t *testing.T, s *site, attacker *browser, outcome string, refuse refusal, status int, want string) {
	t.Helper()
	stolen := s.newBrowser().start(xsaletest.Username, outcome)
	refuse(t, attacker, inject(attacker.start(otherUser, ""), stolen), status, want)
}

// inject returns a callback with the code of another.
func inject(callback, other string) string {
	target, _ := url.Parse(callback)
	from, _ := url.Parse(other)
	query := target.Query()
	query.Set("code", from.Query().Get("code"))
	target.RawQuery = query.Encode()
	return target.String()
}

func flip(value string) string {
	if value[20] == 'A' {
		return value[:20] + "B" + value[21:]
	}
	return value[:20] + "A" + value[21:]
}

// A callback that the browser loads again leads back into the site, and sends nothing.
func TestCallbackTwice(t *testing.T) {
	s := newSite(t)
	b := s.newBrowser()
	callback := b.start(xsaletest.Username, "")
	for _, want := range []string{"/orders", "/"} {
		if status, location, _ := b.get(callback); status != http.StatusSeeOther || location != want {
			t.Errorf("status %d, location %q", status, location)
		}
	}
	b.is(xsaletest.Username)
	if s.sandbox.TokenRequests() != 1 {
		t.Errorf("%d requests", s.sandbox.TokenRequests())
	}
}

// Two tabs log in at the same time, and one that starts logins again and again does not fill the
// browser.
func TestTabs(t *testing.T) {
	s := newSite(t)
	b := s.newBrowser()
	first, second := b.start(xsaletest.Username, ""), b.start(otherUser, "")
	for _, callback := range []string{second, first} {
		if status, _, body := b.get(callback); status != http.StatusSeeOther {
			t.Errorf("status %d, %s", status, body)
		}
	}
	b.is(xsaletest.Username)
	for range 50 {
		b.get(s.url + "/login")
	}
	if count := len(b.jar()); count > maxFlows+1 {
		t.Errorf("%d cookies", count)
	}
}

func TestSessionsExpire(t *testing.T) {
	s := newSite(t)
	b := s.newBrowser()
	b.logIn(xsaletest.Username)
	lifetime := s.sandbox.Settings().IDTokenLifetime
	s.now = func() time.Time { return time.Now().Add(lifetime + time.Minute) }
	b.is("")
	s.now = time.Now
	b.is(xsaletest.Username)
}

// Programs that share a store share sessions: the user need not come back to the same one.
func TestSharedStore(t *testing.T) {
	store := &authn.MemoryStore{}
	s := newSite(t, func(c *Config) { c.Store = store })
	b := s.newBrowser()
	b.logIn(xsaletest.Username)
	restarted, err := New(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.Users = restarted
	b.is(xsaletest.Username)
	b.post(s.url+"/logout", nil)
	b.is("")
}

// failing is a store that does not keep anything.
type failing struct{ authn.MemoryStore }

func (*failing) Save(context.Context, string, authn.Entry) error { return errors.New("disk full") }

func TestStoreFails(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Store = &failing{} })
	b := s.newBrowser()
	if status, _, body := b.get(b.start(xsaletest.Username, "")); status != http.StatusInternalServerError || !strings.Contains(body, "disk full") {
		t.Errorf("status %d, %s", status, body)
	}
	b.is("")
}

func TestReturnTo(t *testing.T) {
	for path, want := range map[string]string{
		"/orders?page=2&x=%20y#top": "/orders?page=2&x=%20y#top",
		"":                          "/",
		"orders":                    "/",
		"//evil.example":            "/",
		"/\\evil.example":           "/",
		"\\\\evil.example":          "/",
		"/\t/evil.example":          "/",
		"/\n/evil.example":          "/",
		" //evil.example":           "/",
		"https://evil.example":      "/",
		"https:evil.example":        "/",
		"javascript:alert(1)":       "/",
		"/" + strings.Repeat("&", maxReturnBytes):   "/",
		"/" + strings.Repeat("&", maxReturnBytes-1): "/" + strings.Repeat("&", maxReturnBytes-1),
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q: got %q", path, got)
		}
	}
}

// Over https, cookies have all protections, and fit into a browser.
func TestCookies(t *testing.T) {
	users, err := New(t.Context(), Config{
		Credentials: authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret")}),
		RedirectURL: "https://shop.example/callback",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	longest := url.Values{"return_to": {"/" + strings.Repeat("&", maxReturnBytes-1)}, "prompt": {"login"}}
	users.Login(w, httptest.NewRequest(http.MethodGet, "/login?"+longest.Encode(), nil))
	if location := w.Header().Get("Location"); !strings.HasPrefix(location, "https://login.futuriti.pl/authorize?") || !strings.Contains(location, "prompt=login") {
		t.Errorf("location %q", location)
	}
	set := w.Header().Get("Set-Cookie")
	for _, part := range []string{"__Host-xsale-login-", "; Path=/;", "; Max-Age=600;", "; HttpOnly;", "; Secure;", "; SameSite=Lax"} {
		if !strings.Contains(set, part) {
			t.Errorf("no %q in %q", part, set)
		}
	}
	w = httptest.NewRecorder()
	user := User{strings.Repeat("s", maxSubjectBytes), strings.Repeat("\"", maxNameBytes), strings.Repeat("\"", maxNameBytes)}
	users.cookies.write(w, users.cookies.session, sealedSession{strings.Repeat("i", 52), user, time.Now()}, time.Hour)
	for _, cookie := range append(w.Result().Cookies(), httptestCookie(set)) {
		if size := len(cookie.Name) + len(cookie.Value); size > 4096 {
			t.Errorf("%s has %d bytes", cookie.Name, size)
		}
	}
}

func httptestCookie(set string) *http.Cookie {
	cookie, err := http.ParseSetCookie(set)
	if err != nil {
		panic(err)
	}
	return cookie
}

func TestNewRejects(t *testing.T) {
	good := authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret")})
	for want, config := range map[string]Config{
		"Credentials is not set": {RedirectURL: "https://shop.example/"},
		"client secret is not":   {RedirectURL: "https://shop.example/", Credentials: authn.Static(authn.Credentials{ClientID: "client"})},
		"redirect URL":           {RedirectURL: "http://shop.example/", Credentials: good},
		"use at least 32":        {RedirectURL: "https://shop.example/", Credentials: good, Key: authn.NewSecret("short")},
		"token URL":              {RedirectURL: "https://shop.example/", Credentials: good, TokenURL: "http://login.example/"},
	} {
		if _, err := New(t.Context(), config); err == nil || !strings.HasPrefix(err.Error(), "weblogin: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The memory of finished logins is bounded.
func TestSpent(t *testing.T) {
	var s spent
	now := time.Now()
	for i := range 3 * maxSpent {
		if !s.add(fmt.Sprint(i), now) {
			t.Fatal(i)
		}
	}
	if count := len(s.newer) + len(s.older); count > maxSpent {
		t.Errorf("%d states", count)
	}
	if s.add(fmt.Sprint(3*maxSpent-1), now) || s.add(fmt.Sprint(3*maxSpent-1), now.Add(flowLifetime)) {
		t.Error("a state was new twice")
	}
	s.add("a", now.Add(flowLifetime))
	s.add("b", now.Add(2*flowLifetime))
	if s.contains(fmt.Sprint(3*maxSpent - 1)) {
		t.Error("an old state is kept")
	}
}

func BenchmarkSession(b *testing.B) {
	users, err := New(b.Context(), Config{
		Credentials: authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret")}),
		RedirectURL: "http://localhost/callback",
	})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	users.cookies.write(w, users.cookies.session, sealedSession{"id", User{Subject: "s"}, time.Now().Add(time.Hour)}, time.Hour)
	r.AddCookie(w.Result().Cookies()[0])
	for b.Loop() {
		users.Session(r)
	}
}
