package call_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
	"github.com/xsale-go/xsale/internal/httpx"
)

// broken is a server that does not respond.
func broken(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func TestTemporaryCalls(t *testing.T) {
	cut := func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Id"`), brokenReader{io.ErrUnexpectedEOF}))
		return response, nil
	}
	reset := func(*http.Request) (*http.Response, error) {
		response := stub.Response(200, "")
		response.Body = io.NopCloser(brokenReader{&net.OpError{Op: "read", Err: syscall.ECONNRESET}})
		return response, nil
	}
	for _, test := range []struct {
		name  string
		serve func(*http.Request) (*http.Response, error)
		want  bool
	}{
		{"408", always(408, ""), true},
		{"429", always(429, "", "Retry-After", "3600"), true},
		{"500", always(500, ""), true},
		{"501", always(501, ""), false},
		{"503", always(503, "", "Retry-After", "3600"), true},
		{"505", always(505, ""), false},
		{"302", always(302, "", "Location", "/x"), false},
		{"400", always(400, ""), false},
		{"401", always(401, ""), false},
		{"403", always(403, ""), false},
		{"404", always(404, ""), false},
		{"409", always(409, ""), false},
		{"truncated", cut, true},
		{"reset in the body", reset, true},
		{"cut JSON", always(200, `{"Id":`), true},
		{"HTML", always(200, `<html>`), false},
		{"another type", always(200, `{"Id":"a"}`), false},
		{"empty", always(200, ``), false},
		{"a charset", always(200, `{}`, "Content-Type", "application/json; charset=big5"), false},
		{"too large", always(200, `"`+strings.Repeat("x", 200)+`"`), false},
		{"a reported failure", always(200, `{"Success":false}`), false},
		{"refused", broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), true},
		{"reset", broken(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), true},
		{"EOF", broken(io.EOF), true},
		{"DNS", broken(&net.DNSError{Err: "no such host", Name: "api.xsale.ai", IsNotFound: true}), true},
		{"any other", broken(errors.New("http2: stream closed")), true},
		{"a timeout", broken(context.DeadlineExceeded), true},
		{"no recording", broken(&httpx.RecordError{Err: errors.New("disk full")}), false},
		{"an unknown authority", broken(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), false},
		{"another host's certificate", broken(x509.HostnameError{Certificate: &x509.Certificate{}}), false},
		{"plain HTTP", broken(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), false},
		{"an alert", broken(&net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}), false},
		{"an alert that may pass", broken(&net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}), true},
	} {
		client := newTestClient(t, test.serve, xsale.WithRetries(0), xsale.WithMaxResponseBytes(100))
		_, err := client.Me(t.Context())
		if err == nil || call.Temporary(err) != test.want || call.Temporary(fmt.Errorf("import: %w", err)) != test.want {
			t.Errorf("%s: %v, %v", test.name, err, call.Temporary(err))
		}
	}
}

// brokenReader fails.
type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

func TestTemporaryOtherErrors(t *testing.T) {
	hang := func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	client := newTestClient(t, hang, xsale.WithRateLimit(0.001, 1))
	me := func(ctx context.Context, options ...call.Option) error {
		_, err := client.Me(ctx, options...)
		return err
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	stopped, stop := context.WithCancelCause(t.Context())
	stop(io.ErrUnexpectedEOF)
	ending, end := context.WithCancelCause(t.Context())
	_, stoppedLater := newTestClient(t, func(request *http.Request) (*http.Response, error) {
		end(&net.DNSError{Err: "stopped"})
		return hang(request)
	}).Me(ending)
	late, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errors.New("lunch"))
	defer cancel()
	var request *http.Request
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"nil":                     {nil, false},
		"a timeout":               {me(t.Context(), call.Timeout(time.Millisecond)), true},
		"no turn in time":         {me(t.Context(), call.Timeout(time.Millisecond)), true},
		"canceled":                {me(canceled), false},
		"canceled for a reason":   {me(stopped), false},
		"canceled later":          {stoppedLater, false},
		"a timeout's reason":      {me(late), true},
		"a dry run":               {me(t.Context(), call.DryRun(&request)), false},
		"an invalid option":       {me(t.Context(), call.Timeout(-1)), false},
		"not sent":                {&call.Error{Err: call.ErrNotSent}, false},
		"closed":                  {authn.ErrClosed, false},
		"a wrong password":        {&authn.Error{Reason: authn.ErrInvalidCredentials}, false},
		"blocked":                 {&authn.Error{Reason: authn.ErrBlocked}, false},
		"too many logins":         {&authn.Error{Reason: authn.ErrRateLimited}, true},
		"no login service":        {&authn.Error{Reason: authn.ErrUnavailable, Err: &net.DNSError{}}, true},
		"its certificate":         {&authn.Error{Reason: authn.ErrUnavailable, Err: &tls.CertificateVerificationError{Err: io.EOF}}, false},
		"a login canceled":        {&authn.Error{Reason: authn.ErrUnavailable, Err: context.Canceled}, false},
		"a broken body read":      {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		"a connection of its own": {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		"any other":               {errors.New("no"), false},
	} {
		if got := call.Temporary(test.err); got != test.want || test.err == nil && name != "nil" {
			t.Errorf("%s: %v is %v", name, test.err, got)
		}
	}
	for status, want := range map[int]bool{403: false, 407: false, 502: true, 503: true} {
		server := httptest.NewTLSServer(http.NotFoundHandler())
		httpClient, _, _ := proxyTo(t, server, status)
		source, err := authn.New(authn.Config{Credentials: credentials, APIURL: server.URL, HTTPClient: &http.Client{Transport: &stub.Login{}}})
		if err != nil {
			t.Fatal(err)
		}
		client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithBaseURL(server.URL), xsale.WithHTTPClient(httpClient), xsale.WithRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrProxy) || call.Temporary(err) != want {
			t.Errorf("a proxy's %d: %v is %v", status, err, !want)
		}
		client.Close()
		source.Close()
		server.Close()
	}
}

// A server that wants a client certificate refuses every connection without one.
func TestRefusedTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	for name, httpClient := range map[string]*http.Client{"no client certificate": server.Client(), "an unknown authority": {Transport: &http.Transport{}}} {
		source, err := authn.New(authn.Config{Credentials: credentials, APIURL: server.URL, HTTPClient: &http.Client{Transport: &stub.Login{}}})
		if err != nil {
			t.Fatal(err)
		}
		client, err := xsale.New(xsale.WithTokenSource(source), xsale.WithBaseURL(server.URL), xsale.WithHTTPClient(httpClient), xsale.WithRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Me(t.Context()); err == nil || call.Temporary(err) {
			t.Errorf("%s: %v is temporary", name, err)
		}
		client.Close()
		source.Close()
	}
}
