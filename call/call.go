// Package call sends one call of an API: the options of a call, its errors, its hooks, and the
// chain of steps between a generated client and net/http.
//
// Applications use [Option], [Error], [Hooks], [Collect], [Map] and [CreateOnce]. Generated code
// uses [Operation], [Paging], [Endpoint], [Fetch], [Stream], [Execute] and [Open]. Package xsale
// makes a Client with [NewDoer].
package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire/codec"
	"github.com/xsale-go/xsale/wire/param"
)

// Edit changes a request before it is sent. Its type is that of oapi-codegen's request editors.
type Edit = func(context.Context, *http.Request) error

// SendFunc builds the request of a call and sends it, after edit has changed it. [Endpoint.Send]
// returns one.
type SendFunc func(ctx context.Context, edit Edit) (*http.Response, error)

// Fetch sends a call of a generated client and decodes the JSON of its response. With T = string it
// also accepts plain text; with T = [Response] it returns the response as it came. Generated code
// calls it.
//
// An error is an [*Error], or an *authn.Error if the login failed.
func Fetch[T any](ctx context.Context, operation Operation, options []Option, send SendFunc) (T, error) {
	var value, none T // an error comes with none, not with what was decoded before it
	call := &state{facts: facts{Operation: operation, reading: readWhole}}
	response, err := call.run(ctx, options, send)
	if err != nil {
		return none, err
	}
	body, err := call.bytes(response)
	if err == nil {
		err = decode(call, response, body, &value)
	}
	if err != nil {
		failure, reported := errors.AsType[*Error](err)
		if !reported {
			failure = decodeError(call, response, body, err)
		}
		closeWith(response.Body, failure)
		return none, failure
	}
	response.Body.Close()
	return value, nil
}

// Execute sends a call of a generated client and discards the response body, after a look at the
// first 64 KiB: a failure that they report, and a web page, such as that of a login, are errors.
// With [Capture] it reads the whole body, which must then be complete. Generated code calls it.
func Execute(ctx context.Context, operation Operation, options []Option, send SendFunc) error {
	call := &state{facts: facts{Operation: operation, reading: readNothing}}
	response, err := call.run(ctx, options, send)
	if err != nil {
		return err
	}
	body := &wholeBody{buffers.Get().(*bytes.Buffer)}
	defer body.Close()
	if call.captured != nil {
		_, err = body.ReadFrom(response.Body)
		(*call.captured).Body = bytes.Clone(body.Bytes())
	} else {
		io.CopyN(body, response.Body, maxErrorBody) // a success whose body is lost is still one
	}
	text := bytes.TrimSpace(httpx.TrimBOM(body.Bytes()))
	failure := call.reported(response, body.Bytes(), text, nil)
	if failure == nil && err != nil {
		failure = decodeError(call, response, body.Bytes(), err)
		call.captureFailure(failure)
	}
	if failure == nil && htmlPage(httpx.MediaType(response.Header.Get("Content-Type")), string(text)) {
		failure = decodeError(call, response, body.Bytes(), errors.New("the response is HTML, not of the API"))
	}
	if failure != nil {
		closeWith(response.Body, failure)
		return failure
	}
	response.Body.Close()
	return nil
}

// Open sends a call of a generated client and returns its 2xx response with the body unread: a
// file, or something that is not JSON. The caller must close the body. Reading it counts toward the
// timeouts and the size limit, unless [Unbounded] is set, and Hooks.CallDone runs when it is closed.
// Generated code calls it.
func Open(ctx context.Context, operation Operation, options []Option, send SendFunc) (*http.Response, error) {
	call := &state{facts: facts{Operation: operation, reading: readByCaller}}
	response, err := call.run(ctx, options, send)
	if err != nil || call.whole == nil {
		return response, err
	}
	body := call.whole.Bytes()
	if failure := call.reported(response, body, bytes.TrimSpace(httpx.TrimBOM(body)), nil); failure != nil {
		closeWith(response.Body, failure)
		return nil, failure
	}
	return response, nil
}

