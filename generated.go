package xsale

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

// Operation names an operation of a client that `xsale generate` has written.
type Operation struct {
	ID     string // operationId of the API description
	Method string
	Route  string // path template, such as /{organizationName}/orders

	// Idempotent says that sending the call twice does what sending it once does, so that it is repeated after any failure
	// that may pass. The generator takes it from the method or from x-idempotent in the API description.
	Idempotent bool

	// PathValues are the values of the variables in Route. A value that a server would take for "here", "up" or nothing is
	// refused with [ErrInvalid].
	PathValues []any

	// Accept are the media types of the answers that are successes.
	Accept string

	// MayBeEmpty says that a success may have no body; the result is then the zero value.
	MayBeEmpty bool
}

// SendFunc is a method of a generated client with its arguments filled in. The edit is to be the last request editor.
type SendFunc func(ctx context.Context, edit func(context.Context, *http.Request) error) (*http.Response, error)

// Fetch sends a call of a generated client and reads the JSON of its answer; plain text, too, where T is string. Errors are
// those of this package's own calls, whichever [Doer] the client sends through; retries, tokens, limits, timeouts, the log
// and hooks are those of the Doer. Generated code calls it.
func Fetch[T any](ctx context.Context, operation Operation, options []CallOption, send SendFunc) (T, error) {
	return call[T](ctx, operation.internal(), options, operation.sender(send))
}

// Stream sends a call of a generated client when it is ranged over, and again at each further range, and yields the elements
// of its answer one by one, so that memory holds one at a time. The answer is a JSON array or, as an assumption about answers
// that are not published, an object: then the first array among its members is read and the rest is left out. An error ends
// the list; the elements before it are good. Breaking off frees the connection. Generated code calls it.
func Stream[T any](ctx context.Context, operation Operation, options []CallOption, send SendFunc) iter.Seq2[T, error] {
	return list[T](ctx, operation.internal(), options, operation.sender(send))
}

// Execute sends a call of a generated client whose answer has no body that matters. Generated code calls it.
func Execute(ctx context.Context, operation Operation, options []CallOption, send SendFunc) error {
	return command(ctx, operation.internal(), options, operation.sender(send))
}

// Open sends a call of a generated client and returns its answer, a success, with the body still to be read: a file, or
// something that is not JSON. The caller closes the body. Generated code calls it.
func Open(ctx context.Context, operation Operation, options []CallOption, sender SendFunc) (*http.Response, error) {
	return send(ctx, &callState{operation: operation.internal()}, options, operation.sender(sender))
}

func (o Operation) internal() operation {
	return operation{id: o.ID, method: o.Method, route: o.Route, idempotent: o.Idempotent, unpublished: o.MayBeEmpty}
}

// sender adds what a Doer that is not a [Client]'s does not do: it judges the status and bounds the answer.
func (o Operation) sender(send SendFunc) sendFunc {
	return func(ctx context.Context, edit gen.RequestEditorFn) (*http.Response, error) {
		for _, value := range o.PathValues {
			if err := checkSegment("path value of "+o.Route, fmt.Sprint(value)); err != nil {
				return nil, err
			}
		}
		state := stateOf(ctx)
		watch := &connectionWatch{}
		if state.mayDoHarm() {
			ctx = watch.in(ctx)
		}
		isReady := false // to be sent
		response, err := send(ctx, func(ctx context.Context, request *http.Request) error {
			if o.Accept != "" {
				request.Header.Set("Accept", o.Accept)
			}
			err := edit(ctx, request)
			isReady = err == nil
			return err
		})
		if !state.chained && isReady && state.mayDoHarm() {
			state.noteAttempt(watch, response, err)
		}
		if err != nil || state.chained {
			return response, err
		}
		if state.reading == readByElements && response.StatusCode/100 == 2 {
			return response, nil // whose elements are bounded
		}
		response.Body = &boundedBody{ReadCloser: response.Body, left: defaultMaxResponseBytes, limit: defaultMaxResponseBytes}
		return judged(state, response)
	}
}
