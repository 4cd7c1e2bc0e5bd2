package xsale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// sendFunc is a method of the generated client with its arguments filled in.
type sendFunc func(context.Context, gen.RequestEditorFn) (*http.Response, error)

// send sends one call through the chain.
func send(ctx context.Context, state *callState, options []CallOption, send sendFunc) (*http.Response, error) {
	o := applyOptions(options)
	if o.err != nil {
		return nil, o.err
	}
	state.isIdempotent, state.callTimeout, state.attemptTimeout = o.isIdempotent, o.timeout, o.attemptTimeout
	response, err := send(withCallState(ctx, state), o.edit)
	if err != nil {
		err = failureOf(state, err)
		captureFailure(o.captured, err)
		return nil, err
	}
	captureAnswer(o.captured, state, response)
	return response, nil
}

// call sends a call and reads its answer as a T. Where the vendor does not publish the answer, one without a body leaves
// the result at its zero value.
func call[T any](ctx context.Context, operation operation, options []CallOption, sender sendFunc) (T, error) {
	var value T
	state := &callState{operation: operation, reading: readWhole}
	response, err := send(ctx, state, options, sender)
	if err != nil {
		return value, err
	}
	defer response.Body.Close()
	body, err := bytesOf(response)
	if err != nil {
		return value, decodeError(state, response, body, err)
	}
	if err := decode(operation, response, body, &value); err != nil {
		var none T // rather than what was read before the error
		return none, decodeError(state, response, body, err)
	}
	return value, nil
}

// byteOrderMark is what some servers write in front of UTF-8.
const byteOrderMark = "\xEF\xBB\xBF"

// decode reads the body of a success into what target points to.
func decode(operation operation, response *http.Response, body []byte, target any) error {
	if text, ok := target.(*string); ok && isPlainText(response) { // as ASP.NET writes a text that is not asked for as JSON
		*text = string(body)
		return nil
	}
	content := bytes.TrimSpace(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	if operation.unpublished && len(content) == 0 {
		return nil
	}
	if string(content) == "null" && !operation.unpublished && reflect.TypeOf(target).Elem().Kind() == reflect.Struct {
		return errors.New("the answer is null")
	}
	return describeBody(response, content, wire.Unmarshal(content, target))
}

func isPlainText(response *http.Response) bool {
	return mediaTypeOf(response.Header.Get("Content-Type")) == "text/plain"
}

// command sends a call of which only the success matters; whatever body comes with it is not looked at.
func command(ctx context.Context, operation operation, options []CallOption, sender sendFunc) error {
	response, err := send(ctx, &callState{operation: operation, reading: readNothing}, options, sender)
	if err != nil {
		return err
	}
	drain(response.Body)
	return nil
}

// decodeError is a success that cannot be read. Status and body are kept, so that nothing is lost.
func decodeError(state *callState, response *http.Response, body []byte, cause error) *Error {
	e := newError(state, fmt.Errorf("%w: %w", ErrDecode, cause))
	e.StatusCode = response.StatusCode
	e.Header = response.Header
	e.RequestID = requestID(response.Header)
	e.keepBody(state, body)
	return e
}

// describeBody says what came instead of JSON, which helps more than where its syntax is wrong. Other errors stay what they
// are.
func describeBody(response *http.Response, body []byte, err error) error {
	if _, isSyntax := errors.AsType[*wire.SyntaxError](err); !isSyntax {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the answer has no body")
	}
	if coding := response.Header.Get("Content-Encoding"); coding != "" {
		return fmt.Errorf("the answer is %s, which was not asked for", shorten(coding))
	}
	mediaType := mediaTypeOf(response.Header.Get("Content-Type"))
	if mediaType != "" && !strings.HasSuffix(mediaType, "json") {
		return fmt.Errorf("the answer is %s, not JSON", shorten(mediaType))
	}
	if isHTML(mediaType, strings.TrimSpace(bodyText(body))) {
		return errors.New("the answer is HTML, not JSON")
	}
	return err
}
