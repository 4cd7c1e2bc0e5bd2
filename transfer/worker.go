package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
)

// lockedWait is how long a job waits if another worker still holds its key.
const lockedWait = time.Second

// leastRetry is the minimum time between a failure and the next attempt.
const leastRetry = 100 * time.Millisecond

// stubborn is how long a function may run after the end of its context before that is logged.
const stubborn = time.Second

// elementWorker works on elements.
type elementWorker[Tx any] struct {
	river.WorkerDefaults[element]
	engine *engine[Tx]
}

// task is an attempt at an element.
type task[Tx any] struct {
	job     *river.Job[element]
	session Session[Tx]
	row     row
	attempt int // from 1; Flow.Attempts limits it
	others  int // other attempts that may have had an effect
}

// begun counts this attempt and all earlier ones that may have had an effect.
func (t *task[Tx]) begun() int { return t.attempt + t.others }

// Work implements [river.Worker].
func (w *elementWorker[Tx]) Work(ctx context.Context, job *river.Job[element]) (err error) {
	e := w.engine
	defer e.enter()()
	session, held, err := e.Database.Hold(ctx, e.queue(), job.Args.Key)
	if err != nil {
		return e.unavailable(ctx, job, err)
	}
	if !held {
		return river.JobSnooze(lockedWait)
	}
	defer session.Release()
	if err := e.awaitPause(); err != nil { // after Hold, or Reclaim would consider this worker dead
		return river.JobSnooze(0)
	}
	task := &task[Tx]{job: job, session: session}
	err = within(ctx, session, func(tx Transaction[Tx]) (err error) {
		task.row, err = e.load(ctx, tx, job.Args.Key)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return river.JobCancel(err)
	}
	if err != nil {
		return e.unavailable(ctx, job, err)
	}
	task.attempt = job.Attempt - task.row.attempts
	task.others = snoozes(job) + task.row.round // each round had an attempt
	switch {
	case job.Args.Round != task.row.round, task.row.state == StateDone, task.row.state == StateParked, task.row.state == StateDiscarded:
		return nil
	}
	if task.attempt > e.Attempts {
		return e.park(ctx, task, task.row.state, fmt.Sprintf("the program died in the last of %d attempts", e.Attempts))
	}
	return e.steps.work(ctx, e, task)
}

// unavailable retries a job without counting an attempt, because the database failed before the step.
func (e *engine[Tx]) unavailable(ctx context.Context, job *river.Job[element], err error) error {
	e.Logger.WarnContext(ctx, "cannot read an element, will be tried again", "flow", e.Name, "key", job.Args.Key, "error", err)
	return river.JobSnooze(backoffBase)
}

// NextRetry implements [river.Worker]. It never returns a time that has passed, for which River would
// use its own policy.
func (w *elementWorker[Tx]) NextRetry(job *river.Job[element]) time.Time {
	delay := backoffBase
	if given, found := w.engine.delays.LoadAndDelete(job.ID); found {
		delay = given.(time.Duration)
	}
	return w.engine.clock.Now().Add(max(delay, leastRetry))
}

// step runs a function of the caller with the timeout of a step. It turns a panic into an error.
func (e *engine[Tx]) step(ctx context.Context, name string, task *task[Tx], do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	return e.Hooks.run(ctx, Step{e.Name, name, task.row.key, task.begun()}, func(ctx context.Context) (err error) {
		ended := make(chan struct{})
		go func() { // runtime.Goexit, such as by t.FailNow, would end the goroutine of River
			defer close(ended)
			defer func() {
				if value := recover(); value != nil {
					e.Logger.ErrorContext(ctx, "panic", "flow", e.Name, "step", name, "key", task.row.key, "value", value, "stack", string(debug.Stack()))
					err = fmt.Errorf("panic: %v", value)
				}
			}()
			err = errors.New("the function has ended its goroutine")
			err = do(ctx)
		}()
		select {
		case <-ended:
		case <-ctx.Done():
			e.awaitStubborn(ctx, name, task, ended)
		}
		return err
	})
}

// awaitStubborn waits for a function whose context has ended, and logs that it still runs.
func (e *engine[Tx]) awaitStubborn(ctx context.Context, name string, task *task[Tx], ended <-chan struct{}) {
	select {
	case <-ended:
	case <-time.After(stubborn):
		e.Logger.ErrorContext(ctx, "the function ignores its context and occupies a worker", "flow", e.Name, "step", name, "key", task.row.key)
		<-ended
	}
}

// verdict is the decision about an element after a failure.
type verdict struct {
	forGood bool
	reason  string
	retry   error // for River
}

// judge decides what happens to an element after a step failed. Failures that pass by themselves, such
// as an outage, do not use up attempts.
func (e *engine[Tx]) judge(ctx context.Context, name string, task *task[Tx], err error) verdict {
	if e.ending() && ctx.Err() != nil {
		return verdict{retry: river.JobSnooze(0)}
	}
	reason := fmt.Sprintf("%s: %v", name, err)
	delay := max(e.Backoff(task.attempt+snoozes(task.job)), 0)
	given, judged := errors.AsType[*outcomeError](err)
	_, failedLogin := errors.AsType[*authn.Error](err)
	switch {
	case judged && given.forGood:
		return verdict{forGood: true, reason: reason}
	case judged && given.delay > 0:
		delay = given.delay
	case !judged && (failedLogin || errors.Is(err, call.ErrRateLimited)): // concern all elements
		delay = max(delay, retryAfter(err))
		e.pause(delay, err)
	case !judged && rejected(err) && name == StepSend:
		return verdict{forGood: true, reason: reason}
	case !judged && !passes(err):
		if task.attempt >= e.Attempts {
			return verdict{forGood: true, reason: reason}
		}
		e.postpone(ctx, name, task, err, delay)
		e.delays.Store(task.job.ID, delay) // for NextRetry
		return verdict{reason: reason, retry: errAgain}
	}
	e.postpone(ctx, name, task, err, delay)
	return verdict{reason: reason, retry: river.JobSnooze(delay)}
}

// errAgain is the error that River records for a failed attempt. Only the entry has the reason, which
// may contain personal data.
var errAgain = errors.New("will be tried again")

// passes reports whether an error is that of an outage, which concerns all elements. A timeout may be
// the fault of the element.
func passes(err error) bool {
	_, failedCall := errors.AsType[*call.Error](err)
	_, connection := errors.AsType[*net.OpError](err)
	_, name := errors.AsType[*net.DNSError](err)
	return (failedCall || connection || name) && call.Temporary(err)
}

// rejected reports whether the API rejected a request and would reject it again.
func rejected(err error) bool {
	_, failed := errors.AsType[*call.Error](err)
	return (failed || errors.Is(err, call.ErrInvalid)) && !call.Temporary(err)
}

// postpone counts and logs an attempt that will be repeated.
func (e *engine[Tx]) postpone(ctx context.Context, name string, task *task[Tx], err error, delay time.Duration) {
	e.summary.retries.Add(1)
	e.Logger.WarnContext(ctx, "step failed, will be tried again", "flow", e.Name, "step", name, "key", task.row.key, "attempt", task.begun(), "wait", delay.Round(time.Millisecond), "error", err)
}

// snoozes returns how often River has snoozed a job.
func snoozes(job *river.Job[element]) int {
	var metadata struct {
		Snoozes int `json:"snoozes"`
	}
	json.Unmarshal(job.Metadata, &metadata) // 0 is a good guess
	return metadata.Snoozes
}

// retryAfter returns the wait that the server asked for.
func retryAfter(err error) time.Duration {
	if failed, ok := errors.AsType[*call.Error](err); ok {
		return failed.RetryAfter
	}
	if failed, ok := errors.AsType[*authn.Error](err); ok {
		return failed.RetryAfter
	}
	return 0
}

// change is the new state of an element.
type change struct {
	state, resume State
	reason        string
	result        []byte // of a Push
	at            int64  // Unix milliseconds
}

// handled reports whether a change ends the attempts of the handler. The hand-over counts its own.
func (t *task[Tx]) handled(c change) bool {
	return c.state != t.row.state && (c.state == StateHandled || c.state == StateFailed)
}

// errMoved marks a change that lost to one of another worker.
var errMoved = errors.New("another worker changed the element")

// apply changes an element in a transaction. The job is not changed with it: if the job runs again, it
// finds nothing to do.
func (e *engine[Tx]) apply(ctx context.Context, tx Transaction[Tx], task *task[Tx], c change) error {
	keep := ", json = json"
	if c.state == StateDone && e.Keep == 0 {
		keep = ", json = NULL"
	}
	attempts := task.row.attempts
	if task.handled(c) {
		attempts = task.job.Attempt - 1
	}
	rows, err := tx.Exec(ctx, `UPDATE xsale_transfer SET state = $4, resume = $5, reason = $6, result = $7, attempts = $8, changed = $9`+keep+` WHERE flow = $1 AND key = $2 AND state = $3`,
		e.Name, task.row.key, string(task.row.state), string(c.state), string(c.resume), c.reason, e.seal(task.row.key, c.result), attempts, c.at)
	if err != nil || rows == 1 {
		return err
	}
	now, err := e.load(ctx, tx, task.row.key)
	if err == nil && (now.state != c.state || now.changed != c.at) { // or an earlier commit succeeded although it returned an error
		err = fmt.Errorf("%w, which is %s now", errMoved, now.state)
	}
	return err
}

// settle changes an element. It records what has happened even if the caller stops or the worker's
// connection breaks.
func (e *engine[Tx]) settle(ctx context.Context, task *task[Tx], c change) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	c.at = time.Now().UnixMilli()
	for session := task.session; ; session = e.Database.Session() {
		err := within(ctx, session, func(tx Transaction[Tx]) error { return e.apply(ctx, tx, task, c) })
		if err == nil {
			e.settled(task, c)
			return nil
		}
		if errors.Is(err, errMoved) || ctx.Err() != nil || c.state == StateSending { // the request was not sent yet
			return fmt.Errorf("record that %q is %s: %w", task.row.key, c.state, err)
		}
		e.Logger.WarnContext(ctx, "cannot record a step, will be tried again", "flow", e.Name, "key", task.row.key, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(settleRetry):
		}
	}
}

