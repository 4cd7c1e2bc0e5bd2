package peer

import (
	"net/http"
	"time"
)

// NewHTTPClient returns an HTTP client as a program should have one: with a timeout, and keeping as
// many connections to the one host as there are callers, where net/http keeps two.
func NewHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return &http.Client{Transport: transport, Timeout: time.Minute}
}
