// Package weblogin logs the users of a web application in to xSale, with the authorization code
// grant of a "Regular Web Application"; see [authn.LoginFlow]. It needs nothing but net/http.
//
//	users, err := weblogin.New(ctx, weblogin.Config{Credentials: …, RedirectURL: "https://shop.example/callback"})
//	mux.HandleFunc("GET /login", users.Login)
//	mux.HandleFunc("GET /callback", users.Callback)
//	mux.HandleFunc("POST /logout", users.Logout)
//
// A handler then finds the user of its request, and a source of their tokens:
//
//	session, err := users.Session(r) // authn.ErrLoginRequired: redirect to /login
//	client, err := xsale.New(xsale.WithTokenSource(session.Source), xsale.WithHTTPClient(httpClient))
//
// # What is kept where
//
// The tokens of a session are in the Store, encrypted, until they expire or the user logs out: a
// day at most. There is no refresh token, so the user then logs in again. The browser has a cookie
// that is sealed, and names the session and its user. It has the prefix __Host-, is sent over https
// only and is out of reach of scripts. Sessions of one user in several browsers do not affect each
// other.
//
// A login that has been started is in a sealed cookie of its browser for ten minutes, so that a
// callback of another browser, or one that was not asked for, is rejected. Each callback is accepted
// once: by a program, and by the login service on all machines.
//
// Logout ends the session here. The browser stays logged in at xSale, and the next login might
// not ask for a password, unless it has the parameter prompt=login. The vendor documents no address
// that logs the browser out there.
package weblogin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/printable"
)

const (
	// flowLifetime is how long a user may take to log in.
	flowLifetime = 10 * time.Minute
	// maxFlows is how many logins a browser may have started: one for each tab.
	maxFlows = 5
	// maxReturnBytes and maxNameBytes keep the cookies below the 4096 bytes that browsers accept.
	maxReturnBytes  = 1 << 10
	maxNameBytes    = 100
	maxSubjectBytes = 255 // by OpenID Connect
)

// Config configures [Users]. Only Credentials and RedirectURL are required.
type Config struct {
	// Credentials returns the client ID and the client secret. Other fields are not used.
	Credentials authn.CredentialsFunc

	// RedirectURL is the URL of Callback, exactly as Futuriti has registered it: https, or http on
	// loopback. The login service accepts no other.
	RedirectURL string

	TokenURL string // as in authn.Config
	APIURL   string // as in authn.Config
	Audience string // as in authn.Config
	Scope    string // as in authn.Config

	// Store keeps the tokens of all sessions. The default is a [authn.MemoryStore]: sessions then
	// end with the program. Programs on several machines share one of package redisstore. A
	// FileStore does not suit, because it keeps a file for each login.
	Store authn.Store

	// HTTPClient sends the requests for tokens; see authn.Config.
	HTTPClient *http.Client

	// VerifyTokens checks the tokens of each login, in addition to the checks of
	// [authn.Source.FinishLogin], and those from Store. Package jwks has a check of the signatures.
	VerifyTokens func(ctx context.Context, token *authn.Token) error

	// Observer receives new tokens and store failures; see authn.LogTo.
	Observer authn.Observer

	// Key seals the cookies. By default it is derived from the client secret, so that sessions end
	// after a change of the secret and a restart. Set one of at least 32 random bytes.
	Key authn.Secret

	// AfterLogout is where Logout redirects to: a path, or a URL of another server. The default
	// is "/".
	AfterLogout string

	// OnError writes the response for a login or logout that failed. The error is an [*authn.Error]
	// if the login did. The default writes its message as plain text.
	OnError func(w http.ResponseWriter, r *http.Request, err error)
}

// Users has the handlers. It is safe for concurrent use.
type Users struct {
	config  Config
	source  *authn.Source // for logins, without tokens
	cookies *cookies
	spent   spent
	origin  *http.CrossOriginProtection
	now     func() time.Time
}

