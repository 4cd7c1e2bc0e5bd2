package traffic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// copiedBody is the body of a request, up to a limit.
type copiedBody struct {
	data  []byte
	whole bool
}

// copyBody reads the body of a request and returns the request to send instead.
func copyBody(request *http.Request, limit int64) (*http.Request, copiedBody, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, copiedBody{whole: true}, nil
	}
	source := request.Body
	if request.GetBody != nil {
		again, err := request.GetBody()
		if err != nil {
			closeBody(request)
			return nil, copiedBody{}, fmt.Errorf("traffic: read the request body again: %w", err)
		}
		defer again.Close()
		source = again
	}
	data, err := io.ReadAll(io.LimitReader(source, limit+1))
	if err != nil {
		closeBody(request)
		return nil, copiedBody{}, fmt.Errorf("traffic: read the request body: %w", err)
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

// watchedBody copies what is read of a body, up to a limit, and reports it once.
type watchedBody struct {
	io.ReadCloser
	limit int64
	done  func(data []byte, whole bool)

	mu       sync.Mutex // a body may be closed while it is read
	finished bool
	read     int64
	copied   bytes.Buffer
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

// Close accepts a JSON value as whole, because JSON decoders stop at its end.
func (b *watchedBody) Close() error {
	b.mu.Lock()
	b.finish(b.read > 0 && json.Valid(b.copied.Bytes()))
	b.mu.Unlock()
	return b.ReadCloser.Close()
}

func (b *watchedBody) finish(whole bool) {
	if !b.finished {
		b.finished = true
		b.done(b.copied.Bytes(), whole && b.read <= b.limit)
		b.copied = bytes.Buffer{}
	}
}
