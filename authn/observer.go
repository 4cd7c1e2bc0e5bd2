package authn

import "log/slog"

// Observer receives the events of a [Source]: logins and token stores, not API calls. Hooks of a
// Client report API calls; see [github.com/xsale-go/xsale.WithHooks].
//
// A Source calls one method at a time, and may do so while callers wait for the login, so the
// methods should return quickly. An observer of several Sources must be safe for concurrent use.
// The methods must not call the Source. A panic in them is recovered and ignored.
type Observer interface {
	// TokenChanged reports new tokens, from a login or from the store.
	TokenChanged(token *Token, fromStore bool)
	// LoginFailed reports a failed login, including one in the background that no caller waits for.
	LoginFailed(err *Error)
	// StoreDegraded reports a failure of the store that the Source ignored, at most once for an
	// operation in a login. The operation is "load", "save", "lock", "unlock", "verify" or "seal".
	StoreDegraded(operation string, err error)
}

// LogTo returns an Observer that logs new tokens at level info and failures at level warn. It logs
// no secrets.
func LogTo(logger *slog.Logger) Observer {
	return logObserver{logger}
}

type logObserver struct{ log *slog.Logger }

func (o logObserver) TokenChanged(token *Token, fromStore bool) {
	o.log.Info("xsale token changed", slog.Bool("from_store", fromStore), slog.Time("expires_at", token.ExpiresAt()))
}

func (o logObserver) LoginFailed(err *Error) {
	o.log.Warn("xsale login failed", slog.Any("failure", err))
}

func (o logObserver) StoreDegraded(operation string, err error) {
	o.log.Warn("xsale token store failed; continuing without it", slog.String("operation", operation), slog.Any("error", err))
}