// New returns the handlers. It asks for the credentials, to check them, and sends nothing.
func New(ctx context.Context, config Config) (*Users, error) {
	if config.Credentials == nil {
		return nil, errors.New("weblogin: Credentials is not set: want the client ID and the client secret")
	}
	if config.Store == nil {
		config.Store = &authn.MemoryStore{}
	}
	if config.AfterLogout == "" {
		config.AfterLogout = "/"
	}
	if config.OnError == nil {
		config.OnError = writeError
	}
	if _, err := authn.NewLoginFlow(config.RedirectURL); err != nil {
		return nil, fmt.Errorf("weblogin: %s", strings.TrimPrefix(err.Error(), "authn: "))
	}
	u := &Users{config: config, origin: http.NewCrossOriginProtection(), now: time.Now}
	credentials, err := config.Credentials(ctx)
	if err == nil && (credentials.ClientID == "" || credentials.ClientSecret.IsZero()) {
		err = errors.New("the client ID or the client secret is not set")
	}
	if err == nil {
		u.cookies, err = newCookies(config, credentials)
	}
	if err == nil {
		u.source, err = u.sourceOf("")
	}
	if err != nil {
		return nil, fmt.Errorf("weblogin: %w", err)
	}
	return u, nil
}

// sourceOf returns the source of a session. It costs no connection, because only Callback sends
// anything.
func (u *Users) sourceOf(session string) (*authn.Source, error) {
	return authn.New(authn.Config{
		Credentials: func(ctx context.Context) (authn.Credentials, error) {
			credentials, err := u.config.Credentials(ctx)
			credentials.UserLogin, credentials.Username, credentials.Password = true, session, authn.Secret{}
			return credentials, err
		},
		TokenURL:     u.config.TokenURL,
		APIURL:       u.config.APIURL,
		Audience:     u.config.Audience,
		Scope:        u.config.Scope,
		Store:        u.config.Store,
		HTTPClient:   u.config.HTTPClient,
		VerifyStored: u.config.VerifyTokens,
		Observer:     u.config.Observer,
		OnDemand:     true,
	})
}

// User is who has logged in, by the claims of the ID token.
type User struct {
	Subject string `json:"sub"` // identifies the user at the login service
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
}

// Session is a user who is logged in with a browser.
type Session struct {
	User      User
	ExpiresAt time.Time     // when the user has to log in again
	Source    *authn.Source // of the user's tokens; not to be closed
}

// Session returns the session of a request. Without one that is valid, the error is an
// [*authn.Error] with the reason [authn.ErrLoginRequired]. A failed store is such an error, too.
func (u *Users) Session(r *http.Request) (*Session, error) {
	sealed := u.sealedSession(r)
	if sealed == nil {
		return nil, required("there is no session")
	}
	source, err := u.sourceOf(sealed.key())
	if err != nil {
		return nil, err
	}
	if _, err := source.Token(r.Context()); err != nil {
		return nil, err
	}
	return &Session{sealed.User, sealed.Expires, source}, nil
}

func (u *Users) sealedSession(r *http.Request) *sealedSession {
	var session sealedSession
	if !u.cookies.read(r, u.cookies.session, &session) || !u.now().Before(session.Expires) {
		return nil
	}
	return &session
}

func required(cause string) error {
	return &authn.Error{Reason: authn.ErrLoginRequired, Err: errors.New(cause)}
}

// Login starts a login and redirects the browser to the login service. The parameter return_to is
// the path to which Callback redirects; any other value counts as "/". The parameter prompt=login
// asks for a user even if the browser is still logged in at xSale.
func (u *Users) Login(w http.ResponseWriter, r *http.Request) {
	if !only(w, r, http.MethodGet) {
		return
	}
	prompt := ""
	if r.FormValue("prompt") == "login" {
		prompt = "login"
	}
	flow, err := authn.NewLoginFlow(u.config.RedirectURL)
	var address string
	if err == nil {
		address, err = u.source.LoginURL(r.Context(), flow, prompt)
	}
	if err != nil {
		u.config.OnError(w, r, err)
		return
	}
	u.cookies.dropFlows(w, r, maxFlows-1)
	u.cookies.write(w, u.cookies.flow(flow.State), sealedFlow{
		State: flow.State, Nonce: flow.Nonce, Verifier: flow.Verifier.Reveal(),
		ReturnTo: localPath(r.FormValue("return_to")), Expires: u.now().Add(flowLifetime),
	}, flowLifetime)
	http.Redirect(w, r, address, http.StatusFound)
}

// localPath returns a path of this server, or "/" for anything that might lead elsewhere.
func localPath(path string) string {
	parsed, err := url.Parse(path)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || len(path) > maxReturnBytes || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) { // browsers drop or change these
		return "/"
	}
	return path
}

