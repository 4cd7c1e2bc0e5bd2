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

// callStep bounds a whole call, from its first login to the end of its answer, and tells the hooks when it starts and
// when it is over.
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
	state.requestSize, state.responseSize = requestSize(request), -1
	call := &runningCall{state: state, hooks: s.hooks, start: time.Now()}
	for _, hook := range s.hooks {
		if hook.CallStart == nil {
			continue
		}
		if derived := hook.CallStart(ctx, state.event()); derived != nil {
			ctx = derived
		}
	}
	if isNew || len(s.hooks) > 0 {
		ctx = withCallState(ctx, state)
	}
	call.ctx, call.cancel = context.WithCancelCause(ctx)
	timeout := cmp.Or(state.timeout, s.timeout)
	state.deadline, state.chained = call.start.Add(timeout), true
	call.timer = time.AfterFunc(timeout, func() {
		call.cancel(fmt.Errorf("the call was not over within %v (WithCallTimeout or Timeout): %w", timeout, context.DeadlineExceeded))
	})
	response, err := s.next.Do(request.WithContext(call.ctx))
	if err != nil {
		call.end(err)
		return nil, err
	}
	if state.reading == readByElements {
		call.timer.Stop() // reading a long list may rightly take longer; sendStep bounds each read
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
	cancel context.CancelCauseFunc
	timer  *time.Timer
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

// end ends the call; a second time changes nothing.
func (c *runningCall) end(err error) {
	if c.ended.Swap(true) {
		return
	}
	c.timer.Stop()
	defer c.cancel(nil)
	if len(c.hooks) == 0 {
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