// settled updates the task after a change was committed.
func (e *engine[Tx]) settled(task *task[Tx], c change) {
	if task.handled(c) {
		task.row.attempts, task.attempt, task.others = task.job.Attempt-1, 1, 0
	}
	task.row.state, task.row.resume, task.row.reason, task.row.changed = c.state, c.resume, c.reason, c.at
	switch c.state {
	case StateDone:
		e.summary.done.Add(1)
	case StateParked:
		e.summary.parked.Add(1)
	}
}

// park leaves an element to a person.
func (e *engine[Tx]) park(ctx context.Context, task *task[Tx], resume State, reason string) error {
	e.Logger.ErrorContext(ctx, "parked", "flow", e.Name, "key", task.row.key, "reason", reason)
	return e.settle(ctx, task, change{state: StateParked, resume: resume, reason: reason})
}

// listWorker reads the list of a Pull.
type listWorker[Tx any] struct {
	river.WorkerDefaults[listing]
	engine *engine[Tx]
}

// Work implements [river.Worker]. If the list fails, or the program dies or stops, the list is read
// again in the next period. Two programs may read it at a time without harm, so there is no lock.
func (w *listWorker[Tx]) Work(ctx context.Context, _ *river.Job[listing]) error {
	defer w.engine.enter()()
	defer func() { // or River would retry it
		if value := recover(); value != nil {
			w.engine.Logger.ErrorContext(ctx, "panic", "flow", w.engine.Name, "step", StepList, "value", value, "stack", string(debug.Stack()))
		}
	}()
	if err := w.engine.steps.read(ctx, w.engine); err != nil && !w.engine.ending() {
		w.engine.Logger.ErrorContext(ctx, "the list ended early", "flow", w.engine.Name, "error", err)
	}
	return nil
}
