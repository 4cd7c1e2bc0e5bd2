package xsaletest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
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

func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if origin != anyOrigin && (err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.ToLower(origin) != origin) {
		return fmt.Errorf("%q is not an origin: want a scheme and a host in lower case, such as http://localhost:5173, or *", origin)
	}
	return nil
}

// allowsOrigin reports whether a request comes from a page of an origin of [WithCORS].
func (s *Sandbox) allowsOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && (slices.Contains(s.config.origins, origin) || slices.Contains(s.config.origins, anyOrigin))
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
