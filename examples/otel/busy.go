package main

import (
	"net/http"
	"sync/atomic"
)

// busyOnce answers the first request to an address in the place of a server that is busy, so that there is a retry to see.
type busyOnce struct {
	next   http.RoundTripper
	calls  string
	isCalm atomic.Bool
}

func (b *busyOnce) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.String() != b.calls || b.isCalm.Swap(true) {
		return b.next.RoundTrip(request)
	}
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: request,
	}, nil
}
