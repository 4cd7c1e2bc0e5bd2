// Package verify checks an API against a description by calling it: what its answers confirm and contradict, and what
// they hold that the description does not.
//
// What it finds is names and types, never values. A name that looks like data, such as a key that is an e-mail address, is
// not told either: see names.go.
package verify

import (
	"context"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Request is a call to be sent.
type Request struct {
	Operation string // operationId
	Method    string
	Path      string // escaped, with the values of its variables
	Query     url.Values
	Body      []byte // JSON; nil for none
}

// Answer is what came back, a failure too.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Failure is why there is no answer to check. Its text holds no value of an answer, of the account or of the request.
type Failure struct {
	Text string
	Err  error // the cause, which may hold such values
	Ends bool  // further calls would fail in the same way, or do harm
}

func (f *Failure) Error() string { return f.Text }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Options say what is checked, and how.
type Options struct {
	Document     tree.Object // in normal form, see package pipeline
	Organization string      // for the path variable organizationName; "" for the one of GET /me
	Params       map[string]string
	Writes       map[string][]byte // bodies by operationId; nil where an operation has none

	// Send sends one call. An answer with a status that is not a success may come with a failure, too.
	Send func(context.Context, Request) (*Answer, *Failure)
}

// Run calls every operation of the description that only reads and whose variables can be filled, and then those that
// Writes names. It ends early with the context, or with a failure that ends it, and returns what was learned until then. An
// error is about the description.
func Run(ctx context.Context, options Options) (*Report, error) {
	r, err := newRun(options)
	if err != nil {
		return nil, err
	}
	for _, operation := range r.operations {
		if r.ended == nil {
			r.call(ctx, operation)
		} else {
			r.notCalled(operation, r.ended.Text)
		}
		if len(r.filters(operation)) > 0 {
			r.probed = append(r.probed, operation)
		}
	}
	for _, operation := range r.probed {
		r.probe(ctx, operation)
	}
	for _, operation := range r.writes {
		if r.ended == nil {
			r.call(ctx, operation)
		} else {
			r.notCalled(operation, r.ended.Text)
		}
	}
	return r.report(), nil
}