// Callback serves the redirect URL: it finishes the login and redirects to where it started. The
// session that the browser had before ends.
func (u *Users) Callback(w http.ResponseWriter, r *http.Request) {
	if !only(w, r, http.MethodGet) {
		return
	}
	query := r.URL.Query()
	name := u.cookies.flow(query.Get("state"))
	var started sealedFlow
	if !u.cookies.read(r, name, &started) || !u.now().Before(started.Expires) {
		if u.spent.contains(query.Get("state")) && u.sealedSession(r) != nil { // the page was loaded again
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		u.config.OnError(w, r, required("this login was not started in this browser, or too long ago: log in again"))
		return
	}
	u.cookies.remove(w, name)
	if !u.spent.add(started.State, u.now()) {
		u.config.OnError(w, r, required("this login has been finished already: log in again"))
		return
	}
	token, err := u.source.FinishLogin(r.Context(), authn.LoginFlow{
		RedirectURL: u.config.RedirectURL, State: started.State, Nonce: started.Nonce, Verifier: authn.NewSecret(started.Verifier),
	}, query)
	if err == nil {
		err = u.begin(w, r, token)
	}
	if err != nil {
		u.config.OnError(w, r, err)
		return
	}
	http.Redirect(w, r, started.ReturnTo, http.StatusSeeOther)
}

// begin begins a session with a new name.
func (u *Users) begin(w http.ResponseWriter, r *http.Request, token *authn.Token) error {
	_, claims := token.Claims()
	text := func(name string) string {
		value, _ := claims[name].(string)
		return printable.Cut(printable.String(value), maxNameBytes)
	}
	subject, _ := claims["sub"].(string)
	if subject == "" || len(subject) > maxSubjectBytes {
		return &authn.Error{Reason: authn.ErrInvalidResponse, Err: errors.New("id_token: the sub claim is not a string of at most 255 bytes")}
	}
	session := sealedSession{rand.Text() + rand.Text(), User{subject, text("name"), text("email")}, token.ExpiresAt()}
	source, err := u.sourceOf(session.key())
	if err == nil {
		err = source.Adopt(r.Context(), token)
	}
	if err != nil {
		return fmt.Errorf("the session cannot be kept: %w", err)
	}
	_ = u.end(r) // its tokens expire anyway
	u.cookies.write(w, u.cookies.session, session, session.Expires.Sub(u.now()))
	return nil
}

// end deletes the tokens of a request's session, if it has one.
func (u *Users) end(r *http.Request) error {
	session := u.sealedSession(r)
	if session == nil {
		return nil
	}
	source, err := u.sourceOf(session.key())
	if err != nil {
		return err
	}
	return source.Clear(r.Context())
}

// Logout ends the session and redirects to AfterLogout. It takes POST only, and no request of
// another site.
func (u *Users) Logout(w http.ResponseWriter, r *http.Request) {
	if !only(w, r, http.MethodPost) {
		return
	}
	if u.origin.Check(r) != nil {
		http.Error(w, "A page of another site may not end the session.", http.StatusForbidden)
		return
	}
	err := u.end(r)
	u.cookies.remove(w, u.cookies.session)
	if err != nil {
		u.config.OnError(w, r, fmt.Errorf("the tokens of the session are not deleted: %w", err))
		return
	}
	http.Redirect(w, r, u.config.AfterLogout, http.StatusSeeOther)
}

// only rejects other methods, and keeps the responses from caches and the code from referrers.
func only(w http.ResponseWriter, r *http.Request, method string) bool {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if r.Method == method {
		return true
	}
	w.Header().Set("Allow", method)
	http.Error(w, "Use "+method+".", http.StatusMethodNotAllowed)
	return false
}

// writeError is the default of Config.OnError.
func writeError(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if failure, ok := errors.AsType[*authn.Error](err); ok {
		switch failure.Reason {
		case authn.ErrLoginRequired:
			status = http.StatusBadRequest
		case authn.ErrAccessDenied:
			status = http.StatusForbidden
		case authn.ErrUnavailable, authn.ErrRateLimited:
			status = http.StatusServiceUnavailable
		default:
			status = http.StatusBadGateway
		}
	}
	http.Error(w, err.Error(), status)
}
