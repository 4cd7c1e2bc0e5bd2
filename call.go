package xsale

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/gen"
)

// sendFunc is a method of the generated client with its arguments filled in.
type sendFunc func(context.Context, gen.RequestEditorFn) (*http.Response, error)

// send sends one call through the chain.
func send(ctx context.Context, state *callState, options []CallOption, send sendFunc) (*http.Response, error) {
	o := applyOptions(options)
	state.idempotent = o.idempotent
	response, err := send(withCallState(ctx, state), o.edit)
	if err != nil {
		return nil, failureOf(state, err)
	}
	return response, nil
}

// call sends a call and reads its answer as a T.
func call[T any](ctx context.Context, operation operation, options []CallOption, sender sendFunc) (T, error) {
	var value T
	state := &callState{operation: operation}
	response, err := send(ctx, state, options, sender)
	if err != nil {
		return value, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return value, decodeError(state, response, body, err)
	}
	if err := json.Unmarshal(body, &value); err != nil {
		return value, decodeError(state, response, body, describeBody(response, body, err))
	}
	return value, nil
}

// command sends a call of which only the success matters; whatever body comes with it is not looked at.
func command(ctx context.Context, operation operation, options []CallOption, sender sendFunc) error {
	response, err := send(ctx, &callState{operation: operation}, options, sender)
	if err != nil {
		return err
	}
	drain(response.Body)
	return nil
}

// write sends a call whose answer the vendor does not publish: an answer without a body is a success too, and leaves the
// result at its zero value.
func write[T any](ctx context.Context, operation operation, options []CallOption, sender sendFunc) (T, error) {
	return call[T](ctx, operation, options, func(ctx context.Context, edit gen.RequestEditorFn) (*http.Response, error) {
		response, err := sender(ctx, edit)
		if err != nil {
			return nil, err
		}
		return withEmptyObject(response)
	})
}

// withEmptyObject puts an empty object in the place of a missing body.
func withEmptyObject(response *http.Response) (*http.Response, error) {
	var first [1]byte
	n, err := io.ReadFull(response.Body, first[:])
	if err == io.EOF {
		response.Body.Close()
		response.Body = io.NopCloser(strings.NewReader("{}"))
		return response, nil
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first[:n]), response.Body), response.Body}
	return response, nil
}

// decodeError is a success that cannot be read. Status and body are kept, so that nothing is lost.
func decodeError(state *callState, response *http.Response, body []byte, cause error) *Error {
	e := newError(state, fmt.Errorf("%w: %w", ErrDecode, cause))
	e.StatusCode = response.StatusCode
	e.Header = response.Header
	e.RequestID = requestID(response.Header)
	e.keepBody(body)
	return e
}

// describeBody says what came instead of JSON, which helps more than a syntax error.
func describeBody(response *http.Response, body []byte, err error) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return fmt.Errorf("the answer has no body")
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != "" && !strings.HasSuffix(mediaType, "json") {
		return fmt.Errorf("the answer is %s, not JSON", mediaType)
	}
	return err
}
