package xsaletest

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/problem"
)

// controlPrefix begins the paths of the control API. Neither the spec nor a handler can have them.
const controlPrefix = "/_sandbox/"

// crossOrigin detects web pages of other origins. A browser lets them send a POST without a body to
// any server.
var crossOrigin = http.NewCrossOriginProtection()

// WithControl serves a handler on the address of the sandbox, such as that of package control. It
// gets all requests below /_sandbox/. It also gets those to /, /swagger and below /swagger/, unless
// the spec or a handler has their path and method. Such requests need no tokens, are not listed by
// [Sandbox.Requests], and have neither latency nor faults.
//
// If the sandbox listens on loopback, requests below /_sandbox/ must name localhost or a loopback
// address as their host. This stops web pages that use DNS rebinding. Web pages of other origins
// may only read, unless [WithCORS] allows their origin.
func WithControl(control func(*Sandbox) http.Handler) Option {
	return func(c *config) {
		if control == nil {
			c.fail(errors.New("WithControl: the function is nil"))
		}
		c.control = control
	}
}

// serveControl serves a request below the prefix of the control API.
func (s *Sandbox) serveControl(w http.ResponseWriter, r *http.Request) {
	if err := crossOrigin.Check(r); err != nil && !s.allowsOrigin(r) {
		problem.New(http.StatusForbidden, "A web page of another origin may not do this: allow its origin with WithCORS, or --cors of xsale sandbox.").Write(w)
		return
	}
	if s.loopback && !httpx.Loopback(hostname(r.Host)) {
		problem.New(http.StatusForbidden, "The Host is neither localhost nor a loopback address: call the sandbox at "+s.url).Write(w)
		return
	}
	if s.control == nil {
		problem.New(http.StatusNotFound, "The sandbox runs without a control API: start it with WithControl.").Write(w)
		return
	}
	s.control.ServeHTTP(w, r)
}

// hostname returns a host without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// page reports whether a path is one of the pages that the control handler may have.
func (s *Sandbox) page(path string) bool {
	return s.control != nil && (path == "/" || path == "/swagger" || strings.HasPrefix(path, "/swagger/"))
}
