package xsale

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Hooks are told what the calls of a Client do, for metrics and traces. Each function may be nil. They run in the
// goroutine of the call, which waits for them, and those of different calls at the same time.
type Hooks struct {
	// CallStart is told of a call before it logs in or sends anything. The context that it returns, which is to be derived
	// from ctx, is the one of the call from then on: a tracer starts its span here. Nil leaves it as it is.
	CallStart func(ctx context.Context, event Event) context.Context

	// AttemptDone is told of each request that was sent, with the context of the call.
	AttemptDone func(ctx context.Context, event Event)

	// Retry is told before the wait for another attempt.
	Retry func(ctx context.Context, event Event)

	// CallDone is told of the end of a call: when its answer is read or, where the caller reads it, when it is closed; for a
	// list when that ends or is broken off.
	CallDone func(ctx context.Context, event Event)
}

// Event is what [Hooks] are told. All but Err is free of personal data.
type Event struct {
	Operation string // operationId of the API description; empty for a raw call
	Method    string
	Route     string // path template, such as /{organizationName}/orders; empty for a raw call, because a path may hold personal data

	// Attempt is the number of the request, from 1 on; for Retry that of the next one, for CallDone how many were sent.
	Attempt int

	// Status is the one of the answer, 0 without an answer. For Retry it is the reason; for CallDone that of the last answer.
	Status int

	// Class is a word for what went wrong: "status" for an answer that is no success, "answer" for a success that cannot be
	// read, "connection", "timeout", "canceled", "login", or "not_sent" for what was refused before; empty for a success.
	Class string

	// Err is the error behind Class. For a whole call it is what the caller gets; of an attempt that was answered it is
	// nil. Its text may hold what the server says.
	Err error

	// Duration is how long the attempt took, without waits before it; for CallDone how long the whole call took. A whole
	// answer counts, of a list and of what the caller reads only the beginning counts for the attempt.
	Duration time.Duration

	RequestBytes  int64 // of the request's body, -1 when it is not known ahead
	ResponseBytes int64 // the answer's Content-Length, -1 without one

	// RetryWait is the wait for this attempt after a failed one; for Retry the wait that follows; for CallDone all of them.
	RetryWait time.Duration
}

// event returns what all events of a call have.
func (s *callState) event() Event {
	event := Event{Operation: s.id, Method: s.method, Attempt: s.attempts, RequestBytes: s.requestSize, ResponseBytes: s.responseSize}
	if s.id != "" {
		event.Route = s.route
	}
	return event
}

// classOf returns the class of a failure; ctx is the context that it happened under.
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
	case errors.Is(err, errNotSent):
		return "not_sent"
	case errors.Is(err, ErrDecode), errors.Is(err, ErrTooLarge):
		return "answer"
	}
	return "connection"
}

// requestSize returns the length of a request's body, -1 when it is not known.
func requestSize(request *http.Request) int64 {
	if request.ContentLength == 0 && request.Body != nil && request.Body != http.NoBody {
		return -1
	}
	return request.ContentLength
}
