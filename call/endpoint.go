package call

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/wire/param"
)

// Endpoint builds the requests of a generated client and sends them to one address. Generated code
// makes one with [NewEndpoint]. It is safe for concurrent use.
type Endpoint struct {
	server  string // without a slash at the end
	doer    Doer
	editors []Edit
}

// NewEndpoint returns an Endpoint for the API at server, whose calls go through doer after the
// editors have changed them.
func NewEndpoint(server string, doer Doer, editors ...Edit) (*Endpoint, error) {
	address, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("%w: server: %w", ErrInvalid, err)
	}
	if address.RawQuery != "" || address.Fragment != "" {
		return nil, fmt.Errorf("%w: server %q: it has a query or a fragment", ErrInvalid, server)
	}
	return &Endpoint{strings.TrimRight(server, "/"), doer, editors}, nil
}

// Send returns a function that sends a call of the operation that it is called for. The tags of
// params, a pointer to a struct or nil, place its fields in the query, headers and cookies, as
// package param describes. A parameter or body that cannot be encoded fails with [ErrInvalid].
func (e *Endpoint) Send(params any, body Body) SendFunc {
	return func(ctx context.Context, edit Edit) (*http.Response, error) {
		request, err := e.request(ctx, stateIn(ctx), params, body)
		if err != nil {
			return nil, err
		}
		return e.send(request, edit)
	}
}

// send sends a request after the editors of the Endpoint and those given have changed it.
func (e *Endpoint) send(request *http.Request, editors ...Edit) (*http.Response, error) {
	for _, edit := range append(slices.Clip(e.editors), editors...) {
		if err := edit(request.Context(), request); err != nil {
			return nil, err
		}
	}
	return e.doer.Do(request)
}

// Do sends a request of an operation and returns the response as the Doer does. It is for clients
// that bypass the steps of this package.
func (e *Endpoint) Do(ctx context.Context, operation Operation, params any, body Body, editors ...Edit) (*http.Response, error) {
	request, err := e.newRequest(ctx, operation, params, body)
	if err != nil {
		return nil, err
	}
	return e.send(request, editors...)
}

// NewRequest returns the request of an operation for an API at server.
func NewRequest(server string, operation Operation, params any, body Body) (*http.Request, error) {
	endpoint, err := NewEndpoint(server, nil)
	if err != nil {
		return nil, err
	}
	return endpoint.newRequest(context.Background(), operation, params, body)
}

func (e *Endpoint) newRequest(ctx context.Context, operation Operation, params any, body Body) (*http.Request, error) {
	call := &state{facts: facts{Operation: operation}}
	if err := call.expandRoute(); err != nil {
		return nil, err
	}
	request, err := e.request(ctx, call, params, body)
	if err != nil {
		return nil, err
	}
	return request, call.edit(ctx, request)
}

// request returns the request of a call whose route is expanded.
func (e *Endpoint) request(ctx context.Context, call *state, params any, body Body) (*http.Request, error) {
	header := http.Header{}
	query, err := param.Encode(params, header)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	var sent content
	if body != nil {
		if sent, err = body(); err != nil {
			return nil, fmt.Errorf("%w: body: %w", ErrInvalid, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, e.server+call.path, sent.reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if form := sent.multipart; form != nil && form.Size() >= 0 {
		request.ContentLength = form.Size()
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(form.Reader()), nil }
	}
	request.URL.RawQuery = joinQuery(request.URL.RawQuery, query)
	request.Header = header
	if sent.mediaType != "" {
		header.Set("Content-Type", sent.mediaType)
	}
	return request, nil
}

func joinQuery(first, second string) string {
	if first == "" || second == "" {
		return cmp.Or(first, second)
	}
	return first + "&" + second
}
