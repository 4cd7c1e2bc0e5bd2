package call

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Temporary reports whether the same call may succeed later: after 408, 429, or 5xx except 501 and
// 505, a broken or refused connection, a DNS failure, a timeout, a truncated response, a temporary
// refusal of a proxy, or a failed login that is not permanent. The error may be wrapped.
//
// It is false for nil, invalid arguments, dry runs, other statuses, reported failures, responses
// that do not fit or cannot be recorded, certificate errors, a closed token source, and a call
// whose context the caller canceled. It does not say that another call is safe: check
// [ErrMaybeProcessed] before you send a create again.
func Temporary(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || httpx.PermanentTLS(err) || httpx.Unrecorded(err) {
		return false
	}
	for _, permanent := range []error{ErrInvalid, ErrDryRun, ErrTooLarge, ErrReportedFailure, authn.ErrClosed} {
		if errors.Is(err, permanent) {
			return false
		}
	}
	if login, ok := errors.AsType[*authn.Error](err); ok {
		return !login.Reason.Permanent() && !httpx.PermanentProxy(err)
	}
	failed, ok := errors.AsType[*Error](err)
	switch {
	case ok && failed.StatusCode/100 > 2:
		return httpx.TemporaryStatus(failed.StatusCode)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.Is(err, ErrProxy):
		return !httpx.PermanentProxy(err)
	case ok && failed.StatusCode == 0:
		return !errors.Is(err, ErrNotSent)
	}
	_, network := errors.AsType[net.Error](err)
	return network
}
