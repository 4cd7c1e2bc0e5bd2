package peer

import (
	"net/http"
	"time"
)

// NewHTTPClient returns an HTTP client with production settings: it has a timeout, and it keeps an
// idle connection for every caller, where net/http keeps two per host.
func NewHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return &http.Client{Transport: transport, Timeout: time.Minute}
}
