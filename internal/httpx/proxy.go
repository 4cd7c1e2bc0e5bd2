package httpx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// ErrProxy is a proxy that made no connection, so that nothing was sent through it.
var ErrProxy = errors.New("proxy failed")

// ProxyError is an [ErrProxy]: a response to CONNECT other than 200, or no connection to the proxy.
type ProxyError struct {
	Host       string // of the proxy
	StatusCode int    // of its response; 0 without one
	Err        error  // why there was none
}

func (e *ProxyError) Error() string {
	if e.Err != nil {
		return "proxy: " + e.Err.Error()
	}
	message := fmt.Sprintf("proxy %s refused to connect: %d %s", e.Host, e.StatusCode, http.StatusText(e.StatusCode))
	if e.StatusCode == http.StatusProxyAuthRequired {
		message += ": put its user and password into the URL of the proxy"
	}
	return message
}

func (e *ProxyError) Unwrap() error { return e.Err }

func (e *ProxyError) Is(target error) bool { return target == ErrProxy }

// PermanentProxy reports whether a proxy refused for a reason that another try does not change.
func PermanentProxy(err error) bool {
	refusal, ok := errors.AsType[*ProxyError](err)
	return ok && refusal.Err == nil && !TemporaryStatus(refusal.StatusCode)
}

// TemporaryStatus reports whether a request with this status may succeed later.
func TemporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// limitProxy keeps plain http from the proxy of a transport. Plain http is allowed on loopback
// only, where a proxy would receive passwords and tokens in clear; net/http itself knows localhost
// in lower case only.
//
// It also makes the transport return a [ProxyError] for a refused CONNECT, and if it cannot tell
// the proxy. Without it, net/http returns the words of the proxy's status, which read like a
// response of the server.
func limitProxy(transport *http.Transport, direct func(*url.URL) bool) {
	if find := transport.Proxy; find != nil {
		transport.Proxy = func(request *http.Request) (*url.URL, error) {
			if direct(request.URL) {
				return nil, nil
			}
			proxy, err := find(request)
			if err != nil {
				err = &ProxyError{Err: WithoutURL(err)}
			}
			return proxy, err
		}
	}
	given := transport.OnProxyConnectResponse
	transport.OnProxyConnectResponse = func(ctx context.Context, proxy *url.URL, request *http.Request, response *http.Response) error {
		if given != nil {
			if err := given(ctx, proxy, request, response); err != nil {
				return err
			}
		}
		if response.StatusCode == http.StatusOK {
			return nil
		}
		return &ProxyError{Host: proxy.Host, StatusCode: response.StatusCode}
	}
}

// plain reports whether a URL is plain http.
func plain(u *url.URL) bool { return u.Scheme == "http" }

// local reports whether a URL is plain http, or its host is this machine: a proxy from the
// environment would look for it on its own.
func local(u *url.URL) bool { return plain(u) || Loopback(u.Hostname()) }

// withProxy returns an error about the connection to a proxy, HTTP or SOCKS, as a [ProxyError].
func withProxy(err error) error {
	if failed, ok := errors.AsType[*net.OpError](err); ok && !errors.Is(err, ErrProxy) && (failed.Op == "proxyconnect" || failed.Op == "socks connect") {
		return &ProxyError{Err: err}
	}
	return err
}
