package xsale_test

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// bodyCounter is a transport that counts the bodies of answers, and those of them that were closed.
type bodyCounter struct {
	next           http.RoundTripper
	opened, closed atomic.Int32
}

func (b *bodyCounter) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(request)
	if err == nil {
		b.opened.Add(1)
		response.Body = &countedBody{ReadCloser: response.Body, closed: &b.closed}
	}
	return response, err
}

type countedBody struct {
	io.ReadCloser
	closed *atomic.Int32
	once   sync.Once
}

func (b *countedBody) Close() error {
	b.once.Do(func() { b.closed.Add(1) })
	return b.ReadCloser.Close()
}
