package xsale

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire/codec"
)

// Call sends a request to any path of the API, with the tokens, retries, limits and errors of every
// other call: a non-2xx response is an [*Error]. It is for operations that this package has no
// method for. The vendor's Swagger at https://api.xsale.ai/swagger lists them all.
//
// The path starts with a slash, may have a query, and is sent as it is: escape values with
// [url.PathEscape]. Segments that are empty, "." or ".." fail with [ErrInvalid], even next to an
// escaped slash or backslash. The body is nil, JSON as []byte or [json.RawMessage], an [io.Reader]
// with JSON, or a value to encode as JSON. Of the readers, only *bytes.Buffer, *bytes.Reader and
// *strings.Reader allow retries.
func (c *Client) Call(ctx context.Context, method, path string, body any, options ...call.Option) (*call.Response, error) {
	operation, options, send := c.raw(method, path, body, options)
	response, err := call.Fetch[call.Response](ctx, operation, options, send)
	if err != nil {
		return nil, err
	}
	return &response, nil
}

// Open is [Client.Call] with the body of the response unread: a file, or something long. The caller
// must close the body. Reading it counts toward the timeouts and the size limit, unless
// [call.Unbounded] is set.
func (c *Client) Open(ctx context.Context, method, path string, body any, options ...call.Option) (*http.Response, error) {
	operation, options, send := c.raw(method, path, body, options)
	return call.Open(ctx, operation, options, send)
}

// raw returns what a raw call consists of.
func (c *Client) raw(method, path string, body any, options []call.Option) (call.Operation, []call.Option, call.SendFunc) {
	target, err := httpx.ParsePath(path)
	if err != nil {
		err = fmt.Errorf("%w: path %q: %w", ErrInvalid, path, err)
		target = &url.URL{Path: path}
	}
	reader, bodyErr := rawBody(body)
	invalid := cmp.Or(err, bodyErr)
	send := func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if invalid != nil {
			return nil, invalid
		}
		request, err := http.NewRequestWithContext(ctx, method, c.BaseURL()+target.String(), reader)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if reader != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		if err := edit(ctx, request); err != nil {
			return nil, err
		}
		return c.doer.Do(request)
	}
	return call.RawOperation(method, target.Path), append(slices.Clip(options), call.Reject(invalid)), send
}

func rawBody(body any) (io.Reader, error) {
	switch body := body.(type) {
	case nil:
		return nil, nil
	case io.Reader:
		return body, nil
	case []byte:
		return bytes.NewReader(body), nil
	case json.RawMessage:
		return bytes.NewReader(body), nil
	}
	data, err := codec.MarshalRequest(body)
	if err != nil {
		return nil, fmt.Errorf("%w: body: %w", ErrInvalid, err)
	}
	return bytes.NewReader(data), nil
}
