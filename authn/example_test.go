package authn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/gen"
)

// startLogin starts a login service that rejects the first logins with these error codes.
func startLogin(codes ...string) *httptest.Server {
	var logins atomic.Int32
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := int(logins.Add(1))
		if n <= len(codes) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"error":%q}`, codes[n-1])
			return
		}
		fmt.Fprintf(w, `{"access_token":"access-%d","id_token":"id-%d","expires_in":86400}`, n, n)
	}))
}

// newSource returns a Source that logs in to the service.
func newSource(service *httptest.Server, store authn.Store, observer authn.Observer) *authn.Source {
	source, err := authn.New(authn.Config{
		TokenURL: service.URL,
		Credentials: authn.Static(authn.Credentials{
			ClientID:     "client",
			ClientSecret: authn.NewSecret("secret"),
			Username:     "user@example.com",
			Password:     authn.NewSecret("password"),
		}),
		Store:    store,
		Observer: observer,
	})
	if err != nil {
		log.Fatal(err)
	}
	return source
}

func ExampleNew() {
	store, err := authn.NewCacheStore()
	if err != nil {
		log.Fatal(err)
	}
	source, err := authn.New(authn.Config{
		Credentials: authn.File("/run/secrets/xsale.json"),
		Store:       store,
		Observer:    authn.LogTo(slog.Default()),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
}

func ExampleSource_Token() {
	service := startLogin()
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()

	ctx := context.Background()
	for range 100 {
		if _, err := source.Token(ctx); err != nil {
			log.Fatal(err)
		}
	}
	token := source.Current()
	fmt.Println("tokens:", token)
	fmt.Println("valid for:", token.ExpiresAt().Sub(token.IssuedAt()))
	fmt.Println("logins:", source.Logins())
	// Output:
	// tokens: [redacted]
	// valid for: 24h0m0s
	// logins: 1
}

// A Source serves any client that a generator has written.
func ExampleSource_Edit() {
	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()

	// net/http would forward x-id-token to the target of a redirect.
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := gen.NewWithDoer(source.APIURL(), noRedirect, source.Edit)
	if err != nil {
		log.Fatal(err)
	}
	me, err := client.GetMe(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(me.Organizations))
}

// A client of your own replays a call once if the API rejects its tokens.
func ExampleSource_Invalidate() {
	service := startLogin()
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer access-1" { // revoked
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer api.Close()

	ctx := context.Background()
	send := func(token *authn.Token) int {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, api.URL+"/me", nil)
		if err != nil {
			log.Fatal(err)
		}
		token.SetHeaders(request.Header)
		response, err := api.Client().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	token, err := source.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	status := send(token)
	fmt.Println(status)
	if status == http.StatusUnauthorized && source.Invalidate(token) {
		fresh, err := source.Replacement(ctx, token)
		if err != nil {
			log.Fatal(err)
		}
		if fresh != nil { // nil if the login budget allows no login
			status = send(fresh)
			fmt.Println(status)
			token = fresh
		}
	}
	if status == http.StatusOK {
		source.Confirm(token)
	}
	// Output:
	// 401
	// 200
}

// Status says what the account may still do, without a login.
func ExampleSource_Status() {
	service := startLogin()
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()

	ctx := context.Background()
	if _, err := source.Token(ctx); err != nil {
		log.Fatal(err)
	}
	status, err := source.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("suspect:", status.Token.Suspect())
	for _, login := range status.Logins {
		fmt.Println("login for", login.Purpose)
	}
	fmt.Println("may log in now:", !status.NextLogin.After(time.Now()))
	// Output:
	// suspect: false
	// login for no tokens
	// may log in now: true
}

// A Source does not repeat a login that cannot succeed until the credentials change or Reset is
// called.
func ExampleSource_Reset() {
	service := startLogin("too_many_attempts")
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()

	ctx := context.Background()
	_, err := source.Token(ctx)
	fmt.Println(errors.Is(err, authn.ErrBlocked))

	// A person unblocks the account.
	source.Reset()
	_, err = source.Token(ctx)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleSource_Refresh() {
	service := startLogin()
	defer service.Close()
	source := newSource(service, &authn.MemoryStore{}, nil)
	defer source.Close()

	ctx := context.Background()
	for range 2 {
		token, err := source.Refresh(ctx) // logs in even if the tokens are valid
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(token.AccessToken(), token.IDToken())
	}
	if err := source.Clear(ctx); err != nil { // forgets them, in the store as well
		log.Fatal(err)
	}
	fmt.Println(source.Current() == nil)
	// Output:
	// access-1 id-1
	// access-2 id-2
	// true
}

func ExampleToken_Claims() {
	jwt := "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhdXRoMHw3In0." // {"alg":"none"}.{"sub":"auth0|7"}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":"opaque","id_token":%q,"expires_in":36000}`, jwt)
	}))
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()

	token, err := source.Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	access, id := token.Claims()
	fmt.Println(access, id)
	// Output: map[] map[sub:auth0|7]
}

func ExampleError() {
	service := startLogin("invalid_grant")
	defer service.Close()
	source := newSource(service, nil, nil)
	defer source.Close()

	_, err := source.Token(context.Background())
	if failure, ok := errors.AsType[*authn.Error](err); ok {
		fmt.Println(failure)
		fmt.Println(failure.StatusCode, failure.Code, failure.Reason.Permanent())
		fmt.Println(failure.Reason.Remedy())
	}
	// Output:
	// login failed: wrong user name or password (status 403, invalid_grant); check the user name and the password; ten wrong attempts block the account
	// 403 invalid_grant true
	// check the user name and the password; ten wrong attempts block the account
}

