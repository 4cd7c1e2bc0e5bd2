package call

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Hooks receives callbacks about a Client's calls, for metrics and traces. Each function may be
// nil. They run in the goroutine of the call, concurrently for different calls, so they must be
// fast and safe for concurrent use. Panics are not recovered. An authn.Observer receives logins and
// the events of token stores, which are not calls.
type Hooks struct {
	// CallStart runs before the call logs in or sends anything. It may return a context derived
	// from ctx, which the rest of the call uses: a tracer starts its span here. Nil changes
	// nothing.
	CallStart func(ctx context.Context, event Event) context.Context

	// AttemptDone runs after each request, with the context of the call.
	AttemptDone func(ctx context.Context, event Event)

	// Retry runs before the wait for another attempt.
	Retry func(ctx context.Context, event Event)

	// CallDone runs once at the end of a call: when its response is read, when the caller closes
	// the body, or when the loop over a list ends. It does not run if a body is never closed.
	CallDone func(ctx context.Context, event Event)
}

// Event describes a call to [Hooks]. All fields except Err are free of personal data.
type Event struct {
	Operation string // operationId in the spec; for a raw call empty, or set by Name
	Method    string
	Route     string // path template, such as /{organizationName}/orders; empty for a raw call, because a path may contain personal data

	// Attempt is the number of the request, from 1; for Retry the number of the next one, for
	// CallDone the total.
	Attempt int

	// Status is the status of the response, 0 without one. For Retry it is the status that caused
	// the retry; for CallDone the latest status.
	Status int

	// Class is a word for the failure: "status" for a non-2xx response, "response" for a success
	// that cannot be decoded, "reported" for a success that reports a failure, "connection",
	// "timeout", "canceled", "login", "proxy", or "not_sent" for a request rejected before it was
	// sent. It is empty for a success.
	Class string

	// Err is the error behind Class. For CallDone it is the error that the caller gets; for an
	// attempt it is nil if there was a readable response. Its message may quote the server.
	Err error

	// Duration is the time of the attempt without the waits before it; for CallDone the time of the
	// whole call. The attempt of a list, or of a body that the caller reads, ends with the headers.
	Duration time.Duration

	RequestBytes  int64 // size of the request body, -1 if unknown
	ResponseBytes int64 // Content-Length of the response, -1 without one

	// BudgetSpent reports, for CallDone, that the call was not retried because too many others
	// were: the server seems to be down.
	BudgetSpent bool

	// RetryWait is the wait before this attempt; for Retry the wait that follows; for CallDone the
	// sum of all waits.
	RetryWait time.Duration
}

// event returns the fields that all events of a call have.
func (s *state) event() Event {
	event := Event{Operation: cmp.Or(s.ID, s.name), Method: s.Method, Attempt: s.attempts, RequestBytes: s.requestBytes, ResponseBytes: s.responseBytes}
	if s.ID != "" {
		event.Route = s.Route
	}
	return event
}

// classOf returns the class of a failure under ctx.
func classOf(ctx context.Context, status int, err error) string {
	if _, ok := errors.AsType[*authn.Error](err); ok {
		return "login"
	}
	switch {
	case status != 0 && status/100 != 2:
		return "status"
	case err == nil:
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, ErrProxy):
		return "proxy"
	case errors.Is(err, ErrNotSent):
		return "not_sent"
	case errors.Is(err, ErrReportedFailure):
		return "reported"
	case errors.Is(err, ErrDecode), errors.Is(err, ErrTooLarge):
		return "response"
	}
	return "connection"
}

// requestSize returns the length of a request's body, -1 if unknown.
func requestSize(request *http.Request) int64 {
	if request.ContentLength == 0 && request.Body != nil && request.Body != http.NoBody {
		return -1
	}
	return request.ContentLength
}
