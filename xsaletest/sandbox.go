// Package xsaletest provides a sandbox of xSale for tests: the REST API and the Auth0 service
// that issues its tokens, in one process, over real HTTP on loopback, with TLS on request.
//
//	sandbox := xsaletest.New(t)
//	client := sandbox.Client(t)
//
// The sandbox keeps created data: a new order is in the next list. It starts with the
// vendor's published samples and generated orders that are the same in every run. Its login
// service issues signed tokens, rejects wrong credentials, blocks a user after ten wrong
// passwords, and slows down a user who logs in too often, as Auth0 does. Every API call needs
// both tokens. Requests and responses are checked against the spec in package openapi. A request
// to a known operation that breaks the spec gets a 400 and fails the test of [New], with the
// operation and the JSON pointer. A query parameter that the spec does not list is ignored, as a
// server would, and fails the test, too: a misspelled filter lists everything. Unknown paths and
// methods and invalid tokens do not fail the test: they get a 404, 405 or 401.
//
// # Faults
//
// [Sandbox.Fail] injects faults into the next requests of an operation, such as [Status], [Cut]
// or [RevokedToken], and [WithRandomFaults] injects random ones, the same in every run.
// [WithLatency] makes the sandbox slow, and [WithUnknownFields] makes it respond like a newer
// version of the vendor's API. [Sandbox.Requests] returns the received requests:
//
//	sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed())
//	_, err := client.Organization("").Orders.Create(ctx, order)
//	// errors.Is(err, xsale.ErrMaybeProcessed)
//	sent, err := xsaletest.Decode[xsale.CreateOrder](sandbox.Requests("createOrder")[0])
//
// [WithInvalidRequests] is for tests that break the spec on purpose. Package traffic checks the
// traffic of any client, and records and replays it.
//
// # Custom data and paths
//
// [WithSeed] starts with custom data, and [Sandbox.Orders] adds, changes and reads orders.
// [Sandbox.HandleFunc] serves a path that the spec lacks, such as the change of an order's status.
//
// # The spec
//
// The sandbox serves the spec at /swagger/v1/swagger.json, without tokens.
//
// # Choices of the sandbox
//
// The vendor publishes neither status codes nor error bodies, so do not rely on these in
// production:
//
//   - 200 for reads, 201 and {"Id": …} for creates, 204 for a written translation;
//   - 400, 401, 404, 405, 413 and 500 with problem details (RFC 9457), whose errors name a
//     location and never repeat a value;
//   - tokens from different logins are rejected;
//   - all ids, the oldest order first, and new orders in the status Nowe;
//   - a listed order has the fields that it was created with, an Id, and OrderItemArticles in
//     every line; their fields SandboxArticleId and SandboxQuantity are the sandbox's own, because
//     the vendor's are not public; offers 511 to 515, a table with four chairs, have two articles;
//   - statusidin and statusnamein together list the orders that match both;
//   - a translation replaces the one in the same language, and a parameter may be defined in any
//     category.
//
// The credentials are public constants, so the sandbox listens on loopback only, unless
// [WithListener] is set.
package xsaletest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/contract"
)

// Credentials of the only account.
const (
	ClientID     = "sandbox-client"
	ClientSecret = "sandbox-secret-for-tests-only"
	Username     = "loremipsum@futuriti.pl"
	Password     = "sandbox-password-for-tests-only"
)

// Organization is the default organization, the organizationName in paths. It is the vendor's
// sample.
const Organization = "Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55"

// Audience is the only audience of tokens.
const Audience = "https://api.xsale.ai"

// shutdownTimeout bounds requests in progress when the sandbox closes.
const shutdownTimeout = 2 * time.Second

// Sandbox is a running sandbox. It is safe for concurrent use.
type Sandbox struct {
	url            string
	server         *http.Server
	transport      *http.Transport
	certificatePEM []byte

	config   *config
	spec     *contract.Document
	identity *identity
	swagger  *swagger
	control  http.Handler // nil without [WithControl]
	loopback bool         // whether the sandbox listens on loopback
	clock    *Clock
	settings atomic.Pointer[Settings]
	changing sync.Mutex // of the settings
	data     atomic.Pointer[backend]
	handlers *handlers
	requests requestLog
	faults   *faultPlan
	waits    atomic.Int64 // requests that the latency has counted

	closing   chan struct{} // closed when Close begins
	closeOnce sync.Once

	running    sync.WaitGroup // the accept loop and every open connection
	serveError error          // of the accept loop, valid once it has ended
}

