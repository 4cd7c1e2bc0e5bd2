package main

import (
	"net/http"
	"sync/atomic"
)

// busyOnce responds to the first request to a URL like a busy server, so that the example shows a
// retry.
type busyOnce struct {
	next http.RoundTripper
	url  string
	done atomic.Bool
}

func (b *busyOnce) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.String() != b.url || b.done.Swap(true) {
		return b.next.RoundTrip(request)
	}
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: request,
	}, nil
}
