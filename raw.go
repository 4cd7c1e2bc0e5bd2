package xsale

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// Response is the answer to a raw call, or what [Capture] keeps of the answer to any call.
type Response struct {
	StatusCode int // of a raw call a 2xx
	Header     http.Header
	Body       []byte
}

// Decode reads the body as JSON into value.
func (r *Response) Decode(value any) error {
	if err := wire.Unmarshal(bytes.TrimPrefix(r.Body, []byte(byteOrderMark)), value); err != nil {
		return fmt.Errorf("%w: %w", ErrDecode, err)
	}
	return nil
}

// Call sends a request to any path of the API, with the tokens, retries, limits and errors of every other call. It is for
// what this package has no method for: the vendor's Swagger at https://api.xsale.ai/swagger lists all operations.
//
// The path starts with a slash, may have a query, and is taken as it is: escape what you put into it with
// [url.PathEscape]. An empty segment, "." and ".." are refused, the dots also beside a slash or backslash that is escaped.
// The body is nil, JSON as []byte or [json.RawMessage], an [io.Reader] with JSON, or a value to be written as JSON. A
// reader that net/http cannot read twice turns retries off.
func (c *Client) Call(ctx context.Context, method, path string, body any, options ...CallOption) (*Response, error) {
	target, err := rawPath(path)
	if err != nil {
		return nil, err
	}
	reader, err := rawBody(body)
	if err != nil {
		return nil, err
	}
	state := &callState{operation: rawOperation(method, target.Path), reading: readWhole}
	response, err := send(ctx, state, options, func(ctx context.Context, edit gen.RequestEditorFn) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, method, c.BaseURL()+target.String(), reader)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if reader != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		if err := c.SetUserAgent(ctx, request); err != nil {
			return nil, err
		}
		if err := edit(ctx, request); err != nil {
			return nil, err
		}
		return c.doer.Do(request)
	})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := bytesOf(response)
	if err != nil {
		return nil, decodeError(state, response, data, err)
	}
	return &Response{response.StatusCode, response.Header, bytes.Clone(data)}, nil
}

// rawPath checks a path before it can be cleaned up into another one.
func rawPath(path string) (*url.URL, error) {
	target, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || target.Host != "" || target.Fragment != "" {
		return nil, fmt.Errorf("%w: path %q: write it as /organization/orders, from a slash on, without host or fragment", ErrInvalid, path)
	}
	for segment := range strings.SplitSeq(target.EscapedPath()[1:], "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return nil, fmt.Errorf("%w: path %q: %w", ErrInvalid, path, err)
		}
		if err := checkSegment("path segment", plain); err != nil {
			return nil, err
		}
	}
	return target, nil
}

// checkSegment refuses the segments that a server or net/http would take for "here", "up" or nothing, also behind a slash
// or a backslash that is escaped: some servers unescape a path before they resolve it.
func checkSegment(name, segment string) error {
	parts := strings.FieldsFunc(segment, func(r rune) bool { return r == '/' || r == '\\' })
	if segment == "" || slices.Contains(parts, ".") || slices.Contains(parts, "..") {
		return fmt.Errorf("%w: %s is %q", ErrInvalid, name, segment)
	}
	return nil
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
	data, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("%w: body: %w", ErrInvalid, err)
	}
	return bytes.NewReader(data), nil
}
