package call

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/redact"
)

// Sentinels for [errors.Is]. The vendor publishes no status codes of the API; these follow HTTP
// (RFC 9110).
var (
	ErrBadRequest   = errors.New("bad request")            // 400, 422
	ErrUnauthorized = errors.New("tokens rejected")        // 401, even after a fresh login if one was allowed
	ErrForbidden    = errors.New("not allowed")            // 403
	ErrNotFound     = errors.New("not found")              // 404
	ErrConflict     = errors.New("conflict")               // 409
	ErrRateLimited  = errors.New("too many requests")      // 429, after the retries
	ErrServer       = errors.New("server failed")          // 5xx, after the retries
	ErrRedirect     = errors.New("redirect not followed")  // 3xx: tokens are not sent on
	ErrDecode       = errors.New("cannot decode response") // a success whose body is truncated or does not fit
	ErrTooLarge     = errors.New("response too large")     // see WithMaxResponseBytes
	ErrInvalid      = errors.New("invalid argument")       // rejected before anything was sent
	ErrDryRun       = errors.New("dry run, not sent")      // see DryRun

	// ErrMaybeProcessed marks a call that is not idempotent, such as a create, if the server may
	// have acted: it got no response after connecting, or 408, 5xx except 501 and 505, or a success
	// that cannot be decoded. Check whether it was processed before sending it again, as
	// [CreateOnce] does.
	ErrMaybeProcessed = errors.New("the request may have been processed")

	// ErrReportedFailure is a 2xx response whose body reports a failure, such as
	// {"Success":false,"Message":"…"}; see [FailureSign]. The call is not retried.
	ErrReportedFailure = errors.New("the response reports a failure")

	// ErrProxy is a proxy that refused to connect, or that no connection was made to, so that
	// nothing was sent. Its status is in the message, not in StatusCode, which is the API's.
	ErrProxy = httpx.ErrProxy

	// ErrNotSent marks a call whose last attempt was rejected, canceled or out of time before it
	// was sent. Earlier attempts may have reached the server: check Attempts and MaybeProcessed.
	ErrNotSent = errors.New("request not sent")
)

// Bounds of an Error's body and message.
const (
	maxErrorBody = 64 << 10
	maxErrorText = 4 << 10
)

// Error is a failed call: a non-2xx response, a 2xx response that cannot be decoded or reports a
// failure, or no response at all. A failed login is an
// [*github.com/xsale-go/xsale/authn.Error] instead. An Error is not changed after it is returned.
type Error struct {
	StatusCode int    // HTTP status, 0 without a response
	Operation  string // operationId in the spec; for a raw call empty, or set by Name
	Method     string
	Route      string // path template, such as /{organizationName}/orders; the path itself for a raw call

	// Page is the page of a list in pages, from 1 for the first one that the range has sent a call
	// for; 0 for other calls.
	Page int

	// RequestID is the server's id of the request, if it sends one: from the headers X-Request-Id,
	// Request-Id, X-Correlation-Id, Correlation-Id, X-Trace-Id, traceparent (its trace id) and
	// those of Azure, AWS and Cloudflare, in this order, else traceId, requestId or correlationId
	// in the body.
	RequestID string

	// Code, Message and Fields are read from the body. The vendor does not publish its format; the
	// common formats of ASP.NET and ServiceStack are known.
	Code    string
	Message string
	Fields  []FieldError

	RetryAfter time.Duration // the server's hint, 0 without one
	Attempts   int           // requests sent, without reads that net/http repeats on a new connection

	MaybeProcessed bool // whether the server may have processed the call, see ErrMaybeProcessed

	Header    http.Header // of the response; nil without one
	Body      []byte      // of the response, up to 64 KiB; with [redacted] for the tokens of the call, as in Header
	Truncated bool        // whether Body is only the beginning

	Err error // the cause, if it is not the status

	budgetSpent bool // why the call was not retried
	raw         bool // Route is a path, which may contain personal data
	html        bool // the body is a web page: of a proxy or a login, seldom of the API
}

// FieldError is a server error about one field of the request.
type FieldError struct {
	Field   string // as the server names it; empty if the message is not about one field
	Message string
}

// String returns the field and its message.
func (f FieldError) String() string {
	if f.Field == "" || f.Message == "" {
		return f.Field + f.Message
	}
	return f.Field + ": " + f.Message
}

func newError(s *state, cause error) *Error {
	page := 0
	if s.pages != nil {
		page = s.pages.number
	}
	return &Error{Page: page, Operation: cmp.Or(s.ID, s.name), raw: s.ID == "", budgetSpent: s.budgetSpent, Method: s.Method, Route: s.Route, Attempts: s.attempts, MaybeProcessed: s.maybeProcessed, Err: cause}
}

// errorFromResponse reads the response, but does not close it.
func errorFromResponse(s *state, response *http.Response) *Error {
	e := newError(s, nil)
	e.setResponse(s, response)
	if hint, ok := httpx.RetryAfter(response.Header, time.Now()); ok {
		e.RetryAfter = hint
	}
	if response.StatusCode < http.StatusOK { // what follows 101 is not a body, and has no end
		e.Err = fmt.Errorf("not a final status: %q", s.withoutTokens(response.Status))
		return e
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorBody+1))
	if err != nil {
		e.Err = fmt.Errorf("read the response: %w", s.clean(err))
	}
	e.setBody(s, body)
	e.parseBody(response.Header.Get("Content-Type"))
	return e
}

