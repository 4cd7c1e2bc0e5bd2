package call

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// callStep sets the deadline of the whole call, which every step that waits respects, and notifies
// the hooks of its start and end.
type callStep struct {
	next    Doer
	timeout time.Duration
	hooks   []Hooks
}

func (s *callStep) Do(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	call := stateIn(ctx)
	raw := call == nil
	if raw {
		call = stateOf(request)
	}
	start := time.Now()
	allowed := cmp.Or(call.timeout, s.timeout)
	call.limit = limit{deadline: start.Add(allowed), allowed: allowed}
	if len(s.hooks) == 0 {
		if raw {
			request = request.WithContext(withState(ctx, call))
		}
		return s.next.Do(request)
	}
	first := call.event()
	first.RequestBytes, first.ResponseBytes = requestSize(request), -1
	for _, hook := range s.hooks {
		if hook.CallStart == nil {
			continue
		}
		if derived := hook.CallStart(ctx, first); derived != nil {
			ctx = derived
		}
	}
	ctx = withState(ctx, call)
	running := &runningCall{state: call, first: first, hooks: s.hooks, start: start, ctx: ctx}
	response, err := s.next.Do(request.WithContext(ctx))
	if err != nil {
		running.end(err)
		return nil, err
	}
	running.ReadCloser = response.Body
	response.Body = running
	return response, nil
}

// runningCall is the response body of a call in progress; closing it ends the call.
type runningCall struct {
	io.ReadCloser
	state  *state
	first  Event // of CallStart
	hooks  []Hooks
	start  time.Time
	ctx    context.Context
	broken atomic.Pointer[error] // why reading the body failed
	ended  atomic.Bool
}

func (c *runningCall) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		c.fail(err)
	}
	return n, err
}

// fail is a function of its own because the error escapes: Read must not allocate one each time.
func (c *runningCall) fail(err error) { c.broken.Store(&err) }

func (c *runningCall) Close() error {
	err := c.ReadCloser.Close()
	if broken := c.broken.Load(); broken != nil {
		c.end(*broken)
	} else {
		c.end(nil)
	}
	return err
}

// CloseWithError closes the body of a response that cannot be used.
func (c *runningCall) CloseWithError(err error) error {
	defer c.end(err)
	return c.ReadCloser.Close()
}

// end notifies the hooks once.
func (c *runningCall) end(err error) {
	if c.ended.Swap(true) {
		return
	}
	event := c.first
	if sent := c.state.sent; sent.attempts > 0 {
		event.Attempt, event.Status = sent.attempts, sent.status
		event.RequestBytes, event.ResponseBytes = sent.requestBytes, sent.responseBytes
	}
	event.Err, event.Class = err, classOf(c.ctx, event.Status, err)
	event.Duration, event.RetryWait = time.Since(c.start), c.state.waited
	event.BudgetSpent = c.state.budgetSpent
	for _, hook := range c.hooks {
		if hook.CallDone != nil {
			hook.CallDone(c.ctx, event)
		}
	}
}
