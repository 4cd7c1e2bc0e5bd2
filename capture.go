package xsale

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// captureAnswer stores a success, and its body as it is read.
func captureAnswer(target **Response, state *callState, response *http.Response) {
	if target == nil {
		return
	}
	captured := &Response{StatusCode: response.StatusCode, Header: response.Header.Clone()}
	*target = captured
	if whole := wholeBodyOf(response); whole != nil {
		captured.Body = bytes.Clone(whole.Bytes())
	} else if state.reading == readWhole || state.reading == readNothing {
		response.Body = &capturedBody{response.Body, captured}
	}
}

// captureFailure stores the answer of a call that failed, where there was one.
func captureFailure(target **Response, err error) {
	if failed, ok := errors.AsType[*Error](err); ok && target != nil && failed.StatusCode != 0 {
		*target = &Response{StatusCode: failed.StatusCode, Header: failed.Header.Clone(), Body: failed.Body}
	}
}

// capturedBody keeps what is read of it.
type capturedBody struct {
	io.ReadCloser
	to *Response
}

func (b *capturedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.to.Body = append(b.to.Body, p[:n]...)
	return n, err
}
