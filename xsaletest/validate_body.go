package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// copiedBody is the body of a request, as far as it is no longer than the limit.
type copiedBody struct {
	data    []byte
	isWhole bool
}

// copyBody reads the body of a request, and returns the request to send in its place.
func copyBody(request *http.Request, limit int64) (*http.Request, copiedBody, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, copiedBody{isWhole: true}, nil
	}
	source := request.Body
	if request.GetBody != nil {
		copied, err := request.GetBody()
		if err != nil {
			closeBody(request)
			return nil, copiedBody{}, fmt.Errorf("xsaletest: read the body of the request again: %w", err)
		}
		defer copied.Close()
		source = copied
	}
	data, err := io.ReadAll(io.LimitReader(source, limit+1))
	if err != nil {
		closeBody(request)
		return nil, copiedBody{}, fmt.Errorf("xsaletest: read the body of the request: %w", err)
	}
	if request.GetBody == nil {
		forwarded := *request
		forwarded.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(data), request.Body), request.Body}
		request = &forwarded
	}
	return request, copiedBody{data, int64(len(data)) <= limit}, nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		request.Body.Close()
	}
}

// watchedBody keeps a copy of what is read of a body, up to a limit, and tells once what it was.
type watchedBody struct {
	io.ReadCloser
	limit int64
	done  func(data []byte, isWhole bool)

	mu     sync.Mutex // a body may be closed while it is read
	isDone bool
	read   int64
	copied bytes.Buffer
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read += int64(n)
	if b.read <= b.limit {
		b.copied.Write(p[:n])
	}
	if err == io.EOF {
		b.finish(true)
	}
	return n, err
}

// Close takes a JSON value that ends for the whole, because readers of JSON stop there.
func (b *watchedBody) Close() error {
	b.mu.Lock()
	b.finish(b.read > 0 && json.Valid(b.copied.Bytes()))
	b.mu.Unlock()
	return b.ReadCloser.Close()
}

func (b *watchedBody) finish(isWhole bool) {
	if !b.isDone {
		b.isDone = true
		b.done(b.copied.Bytes(), isWhole && b.read <= b.limit)
		b.copied = bytes.Buffer{}
	}
}
