package xsale

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// bodyStep bounds what is read of an answer, and reads it where the call wants it whole. The body of a list has no end
// that could be known; there the reader of the list bounds each element.
type bodyStep struct {
	next     Doer
	maxBytes int64
}

func (s *bodyStep) Do(request *http.Request) (*http.Response, error) {
	response, err := s.next.Do(request)
	state := callStateOf(request)
	if err != nil {
		return nil, err
	}
	if state.reading == readByElements && response.StatusCode/100 == 2 {
		state.elementLimit = s.maxBytes
		return response, nil
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: s.maxBytes, limit: s.maxBytes}
	if state.reading == readWhole && response.StatusCode/100 == 2 {
		return readAll(state, response)
	}
	return response, nil
}

// readAll reads the body of a success. One that breaks off is an error that keeps status and beginning.
func readAll(state *callState, response *http.Response) (*http.Response, error) {
	defer response.Body.Close()
	whole := &wholeBody{buffers.Get().(*bytes.Buffer)}
	whole.Grow(int(min(max(response.ContentLength, 0), maxSpareBuffer)) + bytes.MinRead)
	if _, err := whole.ReadFrom(response.Body); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("the connection broke in the answer: %w", io.ErrUnexpectedEOF)
		}
		defer whole.Close()
		return nil, decodeError(state, response, whole.Bytes(), err)
	}
	response.Body = whole
	return response, nil
}

// maxSpareBuffer bounds what a buffer may hold that is kept for later answers.
const maxSpareBuffer = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// wholeBody is a body that has been read. Its bytes are gone when it is closed, because the next answer takes their place.
type wholeBody struct {
	*bytes.Buffer
}

func (b *wholeBody) Close() error {
	if b.Buffer != nil && b.Cap() <= maxSpareBuffer {
		b.Reset()
		buffers.Put(b.Buffer)
	}
	b.Buffer = nil // closing it again must not take it from the next answer
	return nil
}

// bytesOf returns the whole body of an answer; its bytes may be gone when it is closed.
func bytesOf(response *http.Response) ([]byte, error) {
	if whole := wholeBodyOf(response); whole != nil {
		return whole.Bytes(), nil
	}
	return io.ReadAll(response.Body)
}

// wholeBodyOf returns the body of an answer that has been read, or nil.
func wholeBodyOf(response *http.Response) *wholeBody {
	body := response.Body
	if call, ok := body.(*runningCall); ok {
		body = call.ReadCloser
	}
	whole, _ := body.(*wholeBody)
	return whole
}

// boundedBody fails instead of ending early, so that a body that was cut is never taken for a whole one.
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
