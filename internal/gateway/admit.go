package gateway

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// checkOrigin refuses requests that a web page can send through a browser on this machine. With DNS
// rebinding, the page's name resolves to loopback, and the browser sends it as Host.
func checkOrigin(r *http.Request) error {
	switch {
	case r.Method == http.MethodConnect || !strings.HasPrefix(r.RequestURI, "/"):
		return refuse(http.StatusBadRequest, "target", "this is not a forward proxy", "send the request to xsale proxy itself, with a path such as /me")
	case !local(r.Host):
		return refuse(http.StatusForbidden, "host", "the Host is not this machine", "call the proxy as 127.0.0.1, [::1] or localhost")
	case len(r.Header["Origin"]) > 0, !strings.EqualFold(headerOr(r, "Sec-Fetch-Site", "none"), "none"):
		return refuse(http.StatusForbidden, "origin", "the request comes from a web page", "call the proxy from a program")
	}
	return nil
}

// local reports whether a Host, with a port or without, is this machine. The port is not compared: a
// tunnel may have another one.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func headerOr(r *http.Request, name, otherwise string) string {
	if value := r.Header.Get(name); value != "" {
		return value
	}
	return otherwise
}

// admit checks who calls and what for, and returns the path and the query, without the secret.
func (g *Gateway) admit(r *http.Request) (*url.URL, error) {
	path := r.RequestURI
	first, rest := path[1:], "/"
	if end := strings.IndexAny(first, "/?"); end >= 0 {
		first, rest = first[:end], "/"+strings.TrimPrefix(first[end:], "/")
	}
	inPath := g.knows(first)
	if inPath {
		path = rest
	}
	if secrets := r.Header[SecretHeader]; len(secrets) > 1 || len(secrets) == 1 && !g.knows(secrets[0]) || len(secrets) == 0 && !inPath {
		return nil, refuse(http.StatusForbidden, "secret", "the secret of the proxy is missing or wrong",
			"send the header "+SecretHeader+", or the secret as the first segment of the path; each start has a new one")
	}
	if strings.Contains(path, g.secret) {
		return nil, refuse(http.StatusBadRequest, "secret", "the path or the query to send on contains the secret", "send the secret once")
	}
	switch r.Method {
	case http.MethodTrace:
		return nil, refuse(http.StatusMethodNotAllowed, "method", "TRACE would return the tokens", "use another method")
	case http.MethodGet, http.MethodHead:
	default:
		if g.readOnly {
			return nil, refuse(http.StatusForbidden, "read_only", "the proxy only reads: "+r.Method+" was not sent", "start it without --read-only to allow changes")
		}
	}
	for name := range r.Header {
		if httpx.OverridesMethod(name) {
			return nil, refuse(http.StatusBadRequest, "override", "the header "+name+" changes the method or the path", "send the request with that method and path instead")
		}
	}
	if protocol := r.Header.Get("Upgrade"); protocol != "" && !strings.EqualFold(protocol, "h2c") { // Java offers h2c with every request
		return nil, refuse(http.StatusNotImplemented, "upgrade", "the proxy does not switch protocols", "use HTTP/1.1 without Upgrade")
	}
	target, err := httpx.ParsePath(path)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "path", fmt.Sprintf("path %.200q: %v", path, err), "send the path as the API has it, without empty segments and dots")
	}
	return target, nil
}
