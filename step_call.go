package xsale

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// callStep says when a whole call has to be over, which every step that waits for something then looks at, and tells the
// hooks when it starts and when it is over.
type callStep struct {
	next    Doer
	timeout time.Duration
	hooks   []Hooks
}

func (s *callStep) Do(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	state := stateOf(ctx)
	isNew := state == nil
	if isNew {
		state = callStateOf(request)
	}
	start := time.Now()
	state.callTimeout = cmp.Or(state.callTimeout, s.timeout)
	state.deadline, state.chained = start.Add(state.callTimeout), true
	if len(s.hooks) == 0 {
		if isNew {
			request = request.WithContext(withCallState(ctx, state))
		}
		return s.next.Do(request)
	}
	state.requestSize, state.responseSize = requestSize(request), -1
	for _, hook := range s.hooks {
		if hook.CallStart == nil {
			continue
		}
		if derived := hook.CallStart(ctx, state.event()); derived != nil {
			ctx = derived
		}
	}
	ctx = withCallState(ctx, state)
	call := &runningCall{state: state, hooks: s.hooks, start: start, ctx: ctx}
	response, err := s.next.Do(request.WithContext(ctx))
	if err != nil {
		call.end(err)
		return nil, err
	}
	state.failure = nil // of an earlier attempt
	call.ReadCloser = response.Body
	response.Body = call
	return response, nil
}

// runningCall is a call until its answer, the body of which it is, is closed.
type runningCall struct {
	io.ReadCloser
	state  *callState
	hooks  []Hooks
	start  time.Time
	ctx    context.Context
	broken atomic.Pointer[error] // why reading the answer failed
	ended  atomic.Bool
}

func (c *runningCall) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		c.breakOff(err)
	}
	return n, err
}

// breakOff is a function of its own, so that Read does not allocate an error each time.
func (c *runningCall) breakOff(err error) { c.broken.Store(&err) }

func (c *runningCall) Close() error {
	err := c.ReadCloser.Close()
	if c.state.failure != nil { // the answer cannot be decoded
		c.end(c.state.failure)
	} else if broken := c.broken.Load(); broken != nil {
		c.end(*broken)
	} else {
		c.end(nil)
	}
	return err
}

// end tells the hooks of the end; a second time changes nothing.
func (c *runningCall) end(err error) {
	if c.ended.Swap(true) {
		return
	}
	event := c.state.event()
	event.Status, event.Err, event.Class = c.state.lastStatus, err, classOf(c.ctx, c.state.lastStatus, err)
	event.Duration, event.RetryWait = time.Since(c.start), c.state.retriesWait
	for _, hook := range c.hooks {
		if hook.CallDone != nil {
			hook.CallDone(c.ctx, event)
		}
	}
}

// bounded returns a context that ends with the call's time.
func (s *callState) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, s.deadline, s.overdue())
}

// overdue is the error of a call whose time is over.
func (s *callState) overdue() error {
	return fmt.Errorf("the call was not over within %v (WithCallTimeout or Timeout): %w", s.callTimeout, context.DeadlineExceeded)
}

// endsWithin reports whether the call must be over before a wait of that length is.
func endsWithin(ctx context.Context, state *callState, wait time.Duration) bool {
	at := time.Now().Add(wait)
	if !state.deadline.IsZero() && !at.Before(state.deadline) {
		return true
	}
	deadline, ok := ctx.Deadline()
	return ok && !at.Before(deadline)
}

// sleep waits, or ends with the context and returns the cause.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
