package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire"
)

// state is the state of one call. The context of the request carries it. Only the goroutine of the
// call uses it.
type state struct {
	facts
	record
}

// facts are the caller's settings. Nothing changes them once the call is sent.
type facts struct {
	Operation
	reading   reading
	relayed   bool   // of Relay: responses of any status are passed on
	unbounded bool   // of Open: the response may be long
	pages     *pages // of the list that the call reads a page of; nil for other calls
	path      string // Route with its values, escaped

	// What the options set; nil and 0 leave the choice to the operation and the Client.
	name           string
	query          map[string][]string
	header         http.Header
	repeatable     *bool
	timeout        time.Duration
	attemptTimeout time.Duration
	rehearsed      **http.Request // of DryRun
	captured       **Response     // of Capture
	envelope       *wire.UnknownFields

	invalid error // why the call cannot be sent
}

// record is what happened so far. Each group is written by one step and read by others.
type record struct {
	limit                 // callStep
	waits                 // retryStep
	sent                  // attemptStep
	outcome               // processedStep
	received              // bodyStep
	token    *authn.Token // authStep: the tokens of the latest attempt; nil without a login
}

// limit is the time that the whole call has.
type limit struct {
	deadline time.Time     // zero for a call that no Client sends
	allowed  time.Duration // for the error
}

// waits are the pauses before further attempts.
type waits struct {
	wait   time.Duration // before attempt number waitedFor
	waited time.Duration // all of them

	waitedFor   int
	budgetSpent bool // there was no further attempt because of the retry budget
}

// sent counts the attempts. Status and sizes are those of the latest one, and only kept for hooks.
type sent struct {
	attempts      int
	status        int
	requestBytes  int64
	responseBytes int64
}

// outcome is what the server may have done.
type outcome struct {
	maybeProcessed bool // it may have acted on an attempt, and the call is not idempotent
	maybeBefore    bool // the same without the latest attempt
	neverLeft      bool // the latest attempt had no connection, so nothing was sent
}

// received is the body of the response as far as bodyStep knows it.
type received struct {
	signs    []FailureSign // of the Client
	whole    *bytes.Buffer // the body of a success that is read whole
	maxBytes int64         // bytes that the response, or an element of a list, may have
}

// reading is how the body of a success is read.
type reading int

const (
	readByCaller   reading = iota // the caller reads it
	readNothing                   // the body is discarded
	readWhole                     // within the call, so that a connection which breaks in the body can be retried
	readByElements                // one element at a time, for as long as that takes
)

// mayRepeat reports whether the call may be sent again although the server may have acted on it.
func (f *facts) mayRepeat() bool {
	if f.repeatable != nil {
		return *f.repeatable
	}
	return f.Idempotent
}

// mayDoHarm reports whether it matters if the server has acted. A caller who allows the call to be
// repeated still wants to learn that it may have been processed.
func (f *facts) mayDoHarm() bool { return !f.Idempotent || !f.mayRepeat() }

// bounded returns a context that ends with the call's time.
func (l *limit) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, l.deadline, l.timedOut())
}

// timedOut is the error of a call that takes too long.
func (l *limit) timedOut() error {
	return fmt.Errorf("call timed out after %v (WithTimeout or call.Timeout): %w", l.allowed, context.DeadlineExceeded)
}

// endsWithin reports whether the call must end before a wait of that length does.
func (l *limit) endsWithin(ctx context.Context, wait time.Duration) bool {
	at := time.Now().Add(wait)
	if !l.deadline.IsZero() && !at.Before(l.deadline) {
		return true
	}
	deadline, ok := ctx.Deadline()
	return ok && !at.Before(deadline)
}

type stateKey struct{}

func withState(ctx context.Context, s *state) context.Context {
	return context.WithValue(ctx, stateKey{}, s)
}

// stateIn returns the state of the call that the context belongs to, or nil.
func stateIn(ctx context.Context) *state {
	s, _ := ctx.Value(stateKey{}).(*state)
	return s
}

// stateOf returns the state of the call that a request belongs to. A request that did not come from
// Fetch and its like has none yet: its method and path are all that is known.
func stateOf(request *http.Request) *state {
	if s := stateIn(request.Context()); s != nil {
		return s
	}
	return &state{facts: facts{Operation: RawOperation(request.Method, request.URL.Path)}}
}

// RawOperation is the operation of a request that the spec does not name.
func RawOperation(method, path string) Operation {
	return Operation{Method: method, Route: path, Idempotent: httpx.IdempotentMethod(method)}
}

// failureOf turns an error without a response into an [*Error]. A failed login stays as it is,
// because it is not about the API. So does an argument that was rejected before the call.
func failureOf(s *state, err error) error {
	if errors.Is(err, ErrInvalid) {
		return err
	}
	if _, ok := errors.AsType[*authn.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return newError(s, s.clean(httpx.WithoutURL(err))) // an http.Client puts the URL in front
}
