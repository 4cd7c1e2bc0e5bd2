// Package xsaletest is a sandbox of xSale for tests: the REST API and the Auth0 service that issues its tokens, in one
// process, over real HTTP on loopback, with TLS on request.
//
//	sandbox := xsaletest.New(t)
//	client := sandbox.Client(t)
//
// It keeps what it is sent: an order that is created is listed afterwards. It starts with the vendor's published samples
// and generated orders that are the same in every run. Its login service issues signed tokens, refuses wrong
// credentials, blocks a user after ten wrong passwords and slows down a user who logs in too often, as Auth0 does. Both
// tokens are checked on every API call, and every request and response against the API description in package openapi:
// a request that breaks it is a 400, a response that breaks it a 500, and both name the JSON path.
//
// # What can go wrong
//
// [Sandbox.Fail] gives the next requests of an operation faults, such as [Status], [Cut] or [RevokedToken], and
// [WithRandomFaults] does so at random, the same way in every run. [WithLatency] makes the sandbox slow, and [WithUnknownFields]
// lets it answer as a newer version of the vendor's API might. [Sandbox.Requests] has what came:
//
//	sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed())
//	_, err := client.Organization("").Orders.Create(ctx, order)
//	// errors.Is(err, xsale.ErrMaybeProcessed)
//	sent, err := xsaletest.Decode[xsale.CreateOrder](sandbox.Requests("createOrder")[0])
//
// A sandbox of [New] fails its test when a request breaks the API description, and says where; [WithInvalidRequests] is for
// tests that send such on purpose. [WithSeed] starts it with data of your own.
//
// # The API description
//
// The API description itself is at /swagger/v1/swagger.json, and a page to read it at /swagger, both without tokens.
//
// # The sandbox's own choices
//
// The vendor publishes neither status codes nor error bodies, so do not rely on these in code for production:
//
//   - 200 for reads, 201 and {"Id": …} for creates, 204 for a translation that was written;
//   - 400, 401, 404, 405, 413 and 500 with problem details (RFC 9457), whose errors name a JSON pointer, a parameter or
//     a header, and never repeat a value;
//   - two tokens that come from different logins are refused;
//   - all ids, the oldest order first, and new orders in the status Nowe;
//   - an order is listed with the members that it was created with, Id and an empty OrderItemArticles in every line;
//   - statusidin and statusnamein together list the orders that match both;
//   - a translation replaces the one of the same language, and a parameter may be defined in any category.
//
// The credentials are constants of this package and so no secret. The sandbox therefore listens on loopback only, but for a
// listener that it is given.
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
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// The account that the sandbox knows.
const (
	ClientID     = "sandbox-client"
	ClientSecret = "sandbox-secret-for-tests-only"
	Username     = "loremipsum@futuriti.pl"
	Password     = "sandbox-password-for-tests-only"
)

// Organization is the organization that the user works for, the organizationName of paths. It is the vendor's sample.
const Organization = "Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55"

// Audience is the only audience that tokens are issued for.
const Audience = "https://api.xsale.ai"

// shutdownTimeout is how long requests in progress may take to end once the sandbox closes.
const shutdownTimeout = 2 * time.Second

// Sandbox is a running sandbox. It is safe for concurrent use.
type Sandbox struct {
	url            string
	server         *http.Server
	transport      *http.Transport
	certificatePEM []byte
	clock          func() time.Time

	test          testing.TB // of New; nil for Start
	allowsInvalid bool

	identity     *identity
	swagger      *swagger
	api          http.Handler
	organization string
	operations   operationTable
	document     *openapi3.T
	requests     requestLog
	faults       *faultPlan
	latency      latency
	waits        atomic.Int64 // requests that the latency has counted

	closing   chan struct{} // is closed when Close begins
	closeOnce sync.Once

	running    sync.WaitGroup // the accept loop and every open connection
	serveError error          // of the accept loop, to be read once it has ended
}

// New starts a sandbox that closes when the test and its subtests have ended. The test fails where the sandbox cannot
// start, with the errors of [Start], and where a request breaks the API description; see [WithInvalidRequests].
func New(t testing.TB, options ...Option) *Sandbox {
	t.Helper()
	ofTest := func(c *config) error {
		c.test = t
		return nil
	}
	sandbox, err := Start(slices.Concat([]Option{ofTest}, options)...)
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

// Start starts a sandbox, which is ready when Start returns and must be closed. An option that cannot be used and an
// address that is taken are errors.
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
		if err := option(&c); err != nil {
			return nil, err
		}
	}
	key, err := processKey()
	if err != nil {
		return nil, err
	}
	document, err := processDocument()
	if err != nil {
		return nil, err
	}
	operations := newOperationTable(document)
	if err := c.checkAdditions(operations); err != nil {
		return nil, err
	}
	organizations, states, err := newStates(&c, document)
	if err != nil {
		return nil, err
	}
	var pair *certificatePair
	if c.tls {
		if pair, err = newCertificatePair(); err != nil {
			return nil, err
		}
	}
	listener := c.listener
	if listener == nil {
		if listener, err = net.ListenTCP("tcp", c.address); err != nil {
			return nil, err
		}
	}

	s := &Sandbox{
		url:       "http://" + listener.Addr().String(),
		transport: &http.Transport{},
		clock:     c.clock,

		test:          c.test,
		allowsInvalid: c.allowsInvalid,
		organization:  organizations[0].Name,
		operations:    operations,
		document:      document,
		faults:        &faultPlan{operations: operations, random: c.random, scripts: make(map[string][]Fault)},
		latency:       c.latency,
		closing:       make(chan struct{}),
	}
	if pair != nil {
		s.url = "https://" + listener.Addr().String()
		s.certificatePEM = pair.authorityPEM
		s.transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		s.transport.TLSClientConfig.RootCAs.AddCert(pair.authority)
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair.server}, MinVersion: tls.VersionTLS12})
	}
	tokens := newTokenService(key, s.url+"/", c)
	s.identity = newIdentity(tokens, c.clock)
	s.swagger = newSwagger(document, s.url)
	s.api = withAdditions(&c, newAPI(tokens, states, s.organization, document))
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

