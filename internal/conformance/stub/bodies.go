package stub

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// BodyCounter is a transport that counts response bodies, and how many of them were closed.
type BodyCounter struct {
	Next           http.RoundTripper
	Opened, Closed atomic.Int32
}

func (b *BodyCounter) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.Next.RoundTrip(request)
	if err == nil {
		b.Opened.Add(1)
		response.Body = &countedBody{ReadCloser: response.Body, closed: &b.Closed}
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
