package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/xsale-go/xsale/authn"
)

func TestClassOf(t *testing.T) {
	going := t.Context()
	stopped, stop := context.WithCancelCause(going)
	stop(errors.New("stopped by the caller"))
	for _, test := range []struct {
		ctx    context.Context
		status int
		err    error
		want   string
	}{
		{going, 200, nil, ""},
		{going, 0, nil, ""},
		{going, 404, nil, "status"},
		{going, 503, &Error{StatusCode: 503, Err: context.DeadlineExceeded}, "status"},
		{stopped, 404, &Error{StatusCode: 404}, "status"},
		{going, 200, fmt.Errorf("%w: no JSON", ErrDecode), "response"},
		{going, 200, ErrTooLarge, "response"},
		{going, 200, fmt.Errorf("%w: %w", ErrDecode, context.DeadlineExceeded), "timeout"},
		{going, 0, io.ErrUnexpectedEOF, "connection"},
		{going, 0, context.DeadlineExceeded, "timeout"},
		{going, 0, context.Canceled, "canceled"},
		{stopped, 0, context.Cause(stopped), "canceled"},
		{going, 0, fmt.Errorf("%w: another origin", ErrNotSent), "not_sent"},
		{going, 0, fmt.Errorf("%w: %w", ErrNotSent, context.DeadlineExceeded), "timeout"},
		{going, 0, &authn.Error{Reason: authn.ErrBlocked}, "login"},
		{going, 503, &Error{StatusCode: 503, Err: &authn.Error{Reason: authn.ErrBlocked}}, "login"},
	} {
		if got := classOf(test.ctx, test.status, test.err); got != test.want {
			t.Errorf("%d, %v: got %q, want %q", test.status, test.err, got, test.want)
		}
	}
}