// serve tells the login service from the API, which share one address.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	// Clients compare the tokens' expiry with the server's time, so it must be the time that the tokens are made with.
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	switch r.URL.Path {
	case tokenPath:
		s.delay(w, r)
		s.identity.serveToken(w, r)
	case keySetPath:
		s.identity.serveKeySet(w, r)
	case swaggerPath:
		s.swagger.serveDocument(w, r)
	case swaggerPagePath:
		s.swagger.servePage(w, r)
	default:
		s.serveAPI(w, r)
	}
}

// serveAPI serves an API request, with what was asked to go wrong with it.
func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	operation, pathValues := s.operations.find(r)
	logged := s.requests.begin(r, operation, pathValues)
	r, w = logged.in(r), &statusWriter{w, logged}
	s.delay(w, r)
	fault := s.faults.next(operation, logged.request.Number)
	logged.setFault(fault)
	defer s.reportViolations(logged, operation) // also where the connection is cut
	s.inject(fault, w, r)
}

// delay is the latency of a request.
func (s *Sandbox) delay(w http.ResponseWriter, r *http.Request) {
	if wait := s.latency.of(s.waits.Add(1)); wait > 0 {
		s.pause(w, r, wait)
	}
}

// trackConnection lets Close wait for the goroutine that each connection has.
func (s *Sandbox) trackConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed:
		s.running.Done()
	}
}

// serverLog writes what the HTTP server reports, such as a panic, to the standard error, but not that a client gave up a
// TLS handshake, which clients do whenever they close.
type serverLog struct{}

func (serverLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		return len(line), nil
	}
	return os.Stderr.Write(line)
}

// Close stops the sandbox. Requests in progress get two seconds to end, then their connections are cut; those that wait for a
// latency or a fault are cut at once. When Close
// returns, no goroutine of the sandbox is left. Closing again has no effect. The error is that of a sandbox that had
// stopped by itself.
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

// URL returns the address of the API, without a slash at the end, such as http://127.0.0.1:8080.
func (s *Sandbox) URL() string { return s.url }

// TokenURL returns the address that tokens are requested from.
func (s *Sandbox) TokenURL() string { return s.url + tokenPath }

// HTTPClient returns a new client that trusts the sandbox's certificate. All of these clients share their connections,
// which close with the sandbox.
func (s *Sandbox) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// CertificatePEM returns the certificate of the authority that a client must trust to reach a sandbox with TLS; nil
// without TLS.
func (s *Sandbox) CertificatePEM() []byte { return bytes.Clone(s.certificatePEM) }

// Environment returns the variables, as NAME=value, that point a program at the sandbox. With TLS the program must also
// trust [Sandbox.CertificatePEM].
func (s *Sandbox) Environment() []string {
	return []string{
		"XSALE_BASE_URL=" + s.URL(),
		"XSALE_TOKEN_URL=" + s.TokenURL(),
		"XSALE_CLIENT_ID=" + ClientID,
		"XSALE_CLIENT_SECRET=" + ClientSecret,
		"XSALE_USERNAME=" + Username,
		"XSALE_PASSWORD=" + Password,
		"XSALE_ORGANIZATION=" + s.organization,
	}
}

// Logins returns how many logins have succeeded.
func (s *Sandbox) Logins() int { return int(s.identity.tokens.logins.Load()) }

// TokenRequests returns how many times tokens were requested, with or without success.
func (s *Sandbox) TokenRequests() int { return int(s.identity.requests.Load()) }

// Calls returns how many API requests came, those that were refused included.
func (s *Sandbox) Calls() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.count
}

// RevokeTokens makes the API refuse all tokens that were issued before, with 401.
func (s *Sandbox) RevokeTokens() { s.identity.tokens.revoke() }

// Unblock lets a user log in again who was blocked for too many wrong passwords.
func (s *Sandbox) Unblock(username string) { s.identity.limits.unblock(username) }

// FailNextLogins answers the next token requests with the given failures, one each and in their order, behind those that
// are still to come from earlier calls. Nothing else of such a request is looked at. It panics where a status is not
// between 200 and 599.
func (s *Sandbox) FailNextLogins(failures ...LoginFailure) { s.identity.script(failures) }
