package call

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire/codec"
)

// Response is the response to a raw call, or one that [Capture] stored.
type Response struct {
	StatusCode int // always 2xx for a raw call
	Header     http.Header
	Body       []byte
}

// Decode decodes the JSON body into value, a pointer. Errors wrap [ErrDecode].
func (r *Response) Decode(value any) error {
	err := checkCharset(r.Header)
	if err == nil {
		err = codec.Unmarshal(httpx.TrimBOM(r.Body), value)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDecode, err)
	}
	return nil
}

// captureResponse stores a success, and its body if it has been read.
func (s *state) captureResponse(response *http.Response) {
	if s.captured == nil {
		return
	}
	captured := &Response{StatusCode: response.StatusCode, Header: response.Header.Clone()}
	*s.captured = captured
	if s.whole != nil {
		captured.Body = bytes.Clone(s.whole.Bytes())
	}
}

// captureFailure stores the response of a failed call, if there was one.
func (s *state) captureFailure(err error) {
	if failed, ok := errors.AsType[*Error](err); ok && s.captured != nil && failed.StatusCode != 0 {
		*s.captured = &Response{StatusCode: failed.StatusCode, Header: failed.Header.Clone(), Body: failed.Body}
	}
}
