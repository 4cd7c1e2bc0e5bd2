package call

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// bodyStep bounds what is read of a response, and reads it if the call wants it whole. A list
// has no size that could be bounded; its reader bounds each element.
type bodyStep struct {
	next     Doer
	maxBytes int64
	signs    []FailureSign // by which successes report failures
}

func (s *bodyStep) Do(request *http.Request) (*http.Response, error) {
	response, err := s.next.Do(request)
	if err != nil {
		return nil, err
	}
	call := stateOf(request)
	call.maxBytes, call.signs = s.maxBytes, s.signs
	success := response.StatusCode/100 == 2
	if success && call.reading == readByElements {
		return response, nil
	}
	if success && call.unbounded && call.reading == readByCaller {
		return s.begin(call, response)
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: s.maxBytes, limit: s.maxBytes}
	if !success || call.reading != readWhole {
		return response, nil
	}
	whole, err := readAll(response)
	if err != nil {
		defer whole.Close()
		return nil, decodeError(call, response, whole.Bytes(), err)
	}
	call.whole = whole.Buffer
	response.Body = whole
	return response, nil
}

// begin reads the start of a response that may be long. A short one is read whole.
func (s *bodyStep) begin(call *state, response *http.Response) (*http.Response, error) {
	start := &wholeBody{buffers.Get().(*bytes.Buffer)}
	_, err := io.CopyN(start, response.Body, maxSpareBuffer-bytes.MinRead)
	switch {
	case err == nil:
		response.Body = &longBody{Reader: io.MultiReader(start, response.Body), Closer: response.Body}
		return response, nil
	case err == io.EOF:
		call.whole = start.Buffer
		response.Body.Close()
		response.Body = start
		return response, nil
	}
	defer start.Close()
	response.Body.Close()
	return nil, decodeError(call, response, start.Bytes(), broken(err))
}

// longBody is a body whose start has been read.
type longBody struct {
	io.Reader
	io.Closer
}

// readAll reads and closes a body. An error comes with what was read before it.
func readAll(response *http.Response) (*wholeBody, error) {
	defer response.Body.Close()
	whole := &wholeBody{buffers.Get().(*bytes.Buffer)}
	whole.Grow(int(min(max(response.ContentLength, 0), maxSpareBuffer)) + bytes.MinRead)
	_, err := whole.ReadFrom(response.Body)
	return whole, broken(err)
}

// broken rewords the error of a connection that ended too early.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the connection ended before the response was complete: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// maxSpareBuffer bounds the capacity of a buffer that is kept for later responses.
const maxSpareBuffer = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// wholeBody is a body that has been read. Its bytes are gone once it is closed, because the next
// response reuses them.
type wholeBody struct {
	*bytes.Buffer
}

func (b *wholeBody) Close() error {
	if b.Buffer != nil && b.Cap() <= maxSpareBuffer {
		b.Reset()
		buffers.Put(b.Buffer)
	}
	b.Buffer = nil // a second Close must not take it from the next response
	return nil
}

// boundedBody fails instead of ending early, so that a truncated body never passes for a whole one.
type boundedBody struct {
	io.ReadCloser
	left, limit int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var probe [1]byte
		n, err := b.ReadCloser.Read(probe[:])
		if n > 0 {
			return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
		}
		return 0, err
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// drain reads what is left of a short body, so that its connection can serve the next request.
func drain(body io.ReadCloser) {
	io.Copy(io.Discard, io.LimitReader(body, maxErrorBody))
	body.Close()
}
