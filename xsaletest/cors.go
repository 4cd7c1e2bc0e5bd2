package xsaletest

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// anyOrigin stands for all origins in [WithCORS].
const anyOrigin = "*"

// WithCORS lets web pages of other origins call the API, the login service and the control API, and
// read all headers of the responses. An origin is a scheme and a host, such as
// http://localhost:5173; * is every origin, including that of a page in a file.
func WithCORS(origins ...string) Option {
	return func(c *config) {
		for _, origin := range origins {
			if err := checkOrigin(origin); err != nil {
				c.fail(fmt.Errorf("WithCORS: %w", err))
			}
		}
		c.origins = append(c.origins, origins...)
	}
}

// origin matches the origins that a browser can send, apart from null.
var origin = regexp.MustCompile(`^(http|https)://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:([1-9][0-9]{0,4}))?$`)

func checkOrigin(value string) error {
	parts := origin.FindStringSubmatch(value)
	switch {
	case value == anyOrigin:
		return nil
	case parts == nil:
		return fmt.Errorf("%q is not an origin: want a scheme and a host as a browser sends them, such as http://localhost:5173, or *", value)
	case parts[1]+parts[4] == "http:80" || parts[1]+parts[4] == "https:443":
		return fmt.Errorf("%q: a browser leaves the port out", value)
	}
	if _, err := strconv.ParseUint(cmp.Or(parts[5], "1"), 10, 16); err != nil {
		return fmt.Errorf("%q: the port is not below 65536", value)
	}
	return nil
}

// allowsOrigin reports whether a request comes from a page of an origin of [WithCORS].
func (s *Sandbox) allowsOrigin(r *http.Request) bool {
	value := r.Header.Get("Origin")
	return value != "" && (slices.Contains(s.config.origins, value) || slices.Contains(s.config.origins, anyOrigin))
}

// shareWithOrigin lets the page of the request read the response. It reports whether the request is a
// preflight, to which it responds.
func (s *Sandbox) shareWithOrigin(w http.ResponseWriter, r *http.Request) (done bool) {
	header := w.Header()
	header.Add("Vary", "Origin")
	if !s.allowsOrigin(r) {
		return false
	}
	header.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	method := r.Header.Get("Access-Control-Request-Method")
	if r.Method != http.MethodOptions || method == "" {
		header.Set("Access-Control-Expose-Headers", "*")
		return false
	}
	header.Set("Access-Control-Allow-Methods", method)
	// An asterisk would not include Authorization.
	header.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
