// Package verify compares an API with its spec by calling it. It reports what the responses confirm
// and contradict, and what they contain that the spec lacks.
//
// Findings contain names and types, never values. A name that looks like data, such as a key that
// is an e-mail address, is left out too: see names.go.
package verify

import (
	"context"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Request is a call to send.
type Request struct {
	Operation string // operationId
	Method    string
	Path      string // escaped, with the values of its variables
	Query     url.Values
	Body      []byte // JSON; nil for none
}

// Response is a response of any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Failure is the reason why there is no response to check. Its message contains no value from a
// response, the account or the request.
type Failure struct {
	Message string
	Err     error // the cause, which may contain such values
	Ends    bool  // further calls would fail the same way or do harm
}

func (f *Failure) Error() string { return f.Message }

func (f *Failure) Unwrap() error { return f.Err }

// Options configure a run.
type Options struct {
	Document     tree.Object // spec in normal form, see package pipeline
	Organization string      // value of organizationName; "" takes it from GET /me
	Params       map[string]string
	Writes       map[string][]byte // bodies by operationId; nil for an operation without a body

	// Send sends one call. A response that is not a success may come with a failure.
	Send func(context.Context, Request) (*Response, *Failure)
}

// Run calls every read-only operation whose variables it can fill, and then the operations in
// Writes. It stops early if the context ends or a failure ends the run, and returns the findings so
// far. An error means that the spec is invalid.
func Run(ctx context.Context, options Options) (*Report, error) {
	r, err := newRun(options)
	if err != nil {
		return nil, err
	}
	for _, operation := range r.operations {
		r.call(ctx, operation)
	}
	for _, operation := range r.operations {
		r.probe(ctx, operation)
	}
	for _, operation := range r.writes {
		r.call(ctx, operation)
	}
	return r.report(), nil
}
