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

	"github.com/xsale-go/xsale/internal/contract"
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

	config        *config
	spec          *contract.Document
	identity      *identity
	swagger       *swagger
	organization  string                   // the default one
	organizations map[string]*organization // by name
	requests      requestLog
	faults        *faultPlan
	waits         atomic.Int64 // requests that the latency has counted

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
	spec, err := contract.Shipped()
	if err != nil {
		return nil, err
	}
	if err := c.checkAdditions(spec); err != nil {
		return nil, err
	}
	organization, organizations, err := newOrganizations(&c, spec)
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

		config:        &c,
		spec:          spec,
		organization:  organization,
		organizations: organizations,
		faults:        &faultPlan{spec: spec, random: c.random, scripts: make(map[string][]Fault)},
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
	s.swagger = newSwagger(spec.Spec(), s.url)
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
	w.Header().Set("Date", s.config.clock().UTC().Format(http.TimeFormat))
	switch r.URL.Path {
	case tokenPath:
		s.serveLogin(w, r)
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

// serveLogin serves a request for tokens, with its fault.
func (s *Sandbox) serveLogin(w http.ResponseWriter, r *http.Request) {
	s.delay(w, r)
	var fault Fault
	if r.Method == http.MethodPost {
		s.identity.requests.Add(1)
		fault = s.faults.nextLogin()
	}
	s.inject(fault, w, r, func() *response {
		reply := &response{}
		s.identity.serveToken(reply, r)
		return reply
	})
}

// serveAPI serves an API request, with its fault.
func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := s.requests.begin(w, r, s.spec.Call(r))
	w = &statusWriter{w, c.logged}
	s.delay(w, r)
	fault := s.faults.next(c.Operation, c.logged.request.Number)
	c.logged.setFault(fault)
	defer s.report(c) // also if the connection is cut
	s.inject(fault, w, r, func() *response { return s.respond(c) })
}

// delay is the latency of a request.
func (s *Sandbox) delay(w http.ResponseWriter, r *http.Request) {
	if wait := s.config.latency.of(s.waits.Add(1)); wait > 0 {
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