func ExampleSecret() {
	password := authn.NewSecret("hunter2")
	fmt.Printf("%v %q %x\n", password, password, password)
	fmt.Println(password.IsZero(), password.Reveal())
	// Output:
	// [redacted] [redacted] [redacted]
	// false hunter2
}

func ExampleParseCredentials() {
	credentials, err := authn.ParseCredentials([]byte(`{
		"client_id": "client",
		"client_secret": "secret",
		"username": "user@example.com",
		"password": "password"
	}`))
	fmt.Println(credentials.ClientID, credentials.ClientSecret, credentials.Username, credentials.Password, err)

	_, err = authn.ParseCredentials([]byte(`{"client_id": "client", "username": "user@example.com"}`))
	fmt.Println(err)
	// Output:
	// client [redacted] user@example.com [redacted] <nil>
	// client_secret, password are not set
}

// A user logs in with a browser. The program must keep the flow of this browser until it comes back.
func ExampleSource_FinishLogin() {
	ctx := context.Background()
	source, err := authn.New(authn.Config{Credentials: authn.Static(authn.Credentials{
		ClientID:     "client",
		ClientSecret: authn.NewSecret("secret"),
		UserLogin:    true,
	})})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()

	flow, err := authn.NewLoginFlow("http://localhost:8976/callback")
	if err != nil {
		log.Fatal(err)
	}
	address, err := source.LoginURL(ctx, flow, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("open", address[:len("https://login.futuriti.pl/authorize")])

	callback := url.Values{"state": {"of another browser"}, "code": {"code"}} // request.URL.Query()
	token, err := source.FinishLogin(ctx, flow, callback)
	if err == nil {
		err = source.Adopt(ctx, token)
	}
	fmt.Println(errors.Is(err, authn.ErrLoginRequired), err)
	// Output:
	// open https://login.futuriti.pl/authorize
	// true login failed: the user must log in: the callback is not that of this login: its state differs
}

// Two Sources share one login through a store.
func ExampleMemoryStore() {
	service := startLogin()
	defer service.Close()
	store := &authn.MemoryStore{}
	for range 2 {
		source := newSource(service, store, nil)
		token, err := source.Token(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(token.AccessToken(), source.Logins())
		source.Close()
	}
	// Output:
	// access-1 1
	// access-1 0
}

// The file of an account in a shared directory.
func ExampleSource_StoreKey() {
	service := startLogin()
	defer service.Close()
	dir, err := os.MkdirTemp("", "xsale")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store := authn.NewDirStore(dir)
	source := newSource(service, store, nil)
	defer source.Close()

	ctx := context.Background()
	if _, err := source.Token(ctx); err != nil {
		log.Fatal(err)
	}
	key, err := source.StoreKey(ctx)
	if err != nil {
		log.Fatal(err)
	}
	info, err := os.Stat(store.Path(key))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.Ext(info.Name()), info.Size() > 0)
	// Output: .json true
}

func ExampleParseStore() {
	for _, setting := range []string{"memory", "tokens/", "tokens.json"} {
		store, err := authn.ParseStore(setting)
		if err != nil {
			log.Fatal(err)
		}
		if files, ok := store.(*authn.FileStore); ok {
			fmt.Println(setting, filepath.ToSlash(files.Path("key")))
		} else {
			fmt.Println(setting, store)
		}
	}
	fmt.Println(authn.NewFileStore("tokens.json").Path("key"))
	// Output:
	// memory <nil>
	// tokens/ tokens/key.json
	// tokens.json tokens.json
	// tokens.json
}

func ExampleLogTo() {
	service := startLogin("mfa_required")
	defer service.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: dropTime}))
	source := newSource(service, nil, authn.LogTo(logger))
	defer source.Close()

	_, err := source.Token(context.Background())
	fmt.Println(errors.Is(err, authn.ErrMFARequired))
	// Output:
	// level=WARN msg="xsale login failed" failure.reason="multi-factor authentication required" failure.status=403 failure.code=mfa_required failure.attempts=1
	// true
}

func dropTime(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attribute
}

// loginCounter counts events for a metrics system.
type loginCounter struct{ logins, loads, failures, degraded atomic.Int64 }

func (c *loginCounter) TokenChanged(_ *authn.Token, fromStore bool) {
	if fromStore {
		c.loads.Add(1)
	} else {
		c.logins.Add(1)
	}
}

func (c *loginCounter) LoginFailed(*authn.Error)        { c.failures.Add(1) }
func (c *loginCounter) StoreDegraded(_ string, _ error) { c.degraded.Add(1) }

func ExampleObserver() {
	service := startLogin()
	defer service.Close()
	store := &authn.MemoryStore{}
	counter := &loginCounter{}
	for range 3 {
		source := newSource(service, store, counter)
		if _, err := source.Token(context.Background()); err != nil {
			log.Fatal(err)
		}
		source.Close()
	}
	fmt.Println("logins:", counter.logins.Load(), "from the store:", counter.loads.Load())
	// Output: logins: 1 from the store: 2
}

// A CredentialsFunc that reads a secret manager.
func ExampleCredentialsFunc() {
	vault := strings.NewReader(`{"client_id":"c","client_secret":"s","username":"u","password":"p"}`)
	var fromVault authn.CredentialsFunc = func(ctx context.Context) (authn.Credentials, error) {
		data, err := io.ReadAll(vault)
		if err != nil {
			return authn.Credentials{}, fmt.Errorf("read the secret: %w", err)
		}
		return authn.ParseCredentials(data)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	credentials, err := fromVault(ctx)
	fmt.Println(credentials.Username, err)
	// Output: u <nil>
}
