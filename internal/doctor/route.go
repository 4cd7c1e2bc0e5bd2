package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// check begins the check of a step. It is final unless the request came as far as the step.
func (r *route) check(name string, of step) (check Check, final bool) {
	check = Check{Name: name, Target: r.url.Host, Verdict: OK}
	switch failed := r.failedAt(); {
	case failed < of:
		check.Verdict, check.Detail = Skipped, "not reached: see "+[]string{"proxy", "dns", "tcp", "tls"}[failed]
		return check, true
	case r.proxy != nil && (of == stepDNS || of == stepTCP):
		check.Verdict, check.Detail = Skipped, "the proxy connects"
		return check, true
	case failed == of && r.err != nil:
		check.Verdict = Failed
		return check, false
	}
	return check, false
}

func (e *examination) checkProxy(r *route) Check {
	check, _ := r.check("proxy", stepProxy)
	if check.Verdict != Failed {
		check.Detail = "none"
		if r.proxy != nil {
			check.Detail = "through " + withoutUser(r.proxy.String())
		} else if e.variable("HTTPS_PROXY", "https_proxy") != "" {
			check.Detail = "none, by NO_PROXY"
			if httpx.Loopback(r.url.Hostname()) {
				check.Detail = "none, because it is this machine"
			}
		}
		return check
	}
	refusal, _ := errors.AsType[*httpx.ProxyError](r.err)
	switch {
	case refusal != nil && refusal.StatusCode == http.StatusProxyAuthRequired:
		check.Detail = fmt.Sprintf("the proxy %s wants a user and password (407)", refusal.Host)
		check.Remedy = "put user and password into the URL of HTTPS_PROXY, such as http://user:password@proxy:3128"
	case refusal != nil && refusal.StatusCode >= 500:
		check.Detail = fmt.Sprintf("the proxy %s cannot connect: %d %s", refusal.Host, refusal.StatusCode, http.StatusText(refusal.StatusCode))
		check.Remedy = fmt.Sprintf("check the spelling of %s, and have the operator of the proxy check its network", r.url.Hostname())
	case refusal != nil && refusal.StatusCode != 0:
		check.Detail = fmt.Sprintf("the proxy %s refused to connect: %d %s", refusal.Host, refusal.StatusCode, http.StatusText(refusal.StatusCode))
		check.Remedy = fmt.Sprintf("have the proxy allow %s, or name it in NO_PROXY if it can be reached directly", r.url.Host)
	default:
		check.Detail = fmt.Sprintf("the proxy %s cannot be used: %s", r.proxy.Host, explain(r.err))
		check.Remedy = fmt.Sprintf("correct HTTPS_PROXY, start the proxy, or name %s in NO_PROXY if it can be reached directly", r.url.Hostname())
	}
	return check
}

func (e *examination) checkDNS(r *route) Check {
	check, final := r.check("dns", stepDNS)
	switch {
	case final:
	case check.Verdict == Failed:
		check.Detail = explain(r.err)
		check.Remedy = fmt.Sprintf("check the spelling of %s and the name servers of this machine; in a container or VPN, its own", r.url.Hostname())
		if failed, ok := errors.AsType[*net.DNSError](r.err); ok && failed.IsNotFound {
			check.Detail = "there is no such host"
		}
	case net.ParseIP(r.url.Hostname()) != nil:
		check.Detail = "not needed for an IP address"
	default:
		r.mu.Lock()
		defer r.mu.Unlock()
		slices.Sort(r.family)
		check.Detail = fmt.Sprintf("addresses found: %d (%s)", len(r.family), strings.Join(slices.Compact(slices.Clone(r.family)), " and "))
		if r.blocked && !httpx.Loopback(r.url.Hostname()) {
			check.Verdict, check.Detail = Warning, "the name leads to this machine"
			check.Remedy = fmt.Sprintf("a filter of DNS or the hosts file redirects %s: remove the entry, unless you made it on purpose", r.url.Hostname())
		}
	}
	return check
}

func (e *examination) checkTCP(r *route) Check {
	check, final := r.check("tcp", stepTCP)
	switch {
	case final:
	case check.Verdict == Failed:
		check.Detail = explain(r.err)
		check.Remedy = "have the firewall allow outgoing connections to " + hostPort(r.url) + ", or set HTTPS_PROXY if the network has a proxy"
		if httpx.Loopback(r.url.Hostname()) {
			check.Remedy = "start the program that should listen there, such as 'xsale sandbox', or correct the address"
		}
	default:
		check.Detail = "connected"
	}
	return check
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"http": "80"}[u.Scheme]+map[string]string{"https": "443"}[u.Scheme])
}

// renewBefore is how long before its expiry a certificate should be renewed.
const renewBefore = 7 * 24 * time.Hour

