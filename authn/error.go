package authn

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Reason says why a login failed. The constants are errors, for errors.Is(err, authn.ErrBlocked).
type Reason string

// Error returns the reason as text.
func (r Reason) Error() string { return string(r) }

// The reasons. Those up to ErrConfiguration are permanent: a [Source] does not log in again until the credentials change
// or [Source.Reset] is called, because each further attempt would bring the account closer to being blocked.
const (
	ErrInvalidCredentials     Reason = "wrong user name or password"
	ErrInvalidClient          Reason = "wrong client id or client secret"
	ErrBlocked                Reason = "account blocked"
	ErrVerificationRequired   Reason = "login must be confirmed by a person"
	ErrMFARequired            Reason = "multi-factor authentication required"
	ErrConfiguration          Reason = "login refused"
	ErrRateLimited            Reason = "too many logins"
	ErrUnavailable            Reason = "login service unavailable"
	ErrInvalidReply           Reason = "unusable answer from the login service"
	ErrCredentialsUnavailable Reason = "credentials not to be had"
)

// ErrClosed is returned by a [Source] after [Source.Close].
var ErrClosed = errors.New("authn: source closed")

// Permanent reports whether logging in again with the same credentials cannot succeed.
func (r Reason) Permanent() bool {
	switch r {
	case ErrInvalidCredentials, ErrInvalidClient, ErrBlocked, ErrVerificationRequired, ErrMFARequired, ErrConfiguration:
		return true
	}
	return false
}

// remedy says what the reader can do.
func (r Reason) remedy() string {
	switch r {
	case ErrInvalidCredentials:
		return "check the user name and the password; ten wrong attempts block the account"
	case ErrInvalidClient:
		return "check the client id and the client secret"
	case ErrBlocked:
		return "unblock the account or change its password; further attempts prolong the block"
	case ErrVerificationRequired, ErrMFARequired:
		return "use an account that can log in without a person"
	case ErrConfiguration:
		return "check audience, scope and token URL, and whether the application may use the password grant"
	case ErrRateLimited:
		return "share one token among programs by a token store instead of logging in for each"
	case ErrUnavailable:
		return "check the network and the token URL, and try again later"
	case ErrInvalidReply:
		return "check the token URL"
	}
	return "" // of ErrCredentialsUnavailable the cause says it
}

// Error is a failed login. It is never an answer of the xSale API itself. One Error may be returned to many callers; it
// is not changed afterwards.
type Error struct {
	Reason      Reason
	StatusCode  int           // HTTP status of the login service, 0 when it did not answer
	Code        string        // OAuth error code, such as invalid_grant; empty when the answer has none
	Description string        // the service's own words, bounded, with secrets taken out
	RetryAfter  time.Duration // the service's hint, 0 without one
	RetryAt     time.Time     // when the Source logs in again; zero when it does not by itself
	Attempts    int           // requests sent for this login
	MFAToken    Secret        // with ErrMFARequired: the token to continue with, where the service gave one
	Err         error         // the cause, where it is not an answer of the service
}

// Error names the reason, what the service said, and the remedy.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "login failed: %s", e.Reason)
	if e.StatusCode != 0 {
		fmt.Fprintf(&text, " (status %d", e.StatusCode)
		if e.Code != "" {
			fmt.Fprintf(&text, ", %s", e.Code)
		}
		text.WriteString(")")
	}
	if e.Description != "" {
		fmt.Fprintf(&text, ": %s", strings.TrimRight(e.Description, ". "))
	}
	if e.Err != nil {
		fmt.Fprintf(&text, ": %v", e.Err)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&text, "; the service asks to wait %v", e.RetryAfter.Round(time.Second))
	}
	if remedy := e.Reason.remedy(); remedy != "" {
		fmt.Fprintf(&text, "; %s", remedy)
	}
	return text.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the [Reason] of the failure.
func (e *Error) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && reason == e.Reason
}

// LogValue logs the failure without the service's own words; a code that does not look like one is left out, too.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reason", string(e.Reason)),
		slog.Int("status", e.StatusCode),
		slog.String("code", loggableCode(e.Code)),
		slog.Int("attempts", e.Attempts),
	)
}

// loggableCode returns a code in the form that OAuth's and Auth0's have; empty for another text, which could be anything.
func loggableCode(code string) string {
	if strings.ContainsFunc(code, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		return ""
	}
	return code
}
