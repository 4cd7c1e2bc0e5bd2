// Package endpoint checks the addresses that tokens and passwords are sent to.
package endpoint

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Parse reads an absolute https address. Plain http is accepted on loopback only, where nothing leaves the machine.
// The name, such as "XSALE_BASE_URL" or "base URL", stands in the errors; the address does not where it may hold a
// password.
func Parse(name, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s is not an address: write it as https://host", name)
	}
	switch {
	case u.User != nil:
		return nil, fmt.Errorf("%s holds a user or a password: leave them out", name)
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("%s %q has no host: write it as https://host", name, address)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%s %q has a query or a fragment: leave it out", name, address)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s %q is plain http: use https, so that tokens are not sent in clear", name, address)
	}
	return nil, fmt.Errorf("%s %q: write it as https://host", name, address)
}

// SameOrigin reports whether both addresses have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
