package httpx

import (
	"crypto/tls"
	"net/http"
)

// idleConnections is the number of idle connections kept per host. All calls go to one host,
// and net/http's default of 2 would close connections under load.
const idleConnections = 32

// NewClient returns a copy of given, or a new client if given is nil, that stores no cookies
// and never follows redirects: on 307 and 308, net/http would resend a password, and it would
// send x-id-token to any host. It reports whether the transport is the new client's own: made
// without one, or copied from one with a proxy, whose refusals are then a [ProxyError]. A proxy
// never gets plain http.
func NewClient(given *http.Client) (client *http.Client, owned bool) {
	client = &http.Client{}
	if given != nil {
		*client = *given
	}
	if client.Transport == nil {
		client.Transport, owned = newTransport(), given == nil
	} else if transport, ok := client.Transport.(*http.Transport); ok && transport.Proxy != nil {
		transport = transport.Clone()
		limitProxy(transport, plain)
		client.Transport, owned = transport, true
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	return client, owned
}

// newTransport returns the default transport with a minimum TLS version. If the program has
// replaced http.DefaultTransport with another type, newTransport returns that unchanged.
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
	limitProxy(transport, local)
	return transport
}