// New starts a sandbox and closes it when the test and its subtests have ended. It fails the test
// if the sandbox cannot start, and for every request to a known operation that breaks the spec; see
// [WithInvalidRequests].
func New(t testing.TB, options ...Option) *Sandbox {
	t.Helper()
	withTest := func(c *config) {
		c.test = t
		c.report = func(number int, findings string) {
			t.Errorf("xsaletest: request %d breaks the spec; WithInvalidRequests allows it:%s", number, findings)
		}
	}
	sandbox, err := Start(slices.Concat([]Option{withTest}, options)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
	return sandbox
}

// Start starts a sandbox that accepts requests when Start returns. The caller must close it. An
// invalid option and an address in use are errors.
func Start(options ...Option) (*Sandbox, error) {
	sandbox, err := start(options)
	if err != nil {
		return nil, fmt.Errorf("xsaletest: %w", err)
	}
	return sandbox, nil
}

func start(options []Option) (*Sandbox, error) {
	c := defaultConfig()
	for _, option := range options {
		option(&c)
	}
	if c.err != nil {
		return nil, c.err
	}
	go processKey.private() // for the first login; other requests need not wait for it
	spec, plan, err := c.loadSpec()
	if err != nil {
		return nil, err
	}
	c.plan = plan
	if err := checkOperations(c.settings.UnknownFields, spec); err != nil {
		return nil, fmt.Errorf("WithUnknownFields: %w", err)
	}
	data, err := newBackend(&c, spec, c.seed)
	if err != nil && c.seed != nil {
		err = fmt.Errorf("WithSeed: %w", err)
	}
	if err != nil {
		return nil, err
	}
	var certs *certificates
	if c.tls {
		if certs, err = newCertificates(); err != nil {
			return nil, err
		}
	}
	listener := c.listener
	if listener == nil {
		if listener, err = net.ListenTCP("tcp", c.address); err != nil {
			return nil, err
		}
	}

	address, loopback := addressOf(listener)
	s := &Sandbox{
		url:       "http://" + address,
		loopback:  loopback,
		transport: &http.Transport{},

		config:   &c,
		spec:     spec,
		clock:    &Clock{real: c.clock},
		handlers: &handlers{},
		faults:   &faultPlan{random: c.random, scripts: make(map[string][]Fault)},
		closing:  make(chan struct{}),
	}
	s.data.Store(&data)
	if err := s.addInitialHandlers(); err != nil {
		listener.Close()
		return nil, err
	}
	if certs != nil {
		s.url = "https://" + address
		s.certificatePEM = certs.authorityPEM
		s.transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		s.transport.TLSClientConfig.RootCAs.AddCert(certs.authority)
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certs.server}, MinVersion: tls.VersionTLS12})
	}
	s.settings.Store(&c.settings)
	s.identity = newIdentity(newTokenService(processKey, s.url+"/", s.clock.Now, s.Settings))
	s.swagger = newSwagger(spec, s.url, data)
	if c.control != nil {
		s.control = c.control(s)
	}
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		ConnState:         s.trackConnection,
		ErrorLog:          log.New(serverLog{}, "", log.LstdFlags),
	}
	s.running.Go(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.serveError = err
		}
	})
	return s, nil
}

// addressOf returns the address for URLs, and whether it is on loopback. A listener on all addresses
// is reachable on loopback, too.
func addressOf(listener net.Listener) (address string, loopback bool) {
	tcp, ok := listener.Addr().(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", tcp.Port), false
	}
	return listener.Addr().String(), ok && tcp.IP.IsLoopback()
}

// backend returns the current data.
func (s *Sandbox) backend() backend { return *s.data.Load() }

// serve dispatches to the login service, the spec, the control API and the API, which share one
// address.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	// Clients compare the tokens' expiry with this date, so it must come from the same clock.
	now := s.clock.Now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if s.config.origins != nil && s.shareWithOrigin(w, r) {
		return
	}
	if own := s.own(r.URL.Path); own != nil {
		own(w, r)
	} else {
		s.serveAPI(w, r, now)
	}
}

// own returns what serves a path that no spec and no handler can have, or nil.
func (s *Sandbox) own(path string) http.HandlerFunc {
	switch path {
	case tokenPath:
		return s.serveLogin
	case authorizePath:
		return s.serveAuthorize
	case keySetPath:
		return s.identity.serveKeySet
	case swaggerPath:
		return s.swagger.serve
	}
	if strings.HasPrefix(path+"/", controlPrefix) {
		return s.serveControl
	}
	return nil
}

// serveLogin serves a request for tokens, with its fault.
func (s *Sandbox) serveLogin(w http.ResponseWriter, r *http.Request) {
	s.delay(w, r)
	var fault Fault
	if r.Method == http.MethodPost {
		s.identity.requests.Add(1)
		fault = s.faults.nextLogin()
	}
	s.inject(fault, w, r, func() *response {
		result := &response{}
		s.identity.serveToken(result, r)
		return result
	})
}

