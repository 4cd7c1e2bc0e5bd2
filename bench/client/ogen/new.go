package ogen

import (
	"net/http"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// New returns the client with the shared HTTP client, and the token headers set by a round tripper.
// Members that the description does not list are skipped by ogen's default.
func New(address string) (*Client, error) {
	client := peer.NewHTTPClient()
	client.Transport = authorized{client.Transport}
	return NewClient(address, WithClient(client))
}

type authorized struct{ http.RoundTripper }

// RoundTrip sets the headers on a copy, because a round tripper must not change the request.
func (a authorized) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	peer.SetHeaders(request.Header)
	return a.RoundTripper.RoundTrip(request)
}