// run applies the options and sends the call.
func (s *state) run(ctx context.Context, options []Option, send SendFunc) (*http.Response, error) {
	for _, option := range options {
		if option != nil {
			option(&s.facts)
		}
	}
	response, err := s.runChecked(ctx, send)
	if err != nil {
		err = failureOf(s, err)
		s.captureFailure(err)
		return nil, err
	}
	s.captureResponse(response)
	return response, nil
}

func (s *state) runChecked(ctx context.Context, send SendFunc) (*http.Response, error) {
	if s.invalid != nil && s.rehearsed == nil {
		return nil, s.invalid
	}
	if err := s.expandRoute(); err != nil {
		return nil, err
	}
	return send(withState(ctx, s), s.edit)
}

// expandRoute replaces the variables of the route with their values.
func (f *facts) expandRoute() error {
	path, err := param.Path(f.Route, f.PathValues)
	if err != nil {
		f.rejectf("%s: %v", f.Route, err)
		return f.invalid
	}
	f.path = path
	return nil
}

// bytes returns the whole body of a response. Its bytes are only valid until the body is closed.
func (s *state) bytes(response *http.Response) ([]byte, error) {
	if s.whole != nil {
		return s.whole.Bytes(), nil
	}
	return io.ReadAll(response.Body)
}

// closeWith closes a body and reports why it could not be used to the step that is interested.
func closeWith(body io.ReadCloser, err error) {
	if running, ok := body.(interface{ CloseWithError(error) error }); ok {
		running.CloseWithError(err)
		return
	}
	body.Close()
}

// decode reads the body of a success into target, a pointer.
func decode(call *state, response *http.Response, body []byte, target any) error {
	if target, ok := target.(*Response); ok {
		*target = Response{response.StatusCode, response.Header, bytes.Clone(body)}
		if len(call.signs) == 0 {
			return nil
		}
	}
	contentType := response.Header.Get("Content-Type")
	unreadable := checkCharset(response.Header)
	text := httpx.TrimBOM(body)
	content := bytes.TrimSpace(text)
	if target, ok := target.(*string); ok && unreadable == nil && httpx.MediaType(contentType) == "text/plain" { // ASP.NET writes strings this way
		if !utf8.Valid(text) {
			return errors.New("the text is not valid UTF-8")
		}
		*target = string(text)
		return nil
	}
	result := reflect.TypeOf(target).Elem()
	if failure := call.reported(response, body, content, result); failure != nil {
		return failure
	}
	if _, raw := target.(*Response); raw {
		return nil
	}
	if unreadable != nil {
		return unreadable
	}
	if len(content) == 0 && (call.MayBeEmpty || response.StatusCode == http.StatusNoContent && sliceType(result)) {
		return nil
	}
	if string(content) == "null" && !call.MayBeEmpty && result.Kind() == reflect.Struct {
		return errors.New("the response is null")
	}
	unmarshal := codec.UnmarshalResult
	if call.MayBeEmpty { // the result is not published
		unmarshal = codec.Unmarshal
	}
	return describeBody(call, response, content, unmarshal(content, target))
}

func sliceType(result reflect.Type) bool {
	return result.Kind() == reflect.Slice && result.Elem().Kind() != reflect.Uint8 // not raw JSON
}

// describeBody replaces a syntax error with a report of what came instead of JSON, which helps
// more. Other errors stay as they are.
func describeBody(call *state, response *http.Response, body []byte, err error) error {
	if _, syntax := errors.AsType[*codec.SyntaxError](err); !syntax {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the response has no body")
	}
	if coding := response.Header.Get("Content-Encoding"); coding != "" {
		return fmt.Errorf("the response is encoded as %s, which the request did not ask for", shorten(coding))
	}
	mediaType := httpx.MediaType(call.withoutTokens(response.Header.Get("Content-Type"))) // in lower case, a token would not be found
	if mediaType != "" && !strings.HasSuffix(mediaType, "json") {
		return fmt.Errorf("the response is %s, not JSON", shorten(mediaType))
	}
	if htmlPage(mediaType, strings.TrimSpace(string(body))) {
		return errors.New("the response is HTML, not JSON")
	}
	return err
}
