package ogen

import (
	"net/http"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// New returns a client with the shared HTTP client. A round tripper sets the token headers. By
// default, ogen skips fields that the spec does not list.
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
