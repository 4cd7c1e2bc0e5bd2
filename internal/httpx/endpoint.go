package httpx

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint reads an absolute https address that tokens or passwords are sent to. Plain http is accepted on loopback only, where
// nothing leaves the machine. The name, such as "XSALE_BASE_URL" or "base URL", stands in the errors. The address does not,
// because in a mistyped one every part may be a password: user:password@host without https:// in front reads as a scheme
// and a path.
func ParseEndpoint(name, address string) (*url.URL, error) {
	u, err := parse(name, address)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("%s has a query or a fragment: leave it out", name)
	}
	return checkScheme(name, u)
}

// ParseLink reads the address of a document, as [ParseEndpoint] does, but with its query; the fragment is left out, because it is
// never sent. An @ is refused wherever it stands: in front of it may be a password that holds a slash or a question mark.
func ParseLink(name, address string) (*url.URL, error) {
	u, err := parse(name, address)
	if err != nil {
		return nil, err
	}
	if strings.Contains(address, "@") {
		return nil, fmt.Errorf("%s has an @: leave a user and a password out, and write any other @ as %%40", name)
	}
	u.Fragment, u.RawFragment = "", ""
	return checkScheme(name, u)
}

func parse(name, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not an address: write it as https://host", name)
	case u.User != nil:
		return nil, fmt.Errorf("%s holds a user or a password: leave them out", name)
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("%s has no host: write it as https://host", name)
	}
	return u, nil
}

func checkScheme(name string, u *url.URL) (*url.URL, error) {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
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

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
