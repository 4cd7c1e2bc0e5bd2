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
		return ContextError(ctx)
	}
	return WithoutURL(err)
}

// ContextError returns the cause of the end of a context. A cause of the caller's own still is a
// [context.Canceled] or [context.DeadlineExceeded], which decides whether to try again.
func ContextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return fmt.Errorf("%w: %w", ctx.Err(), cause)
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
