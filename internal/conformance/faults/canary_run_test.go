package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/codegen/sample"
	"github.com/xsale-go/xsale/internal/conformance/reflected"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/xsaletest"
)

// Canaries in requests and responses. No log may contain them.
const (
	canaryFirstName = "Żaneta"
	canaryLastName  = "Kanarkowska"
	canaryCompany   = `Kanarex "Ćwir" & Syn`
	canaryEmail     = "zaneta.kanarek@example.pl"
	canaryNIP       = "5260250274"
	canaryNIPDashed = "526-025-02-74"
	canaryPhone     = "+48 601 123 456"
	canaryStreet    = "ul. Łąkowa 12/34"
	canaryCity      = "Zażółcin"
	canaryQuery     = "kwerenda=kanarek&ć"
	canaryStatus    = "W kanarkowni"
	canaryHeader    = "kanarek-w-nagłówku"
	canaryPath      = "ścieżka.kanarek@example.pl"
	canaryResponse  = "kanarek-serwera"
	canaryRequestID = "id.kanarek@example.pl"
	canaryMFA       = "kanarek-mfa-token"
)

var canaryTexts = []string{
	canaryFirstName, canaryLastName, canaryCompany, canaryEmail, canaryNIP, canaryNIPDashed, canaryPhone, canaryStreet, canaryCity,
	canaryQuery, canaryStatus, canaryHeader, canaryPath, canaryResponse, canaryRequestID, xsaletest.Username, xsaletest.Organization,
}

var canarySecrets = []string{xsaletest.Password, xsaletest.ClientSecret, canaryMFA}

// canaryPerson is a shop's data about a buyer, as JSON.
var canaryPerson = func() json.RawMessage {
	person, err := json.Marshal(map[string]string{
		"FirstName": canaryFirstName, "LastName": canaryLastName, "Company": canaryCompany, "Email": canaryEmail, "NIP": canaryNIP,
		"VatID": canaryNIPDashed, "Phone": canaryPhone, "Street": canaryStreet, "City": canaryCity,
	})
	if err != nil {
		panic(err)
	}
	return person
}()

// canaryRun is a client with all of its output: the log, the events of hooks, and the errors. The
// sandbox and the proxy in front of it use connections in memory, in a synctest bubble.
type canaryRun struct {
	t       *testing.T
	client  *xsale.Client
	shop    *xsale.Organization
	sample  *sample.Client
	sandbox *xsaletest.Sandbox
	logger  *slog.Logger
	log     stub.Log     // of the client, of errors that the caller logs, and of what logs to nowhere in particular
	events  bytes.Buffer // all of the events but their errors
	errors  bytes.Buffer // error messages, which may quote the server but contain no secrets
	store   brokenStore

	mu        sync.Mutex
	responses []http.HandlerFunc // of the front, instead of the sandbox's
	tokens    []string           // that were sent
}

// newCanaryRun starts a run. Its client uses the network in memory, or a transport around it.
func newCanaryRun(t *testing.T, around func(*canaryRun, http.RoundTripper) http.RoundTripper) *canaryRun {
	r := &canaryRun{t: t}
	r.logger = slog.New(slog.NewJSONHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	previous, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(r.logger)
	t.Cleanup(func() { slog.SetDefault(previous); log.SetOutput(writer); log.SetFlags(flags) })

	network := NewNetwork()
	transport := &http.Transport{DialContext: network.Dial}
	sandboxListener, frontListener := network.Listen(), network.Listen()
	var err error
	if r.sandbox, err = xsaletest.Start(xsaletest.WithListener(sandboxListener), xsaletest.WithOrders(5)); err != nil {
		t.Fatal(err)
	}
	sandboxURL, err := url.Parse(r.sandbox.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(sandboxURL)
	proxy.Transport = transport
	front := &http.Server{Handler: r.front(proxy), ErrorLog: log.New(io.Discard, "", 0)}
	go front.Serve(frontListener)

	var outside http.RoundTripper = transport
	if around != nil {
		outside = around(r, transport)
	}
	if r.client, err = xsale.New(append(r.sandbox.Options(),
		xsale.WithBaseURL("http://"+frontListener.Addr().String()),
		xsale.WithHTTPClient(&http.Client{Transport: outside}),
		xsale.WithTokenStore(&r.store),
		xsale.WithLogger(r.logger),
		xsale.WithHooks(r.hooks()),
	)...); err != nil {
		t.Fatal(err)
	}
	r.shop = r.client.Organization("")
	if r.sample, err = sample.New(r.client); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.client.Close()
		transport.CloseIdleConnections()
		err := errors.Join(front.Close(), r.sandbox.Close())
		if err != nil {
			t.Error(err)
		}
	})
	return r
}

// front responds as configured, after a second, and records the tokens.
func (r *canaryRun) front(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		answer := next.ServeHTTP
		r.mu.Lock()
		r.tokens = append(r.tokens, strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer "), request.Header.Get("X-Id-Token"))
		if len(r.responses) > 0 {
			answer, r.responses = r.responses[0], r.responses[1:]
		}
		r.mu.Unlock()
		time.Sleep(time.Second)
		answer(w, request)
	}
}

// respondWith sets what the front sends instead of the sandbox, and returns how many responses
// were left.
func (r *canaryRun) respondWith(responses []http.HandlerFunc) (left int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left, r.responses = len(r.responses), responses
	return left
}

// hooks print the fields of events that are documented as free of personal data.
func (r *canaryRun) hooks() call.Hooks {
	print := func(_ context.Context, event call.Event) {
		r.logError(event.Err)
		event.Err = nil
		fmt.Fprintf(&r.events, "%+v\n", event)
	}
	return call.Hooks{
		CallStart: func(ctx context.Context, event call.Event) context.Context {
			print(ctx, event)
			return ctx
		},
		AttemptDone: print, Retry: print, CallDone: print,
	}
}

// logError logs an error through its LogValue, and keeps the message.
func (r *canaryRun) logError(err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(&r.errors, "%v\n%+v\n%q\n%s\n", err, err, err, reflected.Print(err))
	if _, ok := err.(slog.LogValuer); ok {
		r.logger.Error("a call failed", "error", err)
	}
}

// allTokens returns the tokens that were sent, and unique parts of them.
func (r *canaryRun) allTokens() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.tokens)
	var pieces []string
	for _, token := range slices.Compact(r.tokens) {
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			r.t.Fatalf("a token of %d parts was sent", len(parts))
		}
		for _, part := range parts[1:] {
			pieces = append(pieces, part[:40], part[len(part)-40:])
		}
	}
	return pieces
}

// brokenStore fails with the encrypted data that it was given.
type brokenStore struct{ authn.MemoryStore }

func (s *brokenStore) Save(_ context.Context, key string, entry authn.Entry) error {
	return fmt.Errorf("no room for %s: %s %x", key, entry.Data, entry.Data)
}
