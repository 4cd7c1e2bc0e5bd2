package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// Cause returns the reason why the context ended, if it did. Otherwise it returns the error of the
// network; see [WithoutURL].
func Cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return WithoutURL(err)
}

// WithoutURL drops the method and URL that net/http puts in front of an error, because the query
// may contain personal data, explains a bare EOF, and tells a [ProxyError] apart.
func WithoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err == io.EOF {
		return fmt.Errorf("the connection ended before the response: %w", err)
	}
	return withProxy(err)
}
