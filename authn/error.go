package authn

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Reason is why a login failed. The constants are errors, for errors.Is(err, authn.ErrBlocked).
type Reason string

// Error returns the reason as a string.
func (r Reason) Error() string { return string(r) }

// Reasons up to ErrConfiguration are permanent: trying again cannot help, and may block the
// account. A [Source] logs in again only with other credentials, or after [Source.Reset],
// [Source.Refresh] or [Source.Clear]. It uses tokens that another program saves in the store.
const (
	ErrInvalidCredentials     Reason = "wrong user name or password"
	ErrInvalidClient          Reason = "wrong client ID or client secret"
	ErrBlocked                Reason = "account blocked"
	ErrVerificationRequired   Reason = "login requires verification by a person"
	ErrMFARequired            Reason = "multi-factor authentication required"
	ErrLoginRequired          Reason = "the user must log in"          // see Credentials.UserLogin
	ErrAccessDenied           Reason = "the user was not given access" // see Credentials.UserLogin
	ErrConfiguration          Reason = "login request rejected"
	ErrRateLimited            Reason = "too many logins"
	ErrUnavailable            Reason = "login service unavailable"
	ErrInvalidResponse        Reason = "invalid response from the login service"
	ErrCredentialsUnavailable Reason = "credentials unavailable"
)

// ErrClosed is returned by a [Source] after [Source.Close].
var ErrClosed = errors.New("authn: source closed")

// Permanent reports whether logging in again with the same credentials is pointless.
func (r Reason) Permanent() bool {
	switch r {
	case ErrInvalidCredentials, ErrInvalidClient, ErrBlocked, ErrVerificationRequired, ErrMFARequired,
		ErrLoginRequired, ErrAccessDenied, ErrConfiguration:
		return true
	}
	return false
}

// Remedy returns what to do about a login that failed for this reason; empty for
// [ErrLoginRequired], which says it, and [ErrCredentialsUnavailable], whose cause names it.
func (r Reason) Remedy() string {
	switch r {
	case ErrInvalidCredentials:
		return "check the user name and the password; ten wrong attempts block the account"
	case ErrInvalidClient:
		return "check the client ID and the client secret"
	case ErrBlocked:
		return "unblock the account or change its password; further attempts prolong the block"
	case ErrVerificationRequired, ErrMFARequired:
		return "use an account that can log in without a person"
	case ErrAccessDenied:
		return "ask Futuriti whether the user's email address is among those with API access"
	case ErrConfiguration:
		return "check audience, scope, token URL and redirect URL, and whether the application may use this grant"
	case ErrRateLimited:
		return "share tokens among programs through a token store instead of logging in from each"
	case ErrUnavailable:
		return "check the network and the token URL, and try again later"
	case ErrInvalidResponse:
		return "check the token URL"
	}
	return ""
}

// Error is a failed login, never an error of the xSale API. Many callers may receive the
// same Error; do not modify it.
type Error struct {
	Reason      Reason
	StatusCode  int           // HTTP status of the login service, 0 without a response
	Code        string        // OAuth error code such as invalid_grant, or empty
	Description string        // the service's own words, bounded, with secrets removed
	RetryAfter  time.Duration // the wait that the service asked for, or 0
	RetryAt     time.Time     // earliest next login, in UTC by this machine's clock; zero if only other credentials help
	FailedAt    time.Time     // when the login failed, in UTC by this machine's clock
	Remembered  bool          // no login was sent now: this one failed earlier, perhaps in another program
	Attempts    int           // requests sent for this login
	MFAToken    Secret        // with ErrMFARequired: the token to continue with, if the service sent one
	Err         error         // the cause, unless it is a response

	held bool // no request was sent, because of the login budget or because only the user can log in
}

// Error names the reason, the details from the service, and the remedy.
func (e *Error) Error() string {
	var message strings.Builder
	fmt.Fprintf(&message, "login failed: %s", e.Reason)
	var response []string
	if e.StatusCode != 0 {
		response = append(response, fmt.Sprintf("status %d", e.StatusCode))
	}
	if e.Code != "" {
		response = append(response, e.Code)
	}
	if response != nil {
		fmt.Fprintf(&message, " (%s)", strings.Join(response, ", "))
	}
	if e.Description != "" {
		fmt.Fprintf(&message, ": %s", strings.TrimRight(e.Description, ". "))
	}
	if e.Err != nil {
		fmt.Fprintf(&message, ": %v", e.Err)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&message, "; the service asks to wait %v", e.RetryAfter.Round(time.Second))
	}
	if remedy := e.Reason.Remedy(); remedy != "" {
		fmt.Fprintf(&message, "; %s", remedy)
	}
	if e.Remembered {
		fmt.Fprintf(&message, "; remembered since %s until %s: to try again now, call Source.Reset or run xsale token refresh",
			e.FailedAt.Format(time.RFC3339), e.until())
	}
	return message.String()
}

func (e *Error) until() string {
	if e.RetryAt.IsZero() {
		return "the credentials change"
	}
	return e.RetryAt.Format(time.RFC3339)
}

// remembered returns a copy for callers that come later.
func (e *Error) remembered() *Error {
	copied := *e
	copied.Remembered = true
	return &copied
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the [Reason] of the failure.
func (e *Error) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && reason == e.Reason
}

// LogValue logs the failure without the service's own words.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reason", string(e.Reason)),
		slog.Int("status", e.StatusCode),
		slog.String("code", loggableCode(e.Code)),
		slog.Int("attempts", e.Attempts),
	)
}

// loggableCode returns a code made of a-z and _, as all codes of OAuth and Auth0 are. Any other
// string could be anything, and becomes empty.
func loggableCode(code string) string {
	if strings.ContainsFunc(code, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		return ""
	}
	return code
}
