package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
)

// sender runs the steps of a Push in this program.
type sender[T, R, Tx any] struct {
	push *Push[T, R, Tx]

	mu     sync.Mutex
	unsure map[string]unsure // by key
}

// unsure is a request whose outcome is unknown.
type unsure struct {
	changed int64     // when its element became unsure, which distinguishes it from an earlier request
	from    time.Time // when the look-up may begin
}

// read implements steps. A Push has no list.
func (s *sender[T, R, Tx]) read(context.Context, *engine[Tx]) error { return nil }

// work implements steps.
func (s *sender[T, R, Tx]) work(ctx context.Context, e *engine[Tx], task *task[Tx]) error {
	item, err := decode[T](e, task)
	if err != nil {
		return e.park(ctx, task, task.row.state, err.Error())
	}
	if task.row.state == StateSending { // the worker died
		if err := e.settle(ctx, task, change{state: StateUnsure, reason: "the program ended while it sent the request"}); err != nil {
			return err
		}
	}
	if task.row.state == StateUnsure {
		if err := s.lookUp(ctx, e, task, item); err != nil {
			return err
		}
	}
	if task.row.state != StateWaiting {
		return nil
	}
	return s.send(ctx, e, task, item)
}

// send sends an element that no earlier request created.
func (s *sender[T, R, Tx]) send(ctx context.Context, e *engine[Tx], task *task[Tx], item Item[T]) error {
	if err := e.settle(ctx, task, change{state: StateSending, reason: task.row.reason}); err != nil {
		return err
	}
	var response R
	err := e.step(ctx, StepSend, task, func(ctx context.Context) (err error) {
		response, err = s.push.Send(ctx, item)
		return err
	})
	switch {
	case err == nil:
		return s.done(ctx, e, task, response)
	case s.push.Idempotent || !processed(err):
		return s.failed(ctx, e, task, err)
	}
	reason := fmt.Sprintf("%s: %v", StepSend, err)
	if s.push.Find == nil {
		return e.park(ctx, task, StateUnsure, reason+"; "+noLookUp)
	}
	if err := e.settle(ctx, task, change{state: StateUnsure, reason: reason}); err != nil {
		return err
	}
	e.Logger.WarnContext(ctx, "the request may have been processed, will be looked up", "flow", e.Name, "key", task.row.key, "error", err)
	return s.postpone(e, task)
}

// processed reports whether a failed request may have been processed.
func processed(err error) bool {
	if _, judged := errors.AsType[*outcomeError](err); judged {
		return false
	}
	if errors.Is(err, call.ErrMaybeProcessed) {
		return true
	}
	_, failedCall := errors.AsType[*call.Error](err)
	_, failedLogin := errors.AsType[*authn.Error](err)
	return !failedCall && !failedLogin && !errors.Is(err, call.ErrInvalid)
}

// failed handles the failure of a request that may be sent again.
func (s *sender[T, R, Tx]) failed(ctx context.Context, e *engine[Tx], task *task[Tx], err error) error {
	v := e.judge(ctx, StepSend, task, err)
	if v.forGood {
		return e.park(ctx, task, StateWaiting, v.reason)
	}
	if err := e.settle(ctx, task, change{state: StateWaiting, reason: cmp.Or(v.reason, task.row.reason)}); err != nil {
		return err
	}
	return v.retry
}

// done records the response.
func (s *sender[T, R, Tx]) done(ctx context.Context, e *engine[Tx], task *task[Tx], response R) error {
	result, err := json.Marshal(response)
	if err != nil {
		result = []byte("null") // the request was processed anyway
		e.Logger.WarnContext(ctx, "cannot encode the response", "flow", e.Name, "key", task.row.key, "error", err)
	}
	return e.settle(ctx, task, change{state: StateDone, result: result})
}

// noLookUp is the reason for parking an unsure element without a look-up.
const noLookUp = "Push.Find is not set: look for the element, and then discard or resend it"

// lookUp looks up whether an element was processed. If it was not, its state becomes StateWaiting.
func (s *sender[T, R, Tx]) lookUp(ctx context.Context, e *engine[Tx], task *task[Tx], item Item[T]) error {
	switch {
	case s.push.Idempotent:
		return e.settle(ctx, task, change{state: StateWaiting, reason: task.row.reason})
	case s.push.Find == nil:
		return e.park(ctx, task, StateUnsure, task.row.reason+"; "+noLookUp)
	case s.wait(task) > 0:
		return s.postpone(e, task)
	}
	var response R
	var found bool
	err := e.step(ctx, StepLookUp, task, func(ctx context.Context) (err error) {
		response, found, err = s.push.Find(ctx, item)
		return err
	})
	if err != nil {
		v := e.judge(ctx, StepLookUp, task, err)
		if v.forGood {
			return e.park(ctx, task, StateUnsure, task.row.reason+"; "+v.reason)
		}
		return v.retry
	}
	s.mu.Lock()
	delete(s.unsure, task.row.key)
	s.mu.Unlock()
	if found {
		return s.done(ctx, e, task, response)
	}
	return e.settle(ctx, task, change{state: StateWaiting, reason: task.row.reason})
}

// postpone schedules the look-up of an element.
func (s *sender[T, R, Tx]) postpone(e *engine[Tx], task *task[Tx]) error {
	return river.JobSnooze(max(s.wait(task), 0))
}

// wait returns the time until the look-up may start.
func (s *sender[T, R, Tx]) wait(task *task[Tx]) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	request := s.unsure[task.row.key]
	if request.changed != task.row.changed {
		request = unsure{task.row.changed, time.Now().Add(cmp.Or(s.push.Settle, defaultSettle))}
		s.unsure[task.row.key] = request
	}
	return time.Until(request.from)
}
