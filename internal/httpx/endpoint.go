package httpx

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint parses an absolute https URL that tokens or passwords are sent to. Plain http
// is allowed only on loopback, where nothing leaves the machine. Errors contain name, such as
// "XSALE_BASE_URL" or "base URL", but never the URL: in a mistyped one, any part may be a
// password. For example, user:password@host without https:// parses as a scheme and a path.
func ParseEndpoint(name, address string) (*url.URL, error) {
	u, err := parse(name, address)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("%s has a query or a fragment: remove it", name)
	}
	return checkScheme(name, u)
}

// ParseLink parses the URL of a document. Unlike [ParseEndpoint], it keeps the query, and it
// drops the fragment, which is never sent. It rejects an @ anywhere, because the part before
// it may be a password that contains a slash or a question mark.
func ParseLink(name, address string) (*url.URL, error) {
	u, err := parse(name, address)
	if err != nil {
		return nil, err
	}
	if strings.Contains(address, "@") {
		return nil, fmt.Errorf("%s contains an @: remove a user and password, and write any other @ as %%40", name)
	}
	u.Fragment, u.RawFragment = "", ""
	return checkScheme(name, u)
}

func parse(name, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not a valid URL: want https://host", name)
	case u.User != nil:
		return nil, fmt.Errorf("%s contains a user or password: remove them", name)
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("%s has no host: want https://host", name)
	}
	return u, nil
}

func checkScheme(name string, u *url.URL) (*url.URL, error) {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s is plain http: use https, so that tokens are not sent in the clear", name)
	}
	return nil, fmt.Errorf("%s is not https: want https://host", name)
}

// SameOrigin reports whether both URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// Origin returns the origin of a URL (RFC 6454 section 6.2): scheme, host and port in one form, the
// port only if it is not the default.
func Origin(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") { // IPv6
		host = "[" + host + "]"
	}
	if port := port(u); port != defaultPort(u) {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

func port(u *url.URL) string { return cmp.Or(u.Port(), defaultPort(u)) }

func defaultPort(u *url.URL) string {
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}

// Loopback reports whether a host is clearly this machine: localhost, or an IP address in full.
// Others, such as 127.1 and localhost with a dot, depend on who resolves them. EqualFold would
// accept letters outside ASCII, such as the long s.
func Loopback(host string) bool {
	if strings.ToLower(host) == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
