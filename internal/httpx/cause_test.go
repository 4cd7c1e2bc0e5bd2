package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"
)

func TestCause(t *testing.T) {
	failure := &url.Error{Op: "Get", URL: "https://host/?nip=5260250274", Err: io.ErrUnexpectedEOF}
	if got := Cause(t.Context(), failure); got != io.ErrUnexpectedEOF {
		t.Errorf("got %v", got)
	}
	if got := Cause(t.Context(), io.EOF); !errors.Is(got, io.EOF) || got.Error() != "the connection ended before the response: EOF" {
		t.Errorf("got %v", got)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("closing")
	cancel(reason)
	if got := Cause(ctx, failure); !errors.Is(got, reason) || !errors.Is(got, context.Canceled) || got.Error() != "context canceled: closing" {
		t.Errorf("got %v", got)
	}
	ctx, cancel = context.WithCancelCause(t.Context())
	reason = fmt.Errorf("too late: %w", context.DeadlineExceeded)
	cancel(reason)
	if got := Cause(ctx, failure); got != reason {
		t.Errorf("got %v", got)
	}
}