// serveAPI serves an API request, with its fault.
func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request, now time.Time) {
	c := &apiCall{Call: s.spec.Call(r), request: r}
	if c.Operation == nil {
		s.handlers.route(c)
	}
	if !c.served() && s.page(r.URL.Path) {
		s.control.ServeHTTP(w, r)
		return
	}
	s.requests.begin(w, c, now)
	w = &statusWriter{w, c.logged}
	defer s.report(c) // even if the connection is cut
	s.delay(w, r)
	fault := s.faults.next(c)
	c.logged.setFault(fault)
	s.inject(fault, w, r, func() *response { return s.respond(c) })
}

// delay waits for the latency of a request.
func (s *Sandbox) delay(w http.ResponseWriter, r *http.Request) {
	if wait := s.settings.Load().Latency.of(s.waits.Add(1)); wait > 0 {
		s.pause(w, r, wait)
	}
}

// trackConnection makes Close wait for the goroutine of each connection.
func (s *Sandbox) trackConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed:
		s.running.Done()
	}
}

// serverLog writes errors of the HTTP server to standard error, except for abandoned TLS
// handshakes, which are normal when a client closes.
type serverLog struct{}

func (serverLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		return len(line), nil
	}
	return os.Stderr.Write(line)
}

// Close stops the sandbox. Requests in progress have two seconds to finish; requests that wait for
// a latency or a fault are cut at once. When Close returns, all goroutines of the sandbox have
// ended. Closing again has no effect. The error is that of a server that stopped before Close.
func (s *Sandbox) Close() error {
	s.closeOnce.Do(func() { close(s.closing) })
	s.transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
	s.running.Wait()
	return s.serveError
}

// URL returns the base URL of the API without a trailing slash, such as http://127.0.0.1:8080.
func (s *Sandbox) URL() string { return s.url }

// TokenURL returns the URL of the token endpoint.
func (s *Sandbox) TokenURL() string { return s.url + tokenPath }

// HTTPClient returns a new client that trusts the sandbox's certificate. All of these clients
// share a transport, whose connections close with the sandbox.
func (s *Sandbox) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// CertificatePEM returns the certificate authority that a client must trust, or nil without TLS.
func (s *Sandbox) CertificatePEM() []byte { return bytes.Clone(s.certificatePEM) }

// Organizations returns the names of the user's organizations, the default one first.
func (s *Sandbox) Organizations() []string { return slices.Clone(s.backend().names()) }

// Environment returns the environment variables, as NAME=value, that point a program at the
// sandbox: all that a program in any language needs to log in and call the API. With TLS the program
// must also trust [Sandbox.CertificatePEM].
func (s *Sandbox) Environment() []string {
	return []string{
		"XSALE_BASE_URL=" + s.URL(),
		"XSALE_TOKEN_URL=" + s.TokenURL(),
		"XSALE_AUDIENCE=" + Audience,
		"XSALE_SCOPE=" + authn.DefaultScope,
		"XSALE_CLIENT_ID=" + ClientID,
		"XSALE_CLIENT_SECRET=" + ClientSecret,
		"XSALE_USERNAME=" + Username,
		"XSALE_PASSWORD=" + Password,
		"XSALE_ORGANIZATION=" + s.backend().names()[0],
	}
}

// Logins returns the number of successful logins.
func (s *Sandbox) Logins() int { return int(s.identity.tokens.logins.Load()) }

// UserLogins returns how many of the Logins were those of users with a browser.
func (s *Sandbox) UserLogins() int { return int(s.identity.userLogins.Load()) }

// TokenRequests returns the number of requests for tokens, successful or not.
func (s *Sandbox) TokenRequests() int { return int(s.identity.requests.Load()) }

// Calls returns the number of API requests received. Each retry and each rejected request counts.
func (s *Sandbox) Calls() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.count
}

// RevokeTokens revokes all issued tokens: the API rejects them with 401.
func (s *Sandbox) RevokeTokens() { s.identity.tokens.revoke() }

// ExpireIDTokens expires all issued ID tokens: the API rejects them with 401. Their access tokens
// stay valid.
func (s *Sandbox) ExpireIDTokens() { s.identity.tokens.expireIDTokens() }

// BlockedUsers returns the names of the users who are blocked after too many wrong passwords,
// sorted.
func (s *Sandbox) BlockedUsers() []string { return s.identity.limits.blocked() }

// Unblock unblocks a user who was blocked after too many wrong passwords.
func (s *Sandbox) Unblock(username string) { s.identity.limits.unblock(username) }