// decodeError is a success that cannot be decoded. Status and body are kept, so that nothing is
// lost.
func decodeError(s *state, response *http.Response, body []byte, cause error) *Error {
	e := newError(s, fmt.Errorf("%w: %w", ErrDecode, s.clean(cause)))
	e.setResponse(s, response)
	e.setBody(s, body)
	return e
}

func (e *Error) setResponse(s *state, response *http.Response) {
	e.StatusCode = response.StatusCode
	e.Header = response.Header.Clone()
	for _, values := range e.Header {
		for i, value := range values {
			values[i] = s.withoutTokens(value)
		}
	}
	e.RequestID = requestID(e.Header)
}

// setBody stores a copy, so that a long body can be freed.
func (e *Error) setBody(s *state, body []byte) {
	e.Truncated = len(body) > maxErrorBody
	e.Body = []byte(s.withoutTokens(string(body[:min(len(body), maxErrorBody)])))
}

// withoutTokens returns text without the tokens of the call, which a server may echo in any form.
func (s *state) withoutTokens(text string) string {
	if s.token == nil {
		return text
	}
	return redact.Text(text, s.token.AccessToken(), s.token.IDToken())
}

// minToken is the number of bytes from which a token is looked for in the cause of an error. A
// shorter one, as in tests, could be any word of it.
const minToken = 16

// clean returns err, or if its text contains a token, only that text without it: what err wraps
// contains the token, too.
func (s *state) clean(err error) error {
	if err == nil || s.token == nil {
		return err
	}
	tokens := slices.DeleteFunc([]string{s.token.AccessToken(), s.token.IDToken()}, func(token string) bool { return len(token) < minToken })
	if text := redact.Text(err.Error(), tokens...); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// idHeaders are the headers with a server's id of a request: first those of applications and
// tracing, then those of gateways in front of them.
var idHeaders = []string{
	"X-Request-Id", "Request-Id", "X-Correlation-Id", "Correlation-Id", "X-Trace-Id", "Traceparent",
	"X-Ms-Request-Id", "Apim-Request-Id", "X-Amzn-Requestid", "X-Amzn-Trace-Id", "X-Azure-Ref", "Cf-Ray",
}

func requestID(header http.Header) string {
	for _, name := range idHeaders {
		id := header.Get(name)
		if name == "Traceparent" { // version, trace id, span id, flags: https://www.w3.org/TR/trace-context/
			parts := strings.Split(id, "-")
			if len(parts) < 4 || len(parts[1]) != 32 || strings.Trim(parts[1], "0") == "" {
				continue
			}
			id = parts[1]
		}
		if id != "" {
			return id
		}
	}
	return ""
}

// Error returns one line: the call, the status, and the server's code, message and fields, or the
// beginning of a plain text body. The rest of the body is left out, because it may contain personal
// data.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Method, e.Route)
	if e.Page != 0 {
		fmt.Fprintf(&b, ", page %d", e.Page)
	}
	b.WriteByte(':')
	if e.StatusCode != 0 {
		b.WriteString(strings.TrimRight(fmt.Sprintf(" %d %s", e.StatusCode, http.StatusText(e.StatusCode)), " ")) // not all have a name
	}
	if e.html {
		b.WriteString(" (an HTML page)")
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " [%s]", e.Code)
	}
	separator := ": "
	if e.StatusCode == 0 {
		separator = " "
	}
	if e.Message != "" {
		fmt.Fprintf(&b, "%s%s", separator, e.Message)
		separator = "; "
	}
	for _, field := range e.Fields {
		if s := field.String(); !strings.Contains(e.Message+";", s+";") { // some servers repeat the fields in the message
			b.WriteString(separator + s)
			separator = "; "
		}
	}
	if e.Err != nil {
		fmt.Fprintf(&b, "%s%v", separator, e.Err)
	}
	line := printable.Line(b.String(), maxErrorText)
	if e.budgetSpent {
		line += "; not retried: the retry budget is spent (WithRetryBudget)"
	}
	if e.MaybeProcessed {
		line += "; " + ErrMaybeProcessed.Error()
	}
	if e.Attempts > 1 {
		line += fmt.Sprintf(" (after %d attempts)", e.Attempts)
	}
	return line
}

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the sentinel of the status, or [ErrMaybeProcessed] if MaybeProcessed
// is set.
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

// LogValue logs what is safe to keep. It leaves out the server's words, the path of a raw call and
// the body.
func (e *Error) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("operation", e.Operation),
		slog.String("method", e.Method),
		slog.Int("status", e.StatusCode),
		slog.String("request_id", loggableID(e.RequestID)),
		slog.Int("attempts", e.Attempts),
		slog.Bool("maybe_processed", e.MaybeProcessed),
	}
	if e.Page != 0 {
		attributes = append(attributes, slog.Int("page", e.Page))
	}
	if e.Operation != "" && !e.raw {
		attributes = append(attributes, slog.String("route", e.Route))
	}
	return slog.GroupValue(attributes...)
}

// maxLoggedID bounds an id in the log, in bytes.
const maxLoggedID = 128

// loggableID returns an id that looks like one; empty for any other string, which could contain
// anything.
func loggableID(id string) string {
	other := func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("-_.:;|/+=", r)
	}
	if len(id) > maxLoggedID || strings.ContainsFunc(id, other) {
		return ""
	}
	return id
}
