package httpx

import (
	"crypto/tls"
	"net/http"
)

// idleConnections is how many connections to one host are kept, because all calls go to one; the default of net/http, 2,
// would close connections under load.
const idleConnections = 32

// NewClient returns a copy of given, or a new client where that is nil, that keeps no cookies and never follows a redirect:
// net/http would send a password on with 307 and 308, and x-id-token to any host.
func NewClient(given *http.Client) *http.Client {
	client := &http.Client{}
	if given != nil {
		*client = *given
	}
	if client.Transport == nil {
		client.Transport = newTransport()
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	return client
}

// newTransport returns the default transport with a floor for TLS. A program that has put something else in the default's
// place gets that.
func newTransport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	transport := standard.Clone()
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{}
	}
	transport.TLSClientConfig.MinVersion = max(transport.TLSClientConfig.MinVersion, tls.VersionTLS12)
	transport.MaxIdleConnsPerHost = idleConnections
	return transport
}
