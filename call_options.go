package xsale

import (
	"context"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/gen"
)

// CallOption adds something to one call.
type CallOption func(*callOptions)

type callOptions struct {
	query      url.Values
	header     http.Header
	idempotent bool
}

// Query adds a query parameter, for filters that the API description does not list.
func Query(name, value string) CallOption {
	return func(o *callOptions) {
		if o.query == nil {
			o.query = url.Values{}
		}
		o.query.Add(name, value)
	}
}

// Header adds a header. The two token headers cannot be set.
func Header(name, value string) CallOption {
	return func(o *callOptions) {
		if o.header == nil {
			o.header = http.Header{}
		}
		o.header.Add(name, value)
	}
}

// Idempotent says that sending the call twice does no harm, so that it is repeated after any failure that may pass.
func Idempotent() CallOption {
	return func(o *callOptions) { o.idempotent = true }
}

func applyOptions(options []CallOption) callOptions {
	var o callOptions
	for _, option := range options {
		option(&o)
	}
	return o
}

// edit has the form of a request editor of the generated client.
func (o *callOptions) edit(_ context.Context, request *http.Request) error {
	if len(o.query) > 0 {
		query := request.URL.Query()
		for name, values := range o.query {
			query[name] = append(query[name], values...)
		}
		request.URL.RawQuery = query.Encode()
	}
	for name, values := range o.header {
		request.Header[name] = values
	}
	return nil
}

var _ gen.RequestEditorFn = (*callOptions)(nil).edit
