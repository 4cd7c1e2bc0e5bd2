package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// routes are the ways to the two servers.
type routes struct{ login, api *route }

// reached reports whether a server has responded.
func (r *route) reached() bool { return r != nil && r.response != nil }

// route is what one request without tokens shows of the way to a server. It uses the
// transport of all commands, and so the same proxy, resolver and authorities.
type route struct {
	url      *url.URL
	proxy    *url.URL // nil for none
	response *http.Response
	body     []byte // its beginning
	err      error
	sent     time.Time
	received time.Time // of the headers

	mu      sync.Mutex // guards what the trace writes: a dial may outlive the request
	step    step       // the last one that began
	ended   bool       // and whether it ended well
	family  []string   // the addresses that were found
	blocked bool       // one of them is this machine's
	tls     tls.ConnectionState
}

// step is a part of the way to a server, in order.
type step int

const (
	stepProxy step = iota
	stepDNS
	stepTCP
	stepTLS
	stepResponse
)

// maxBody bounds what is read of a response.
const maxBody = 64 << 10

// follow sends a GET and records how far it comes.
func (e *examination) follow(ctx context.Context, target *url.URL) *route {
	r := &route{url: target}
	ctx, cancel := context.WithTimeout(ctx, groupTimeout-grace)
	defer cancel()
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, r.trace()), http.MethodGet, target.String(), nil)
	if err != nil {
		r.err = err
		return r
	}
	request.Close = true // each request makes a connection of its own
	request.Header.Set("User-Agent", "xsale-doctor")
	request.Header.Set("Accept", "application/json")
	if transport, ok := e.client.Transport.(*http.Transport); ok && transport.Proxy != nil {
		if r.proxy, err = transport.Proxy(request); err != nil {
			r.err = err
			return r
		}
	}
	r.sent = e.Now()
	response, err := e.client.Do(request)
	r.received = e.Now()
	if err != nil {
		r.err = httpx.WithoutURL(err)
		return r
	}
	defer response.Body.Close()
	r.response = response
	r.body, _ = io.ReadAll(io.LimitReader(response.Body, maxBody))
	return r
}

func (r *route) trace() *httptrace.ClientTrace {
	begin := func(s step) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.step, r.ended = s, false
	}
	end := func(s step, err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.step == s {
			r.ended = r.ended || err == nil
		}
	}
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { begin(stepDNS) },
		DNSDone: func(info httptrace.DNSDoneInfo) {
			end(stepDNS, info.Err)
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, address := range info.Addrs {
				r.family = append(r.family, family(address.IP))
				r.blocked = r.blocked || address.IP.IsLoopback() || address.IP.IsUnspecified()
			}
		},
		ConnectStart: func(string, string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.step < stepTCP { // IPv4 and IPv6 are tried at the same time
				r.step, r.ended = stepTCP, false
			}
		},
		ConnectDone:       func(_, _ string, err error) { end(stepTCP, err) },
		TLSHandshakeStart: func() { begin(stepTLS) },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			end(stepTLS, err)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.tls = state
		},
		GotConn: func(httptrace.GotConnInfo) { begin(stepResponse) },
	}
}

func family(ip net.IP) string {
	if ip.To4() != nil {
		return "IPv4"
	}
	return "IPv6"
}

var networkNames = []string{"proxy", "dns", "tcp", "tls", "login-service", "api", "clock"}

// checkNetwork examines the ways to both servers. The first steps are the same if the servers are.
func (e *examination) checkNetwork(ctx context.Context) (checks []Check) {
	reason := "the addresses are not valid: see configuration"
	if e.NoAccount {
		reason = "the addresses are not known: see account"
	}
	if e.NoAccount || e.addresses.base == nil || e.addresses.token == nil {
		for _, name := range networkNames {
			checks = append(checks, Check{Name: name, Verdict: Skipped, Detail: reason})
		}
		return checks
	}
	var both sync.WaitGroup
	var login, api *route
	both.Go(func() { login = e.follow(ctx, e.addresses.token) })
	both.Go(func() { api = e.follow(ctx, e.addresses.base.JoinPath("me")) })
	both.Wait()
	e.routes.Store(&routes{login, api})
	for _, check := range []func(*route) Check{e.checkProxy, e.checkDNS, e.checkTCP, e.checkTLS} {
		first, second := check(login), check(api)
		checks = append(checks, first)
		if first != second {
			checks = append(checks, second)
		}
	}
	return append(checks, login.checkLoginService(), api.checkAPI(), checkClock(login, api))
}

// failedAt returns the step at which the request failed, or stepResponse.
func (r *route) failedAt() step {
	if r.err == nil {
		return stepResponse
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proxy != nil && r.step < stepTLS || errors.Is(r.err, httpx.ErrProxy) {
		return stepProxy // which connects, and then is asked to
	}
	failed := r.step
	if r.ended {
		failed++ // what comes next has not begun
	}
	if r.proxy == nil && r.step == stepProxy {
		return stepDNS
	}
	if failed == stepTLS && r.url.Scheme == "http" {
		return stepResponse
	}
	return min(failed, stepResponse)
}
