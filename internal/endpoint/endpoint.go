// Package endpoint checks the addresses that tokens and passwords are sent to.
package endpoint

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Parse reads an absolute https address. Plain http is accepted on loopback only, where nothing leaves the machine.
// The name, such as "XSALE_BASE_URL" or "base URL", stands in the errors. The address does not, because in a mistyped one
// every part may be a password: user:password@host without https:// in front reads as a scheme and a path.
func Parse(name, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s is not an address: write it as https://host", name)
	}
	switch {
	case u.User != nil:
		return nil, fmt.Errorf("%s holds a user or a password: leave them out", name)
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("%s has no host: write it as https://host", name)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%s has a query or a fragment: leave it out", name)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s is plain http: use https, so that tokens are not sent in clear", name)
	}
	return nil, fmt.Errorf("%s is not https: write it as https://host", name)
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
