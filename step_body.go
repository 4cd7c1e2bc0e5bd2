package xsale

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	if err != nil || state.reading == readByElements {
		return response, err
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: s.maxBytes, limit: s.maxBytes}
	state.bounded = true
	if state.reading == readWhole && response.StatusCode/100 == 2 {
		return readAll(state, response)
	}
	return response, nil
}

// readAll reads the body of a success. One that breaks off is an error that keeps status and beginning.
func readAll(state *callState, response *http.Response) (*http.Response, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("the connection broke in the answer: %w", io.ErrUnexpectedEOF)
		}
		return nil, decodeError(state, response, body, err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
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