func (e *examination) checkTLS(r *route) Check {
	check, final := r.check("tls", stepTLS)
	if final {
		return check
	}
	if r.url.Scheme == "http" {
		check.Verdict, check.Detail = Skipped, "plain http to this machine"
		return check
	}
	if check.Verdict == Failed {
		check.Detail, check.Remedy = e.explainTLS(r)
		return check
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tls.PeerCertificates) == 0 {
		check.Detail = "verified"
		return check
	}
	leaf := r.tls.PeerCertificates[0]
	check.Detail = fmt.Sprintf("%s, certificate by %s until %s", tls.VersionName(r.tls.Version), issuer(leaf), leaf.NotAfter.UTC().Format(time.DateOnly))
	if left := leaf.NotAfter.Sub(e.Now()); left < renewBefore {
		check.Verdict = Warning
		check.Remedy = fmt.Sprintf("have the operator of %s renew the certificate, which expires in %v", r.url.Hostname(), left.Round(time.Hour))
	}
	return check
}

func (e *examination) explainTLS(r *route) (detail, remedy string) {
	err := r.err
	var leaf *x509.Certificate
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(unverified.UnverifiedCertificates) > 0 {
		leaf = unverified.UnverifiedCertificates[0]
	}
	by := ""
	if leaf != nil {
		by = " by " + issuer(leaf)
	}
	host := r.url.Hostname()
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		remedy := "if a proxy or virus scanner of your company opens TLS connections, add its authority to the system's trust store"
		if e.variable("SSL_CERT_FILE", "SSL_CERT_DIR") == "" {
			remedy += ", or on Linux name its file in SSL_CERT_FILE"
		} else {
			remedy += " or to the file that SSL_CERT_FILE names"
		}
		if httpx.Loopback(host) {
			remedy = "name the file with the sandbox's certificate in SSL_CERT_FILE"
		}
		return "the certificate" + by + " is from an authority that this machine does not trust", remedy + "; do not turn verification off: the password travels in this connection"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate" + by + " is for other names than " + host,
			"something else responds at this address: check the address, DNS and the hosts file, and log in to the network if it has a login page"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired && invalid.Cert != nil {
		now := e.Now()
		if now.Before(invalid.Cert.NotBefore) {
			return fmt.Sprintf("the certificate%s is valid only from %s, and this machine's clock is at %s", by, invalid.Cert.NotBefore.UTC().Format(time.DateOnly), now.UTC().Format(time.DateOnly)),
				"set the clock of this machine; if it is right, have the operator of " + host + " correct the certificate"
		}
		return fmt.Sprintf("the certificate%s expired on %s, and this machine's clock is at %s", by, invalid.Cert.NotAfter.UTC().Format(time.DateOnly), now.UTC().Format(time.DateOnly)),
			"have the operator of " + host + " renew the certificate; if the clock of this machine is wrong, set it"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "the server does not speak TLS on this port", "correct the port of the address, or the proxy in between"
	}
	if strings.Contains(err.Error(), "protocol version") {
		return "the server does not speak TLS 1.2 or later", "have the operator of " + host + " update it; an old proxy in between may be the reason"
	}
	if timedOut(err) {
		return "the handshake did not end in time", "a firewall may filter TLS: have it allow " + hostPort(r.url)
	}
	return explain(err), "check what is between this machine and " + hostPort(r.url) + ": a firewall or a proxy may end TLS connections"
}

func issuer(certificate *x509.Certificate) string {
	name := certificate.Issuer.CommonName
	if len(certificate.Issuer.Organization) > 0 {
		name = certificate.Issuer.Organization[0]
	}
	if name == "" {
		return "an unnamed authority"
	}
	return fmt.Sprintf("%q", name)
}

// explain describes an error of the network without addresses of this machine.
func explain(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, connectionRefused):
		return "connection refused: nothing listens there, or a firewall rejects it"
	case errors.Is(err, syscall.ECONNRESET) || errors.Is(err, connectionReset):
		return "the connection was reset"
	case errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH):
		return "no route: this machine has no network, or not the protocol (IPv4 or IPv6) of the addresses"
	case timedOut(err):
		return "no response in time"
	}
	if failed, ok := errors.AsType[*net.DNSError](err); ok {
		return "DNS: " + failed.Err
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Err != nil {
		return failed.Err.Error()
	}
	return err.Error()
}

// On Windows, the errors of package syscall are numbers of Go's own (WSAECONNREFUSED, WSAECONNRESET).
const (
	connectionRefused = syscall.Errno(10061)
	connectionReset   = syscall.Errno(10054)
)

func timedOut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err)
}

func isTimeout(err error) bool {
	failed, ok := errors.AsType[net.Error](err)
	return ok && failed.Timeout()
}
