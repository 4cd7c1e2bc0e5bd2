package xsale

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
)

// What an [*Error] is, for [errors.Is]. The vendor publishes no status codes of the API; these follow HTTP.
var (
	ErrBadRequest   = errors.New("bad request")           // 400, 422
	ErrUnauthorized = errors.New("tokens refused")        // 401, after one fresh login
	ErrForbidden    = errors.New("not allowed")           // 403
	ErrNotFound     = errors.New("not found")             // 404
	ErrConflict     = errors.New("conflict")              // 409
	ErrRateLimited  = errors.New("too many requests")     // 429, after the retries
	ErrServer       = errors.New("server failed")         // 5xx, after the retries
	ErrRedirect     = errors.New("redirect refused")      // 3xx: tokens are not sent on
	ErrDecode       = errors.New("answer not understood") // a success whose body breaks off or does not fit
	ErrTooLarge     = errors.New("answer too large")      // see WithMaxResponseBytes
	ErrInvalid      = errors.New("invalid argument")      // refused before anything was sent
	ErrDryRun       = errors.New("dry run, not sent")     // see DryRun

	// ErrMaybeProcessed is a call that is not idempotent, such as a create, of which it is not known whether the server has
	// acted on it: it broke off without an answer, or the answer was 408, 5xx but 501 and 505, or a success that cannot be
	// read. Look before you send it again.
	ErrMaybeProcessed = errors.New("the request may have been processed")

	errNotSent = errors.New("request not sent") // repeating it would change nothing
)

// Bounds of what an Error keeps of a body, and of its text.
const (
	maxErrorBody = 64 << 10
	maxErrorText = 4 << 10
)

// Error is a call that failed: an answer other than a success, an answer that cannot be read, or no answer at all. A
// failed login is an [*github.com/xsale-go/xsale/authn.Error] instead.
type Error struct {
	StatusCode int    // HTTP status, 0 when there was no answer
	Operation  string // operationId of the API description; empty for a raw call
	Method     string
	Route      string // path template, such as /{organizationName}/orders; the path itself for a raw call
	RequestID  string // the server's id of the request, where it sends one

	// Code, Message and Fields are what could be read from the body. The vendor does not publish its form; the common
	// ones of ASP.NET and ServiceStack are known.
	Code    string
	Message string
	Fields  []FieldError

	RetryAfter time.Duration // the server's hint, 0 without one
	Attempts   int           // requests sent

	// MaybeProcessed is what errors.Is(err, ErrMaybeProcessed) reports.
	MaybeProcessed bool

	Header    http.Header // of the answer; nil without one
	Body      []byte      // of the answer, up to 64 KiB; with [redacted] for the tokens of the call
	Truncated bool        // whether Body is only the beginning

	Err error // the cause, where it is not the status

	html bool // the body is a page for people: of a proxy or a login, seldom of the API
}

// FieldError is what the server says about one member of the request.
type FieldError struct {
	Field   string // as the server names it; empty where the message is about no single one
	Message string
}

func (f FieldError) text() string {
	if f.Field == "" || f.Message == "" {
		return f.Field + f.Message
	}
	return f.Field + ": " + f.Message
}

func newError(state *callState, cause error) *Error {
	state.failure = &Error{Operation: state.id, Method: state.method, Route: state.route, Attempts: state.attempts, MaybeProcessed: state.maybeProcessed, Err: cause}
	return state.failure
}

// errorFromResponse reads the answer, but does not close it.
func errorFromResponse(state *callState, response *http.Response) *Error {
	e := newError(state, nil)
	e.StatusCode = response.StatusCode
	e.Header = response.Header
	e.RequestID = requestID(response.Header)
	if hint, ok := httpx.RetryAfter(response.Header, time.Now()); ok {
		e.RetryAfter = hint
	}
	if response.StatusCode < http.StatusOK { // what follows 101 is no body, and has no end
		e.Err = fmt.Errorf("not the status of an answer: %q", response.Status)
		return e
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorBody+1))
	if err != nil {
		e.Err = fmt.Errorf("read the answer: %w", err)
	}
	e.keepBody(state, body)
	e.parseBody(response.Header.Get("Content-Type"))
	return e
}

// keepBody keeps a copy, so that a long body can be freed.
func (e *Error) keepBody(state *callState, body []byte) {
	e.Truncated = len(body) > maxErrorBody
	e.Body = state.withoutTokens(body[:min(len(body), maxErrorBody)])
}

// withoutTokens returns a copy of a body without the tokens of the call, which a server may repeat: no error holds them.
func (s *callState) withoutTokens(body []byte) []byte {
	if s.token == nil {
		return bytes.Clone(body)
	}
	body = bytes.ReplaceAll(body, []byte(s.token.AccessToken()), []byte(redacted))
	return bytes.ReplaceAll(body, []byte(s.token.IDToken()), []byte(redacted))
}

func requestID(header http.Header) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Correlation-Id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// Error names the call, the status, and the code, message and fields that the server gave, as one line; of a body in plain
// text that is the beginning. The rest of the body is not part of it, because it may hold personal data.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s:", e.Method, e.Route)
	if e.StatusCode != 0 {
		text.WriteString(strings.TrimRight(fmt.Sprintf(" %d %s", e.StatusCode, http.StatusText(e.StatusCode)), " ")) // not all have a name
	}
	if e.html {
		text.WriteString(" (an HTML page)")
	}
	if e.Code != "" {
		fmt.Fprintf(&text, " [%s]", e.Code)
	}
	separator := ": "
	if e.StatusCode == 0 {
		separator = " "
	}
	if e.Message != "" {
		fmt.Fprintf(&text, "%s%s", separator, e.Message)
		separator = "; "
	}
	for _, field := range e.Fields {
		text.WriteString(separator + field.text())
		separator = "; "
	}
	if e.Err != nil {
		fmt.Fprintf(&text, "%s%v", separator, e.Err)
	}
	line := printable.Line(text.String(), maxErrorText)
	if e.MaybeProcessed {
		line += "; " + ErrMaybeProcessed.Error()
	}
	if e.Attempts > 1 {
		line += fmt.Sprintf(" (after %d attempts)", e.Attempts)
	}
	return line
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the sentinel of the status, or [ErrMaybeProcessed] where that holds.
func (e *Error) Is(target error) bool {
	if target == ErrMaybeProcessed {
		return e.MaybeProcessed
	}
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return target == ErrBadRequest
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusTooManyRequests:
		return target == ErrRateLimited
	}
	return e.StatusCode/100 == 3 && target == ErrRedirect || e.StatusCode >= 500 && target == ErrServer
}

// LogValue logs what is safe to keep: not the server's words, the path of a raw call, nor the body.
func (e *Error) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("operation", e.Operation),
		slog.String("method", e.Method),
		slog.Int("status", e.StatusCode),
		slog.String("request_id", loggableID(e.RequestID)),
		slog.Int("attempts", e.Attempts),
		slog.Bool("maybe_processed", e.MaybeProcessed),
	}
	if e.Operation != "" {
		attributes = append(attributes, slog.String("route", e.Route))
	}
	return slog.GroupValue(attributes...)
}

// maxLoggedID bounds an id in the log.
const maxLoggedID = 128

// loggableID returns an id that has the form of one; empty for another text, which could be anything.
func loggableID(id string) string {
	isOther := func(r rune) bool {
		isID := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:;|/+=", r)
		return !isID
	}
	if len(id) > maxLoggedID || strings.ContainsFunc(id, isOther) {
		return ""
	}
	return id
}
