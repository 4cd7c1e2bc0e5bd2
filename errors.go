package xsale

import "github.com/xsale-go/xsale/call"

// Error is a failed call, see [call.Error]. Find one with errors.AsType[*xsale.Error](err).
type Error = call.Error

// FieldError is a server error about one field of the request, see [call.FieldError].
type FieldError = call.FieldError

// Temporary reports whether the same call may succeed later, see [call.Temporary].
func Temporary(err error) bool { return call.Temporary(err) }

// Sentinels for [errors.Is].
var (
	ErrBadRequest      = call.ErrBadRequest      // 400, 422
	ErrUnauthorized    = call.ErrUnauthorized    // 401, even after a fresh login if one was allowed
	ErrForbidden       = call.ErrForbidden       // 403
	ErrNotFound        = call.ErrNotFound        // 404
	ErrConflict        = call.ErrConflict        // 409
	ErrRateLimited     = call.ErrRateLimited     // 429, after the retries
	ErrServer          = call.ErrServer          // 5xx, after the retries
	ErrRedirect        = call.ErrRedirect        // 3xx: tokens are not sent on
	ErrDecode          = call.ErrDecode          // a success whose body is truncated or does not fit
	ErrTooLarge        = call.ErrTooLarge        // see WithMaxResponseBytes
	ErrInvalid         = call.ErrInvalid         // rejected before anything was sent
	ErrDryRun          = call.ErrDryRun          // see call.DryRun
	ErrReportedFailure = call.ErrReportedFailure // a 2xx whose body reports a failure, see WithFailureWhen
	ErrProxy           = call.ErrProxy           // a proxy made no connection, so nothing was sent
	ErrNotSent         = call.ErrNotSent         // the last attempt was not sent
	ErrMaybeProcessed  = call.ErrMaybeProcessed  // the server may have acted on a call that is not idempotent
)
