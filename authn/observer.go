package authn

import (
	"log/slog"
)

// Observer is told what a [Source] does. Its methods are called one at a time, while callers wait: they should return
// soon, and must not call the Source. A panic in them is swallowed.
type Observer interface {
	// TokenChanged says that another pair is in use now, from a login or from the store.
	TokenChanged(token *Token, fromStore bool)
	// LoginFailed says that a login failed, be it for callers that wait or ahead of expiry, when nobody else notices.
	LoginFailed(err *Error)
	// StoreDegraded says that the store failed in an operation, "load", "save" or "lock", and was done without.
	StoreDegraded(operation string, err error)
}

// LogTo returns an Observer that logs: a new pair as information, failures as warnings. It logs no secrets.
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
	o.log.Warn("xsale token store failed; carrying on without it", slog.String("operation", operation), slog.Any("error", err))
}

// notify keeps a panic in an observer away from the callers.
func (s *Source) notify(event func(Observer)) {
	if s.observer == nil {
		return
	}
	defer func() { _ = recover() }()
	event(s.observer)
}
