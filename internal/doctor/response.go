package doctor

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// checkLoginService judges the response to a GET of the token endpoint, which is not a login: any
// response shows that it is there.
func (r *route) checkLoginService() Check {
	check, final := r.judge("login-service")
	if !final && r.response.StatusCode == http.StatusNotFound && r.url.Path != vendorPath {
		check.Verdict, check.Detail = Warning, fmt.Sprintf("the server has no %s (404)", r.url.Path)
		check.Remedy = "check the path of the token URL: the vendor's is " + vendorPath
	}
	if !final && r.html() && r.response.StatusCode == http.StatusOK {
		check.Verdict, check.Detail = Failed, "a web page responds instead of the login service"
		check.Remedy = webPageRemedy
	}
	return check
}

// vendorPath is that of authn.DefaultTokenURL. There, a 404 may be the response to a GET.
const vendorPath = "/oauth/token"

const webPageRemedy = "log in to the network if it has a login page; otherwise check the address and what is in between, such as a proxy"

// checkAPI judges the response to GET /me without tokens.
func (r *route) checkAPI() Check {
	check, final := r.judge("api")
	if final {
		return check
	}
	switch status := r.response.StatusCode; {
	case r.html() && status < 300:
		check.Verdict, check.Detail, check.Remedy = Failed, "a web page responds instead of the API", webPageRemedy
	case status == http.StatusNotFound:
		check.Verdict, check.Detail = Warning, "the server has no /me (404)"
		check.Remedy = "check the base URL, and its path if it has one; for a sandbox of another API, ignore this"
	case status < 300:
		check.Verdict, check.Detail = Warning, fmt.Sprintf("GET /me succeeds without tokens (%d)", status)
		check.Remedy = "check the base URL: the API wants tokens"
	}
	return check
}

// judge judges a response as every server's.
func (r *route) judge(name string) (check Check, final bool) {
	check, final = r.check(name, stepResponse)
	if final {
		return check, true
	}
	if check.Verdict == Failed {
		check.Detail, check.Remedy = "connected, but "+explain(r.err), "try again later; if it stays, ask the operator of "+r.url.Host
		if timedOut(r.err) {
			check.Detail = fmt.Sprintf("connected, but no response within %v", groupTimeout-grace)
		}
		return check, true
	}
	status := r.response.StatusCode
	check.Detail = fmt.Sprintf("responds (%d) in %d ms", status, r.received.Sub(r.sent).Milliseconds())
	switch {
	case status == http.StatusNetworkAuthenticationRequired:
		check.Verdict, check.Detail, check.Remedy = Failed, "the network wants a login (511)", "log in to the network in a browser"
	case status == http.StatusTooManyRequests:
		check.Verdict, check.Detail, check.Remedy = Warning, "too many requests (429)", "call less often, and try again later"
	case status >= 500 && status != http.StatusNotImplemented:
		check.Verdict, check.Detail, check.Remedy = Failed, fmt.Sprintf("the server fails (%d %s)", status, http.StatusText(status)), "try again later; if it stays, ask the operator of "+r.url.Host
	case status == http.StatusProxyAuthRequired:
		check.Verdict, check.Detail, check.Remedy = Failed, "a proxy in between wants a user and password (407)", "set HTTPS_PROXY with user and password, such as http://user:password@proxy:3128"
	case r.html() && status == http.StatusForbidden:
		check.Verdict, check.Detail = Warning, "a web page denies access (403): a firewall may be in front of "+r.url.Host
		check.Remedy = "have the firewall allow this machine"
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		check.Verdict, check.Detail, check.Remedy = r.redirected()
	default:
		return check, false
	}
	return check, true
}

func (r *route) redirected() (verdict Verdict, detail, remedy string) {
	target, err := r.url.Parse(r.response.Header.Get("Location"))
	if err != nil || target.Host == "" {
		target = &url.URL{Scheme: r.url.Scheme, Host: r.url.Host}
	}
	if httpx.SameOrigin(target, r.url) {
		return Failed, fmt.Sprintf("the server redirects (%d), which is never followed", r.response.StatusCode), "correct the path of the address"
	}
	return Failed, fmt.Sprintf("the server redirects to %s (%d), which is never followed", httpx.Origin(target), r.response.StatusCode),
		"log in to the network if it has a login page; otherwise correct the address"
}

// html reports whether the response is a web page.
func (r *route) html() bool {
	if strings.HasSuffix(httpx.MediaType(r.response.Header.Get("Content-Type")), "/html") {
		return true
	}
	return bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(r.body)), []byte("<!doctype html"))
}
