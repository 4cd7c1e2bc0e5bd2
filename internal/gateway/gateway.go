// Package gateway is the server of xsale proxy: it lends a login to programs in any language. They
// send requests without tokens over loopback, and the gateway sends them on through a Client, with
// one login, one rate limit and the same retries.
//
// The gateway calls only the origin of its Client. Callers must know a secret, so other users and
// web pages cannot call it. The tokens do not leave it: see [WithoutTokens].
package gateway

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/call"
)

// Headers of the gateway.
const (
	SecretHeader         = "Xsale-Proxy-Secret"    // of a request, unless the secret is the first segment of the path
	attemptsHeader       = "Xsale-Attempts"        // requests sent to the API
	maybeProcessedHeader = "Xsale-Maybe-Processed" // "true" if a failed request may have had its effect
	errorHeader          = "Xsale-Proxy-Error"     // kind of a response that is the gateway's own
)

// healthPath is the path of the health check. It needs no secret and reports nothing else.
const healthPath = "/_proxy/health"

// Config configures a gateway. Fields without a default are required.
type Config struct {
	API      call.Connection // whose transport is made by WithoutTokens
	Secret   string          // that callers send
	ReadOnly bool            // refuse all methods but GET and HEAD
	Logger   *slog.Logger    // none by default
}

// Gateway is a handler that sends requests on to the API. It is safe for concurrent use.
type Gateway struct {
	doer     call.Doer
	base     *url.URL // without a slash at the end
	secret   string
	digest   [sha256.Size]byte // of the secret
	readOnly bool
	logger   *slog.Logger
}

// New returns a gateway.
func New(c Config) (*Gateway, error) {
	base, err := url.Parse(c.API.BaseURL())
	if err != nil {
		return nil, err
	}
	logger := cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return &Gateway{doer: c.API.Doer(), base: base, secret: c.Secret, digest: sha256.Sum256([]byte(c.Secret)), readOnly: c.ReadOnly, logger: logger}, nil
}

// ServeHTTP implements [http.Handler].
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller := newCaller(w, r)
	if err := g.serve(caller); err != nil {
		g.fail(caller, err)
	}
}

// serve sends a request on and passes the response back. An error is for the caller, who has not
// got a response.
func (g *Gateway) serve(c *caller) error {
	if err := checkOrigin(c.request); err != nil {
		return err
	}
	if c.request.URL.Path == healthPath && (c.request.Method == http.MethodGet || c.request.Method == http.MethodHead) {
		c.begin(http.StatusNoContent)
		return nil
	}
	target, err := g.admit(c.request)
	if err != nil {
		return err
	}
	request, err := g.request(c, target)
	if err != nil {
		return err
	}
	response, delivery, err := call.Relay(g.doer, request)
	if earlier, ok := errors.AsType[*call.Error](err); ok && earlier.StatusCode >= http.StatusOK && !earlier.Truncated {
		// There was no time for another attempt.
		response = &http.Response{StatusCode: earlier.StatusCode, Header: earlier.Header, Body: io.NopCloser(bytes.NewReader(earlier.Body))}
	} else if err != nil && c.request.Context().Err() != nil { // the caller has gone
		panic(http.ErrAbortHandler)
	} else if err != nil {
		return failed(err, delivery)
	}
	defer response.Body.Close()
	g.respond(c, target, response, delivery)
	return nil
}

// knows reports in constant time whether a caller knows the secret.
func (g *Gateway) knows(secret string) bool {
	digest := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(digest[:], g.digest[:]) == 1
}
