package transfer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/xsale-go/xsale/authn"
)

// engine runs the jobs of a flow in this program.
type engine[Tx any] struct {
	*settings[Tx]
	client  *river.Client[Tx]
	steps   steps[Tx]
	summary counters
	clock   clock

	running  atomic.Int64  // jobs
	delays   sync.Map      // of job to the time.Duration until its next attempt
	stopping chan struct{} // closed when the workers are to stop
	stuck    bool          // workers did not stop

	mu       sync.Mutex
	resumeAt time.Time // workers pause until then
	pausedBy error     // why
}

// steps are the parts of a flow that differ between a Pull and a Push.
type steps[Tx any] interface {
	// work runs the next steps of an element.
	work(ctx context.Context, e *engine[Tx], task *task[Tx]) error

	// read adds new elements. A Push has none to read.
	read(ctx context.Context, e *engine[Tx]) error
}

// Times of the engine.
const (
	fetchCooldown = time.Millisecond       // minimum time between two fetches of jobs
	fetchPoll     = 250 * time.Millisecond // for jobs that other programs add
	reclaimEvery  = time.Second
	purgeEvery    = time.Hour
	idleCheck     = 20 * time.Millisecond
	patience      = 5 * time.Second // for retries, by a run that ends when nothing is due
	settleTimeout = 30 * time.Second
	settleRetry   = 500 * time.Millisecond
)

// start returns an engine that is ready to run, and a function that releases its claim.
func start[Tx any](ctx context.Context, flow *Flow[Tx], steps steps[Tx]) (*engine[Tx], func(), error) {
	s, err := flow.checked()
	if err != nil {
		return nil, nil, err
	}
	release, err := s.Database.Claim(ctx, s.Workers)
	if err != nil {
		return nil, nil, err
	}
	e := &engine[Tx]{settings: s, steps: steps, stopping: make(chan struct{})}
	err = e.newClient()
	for _, prepare := range []func(context.Context) error{e.setClock, e.adopt, func(ctx context.Context) error {
		return s.Database.Reclaim(ctx, s.queue(), s.listQueue())
	}} {
		if err == nil {
			err = prepare(ctx)
		}
	}
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("start flow %q: %w", s.Name, err)
	}
	if err := s.purge(ctx); err != nil && ctx.Err() == nil { // elements can be handled all the same
		s.Logger.ErrorContext(ctx, "cannot remove old JSON", "flow", s.Name, "error", err)
	}
	return e, func() {
		if !e.stuck {
			release()
			return
		}
		go func() { // another program must not take their elements
			<-e.client.Stopped()
			release()
		}()
	}, nil
}

func (e *engine[Tx]) newClient() (err error) {
	// Reclaim replaces the maintenance by River's leader. A leader would also maintain the jobs of
	// other programs, whose periodic jobs and settings this client does not know.
	workers := river.NewWorkers()
	river.AddWorker(workers, &elementWorker[Tx]{engine: e})
	river.AddWorker(workers, &listWorker[Tx]{engine: e})
	e.client, err = river.NewClient(e.Database.Driver(), &river.Config{
		FetchCooldown:          fetchCooldown,
		FetchPollInterval:      fetchPoll,
		JobTimeout:             -1, // each step has its own
		LeaderElectionDisabled: true,
		SoftStopTimeout:        e.StopTimeout,
		Logger:                 slog.New(riverLog{e.Logger.Handler()}),
		Queues: map[string]river.QueueConfig{
			e.queue():     {MaxWorkers: e.Workers},
			e.listQueue(): {MaxWorkers: 1},
		},
		Workers: workers,
		Test:    river.TestConfig{Time: &e.clock}, // there is no other way to set it
	})
	return err
}

// run works until no job of any program is due within the given time.
func (e *engine[Tx]) run(ctx context.Context, soon time.Duration) error {
	busy, err := e.Database.Busy(ctx, e.queue(), soon)
	if err != nil || !busy {
		return err
	}
	return e.working(ctx, func(ctx context.Context) error {
		check := time.NewTicker(idleCheck)
		defer check.Stop()
		for reclaimed := time.Now(); ; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-check.C:
			}
			if time.Since(reclaimed) >= reclaimEvery {
				reclaimed = time.Now()
				e.reclaim(ctx)
			}
			if halted, err := e.halted(soon); halted {
				return err
			}
			if e.running.Load() > 0 {
				continue
			}
			if busy, err := e.Database.Busy(ctx, e.queue(), soon); !busy || err != nil {
				return err
			}
		}
	})
}

// watch works until ctx ends, and reads the list in every period, or never if it is 0.
func (e *engine[Tx]) watch(ctx context.Context, every time.Duration) error {
	err := e.working(ctx, func(ctx context.Context) error {
		reclaim, purge := time.NewTicker(reclaimEvery), time.NewTicker(purgeEvery)
		defer reclaim.Stop()
		defer purge.Stop()
		var list <-chan time.Time
		if every > 0 {
			ticker := time.NewTicker(every)
			defer ticker.Stop()
			list = ticker.C
			e.schedule(ctx, every)
		}
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-reclaim.C:
				e.reclaim(ctx)
			case <-purge.C:
				if err := errors.Join(e.purge(ctx), e.adopt(ctx)); err != nil && ctx.Err() == nil {
					e.Logger.ErrorContext(ctx, "cannot clean up", "flow", e.Name, "error", err)
				}
			case <-list:
				e.schedule(ctx, every)
			}
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// working calls do while the workers run, and then stops them in bounded time.
func (e *engine[Tx]) working(ctx context.Context, do func(context.Context) error) error {
	workers, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := e.client.Start(workers); err != nil {
		return err
	}
	err := do(ctx)
	close(e.stopping)
	cancel() // River waits for StopTimeout, and then cancels the jobs
	select {
	case <-e.client.Stopped():
	case <-time.After(2 * e.StopTimeout):
		e.stuck = true
		err = errors.Join(err, fmt.Errorf("flow %q: workers still run %v after the stop: a handler ignores its context", e.Name, 2*e.StopTimeout))
	}
	return err
}

// schedule inserts the job that reads the list, unless another program has done so.
func (e *engine[Tx]) schedule(ctx context.Context, every time.Duration) {
	if err := e.insertListing(ctx, e.client, every); err != nil && ctx.Err() == nil {
		e.Logger.ErrorContext(ctx, "cannot schedule the list", "flow", e.Name, "error", err)
	}
}

func (e *engine[Tx]) reclaim(ctx context.Context) {
	err := e.setClock(ctx)
	if err == nil {
		err = e.Database.Reclaim(ctx, e.queue(), e.listQueue())
	}
	if err != nil && ctx.Err() == nil {
		e.Logger.ErrorContext(ctx, "cannot reclaim the jobs of dead workers", "flow", e.Name, "error", err)
	}
}

// enter counts a running job until leave is called.
func (e *engine[Tx]) enter() (leave func()) {
	e.running.Add(1)
	return func() { e.running.Add(-1) }
}

// pause keeps the workers of this program from starting a step until a delay has passed.
func (e *engine[Tx]) pause(delay time.Duration, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if until := time.Now().Add(delay); until.After(e.resumeAt) {
		e.resumeAt, e.pausedBy = until, err
	}
}

// halted reports whether a pause outlasts a run that waits for so long, and returns its cause if
// only a person can end it.
func (e *engine[Tx]) halted(soon time.Duration) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	wait := time.Until(e.resumeAt)
	if login, failed := errors.AsType[*authn.Error](e.pausedBy); wait > 0 && failed && login.Reason.Permanent() {
		return true, e.pausedBy
	}
	return wait > soon, nil
}

// awaitPause waits for the end of a pause.
func (e *engine[Tx]) awaitPause() error {
	for {
		e.mu.Lock()
		wait := time.Until(e.resumeAt)
		e.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-e.stopping:
			timer.Stop()
			return context.Canceled
		}
	}
}

// ending reports whether the workers are to stop.
func (e *engine[Tx]) ending() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}

// riverLog passes on River's warnings and errors. The flow itself reports those of jobs.
type riverLog struct{ slog.Handler }

// Enabled implements [slog.Handler].
func (l riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && l.Handler.Enabled(ctx, level)
}

// WithAttrs implements [slog.Handler].
func (l riverLog) WithAttrs(attributes []slog.Attr) slog.Handler {
	return riverLog{l.Handler.WithAttrs(attributes)}
}

// WithGroup implements [slog.Handler].
func (l riverLog) WithGroup(name string) slog.Handler { return riverLog{l.Handler.WithGroup(name)} }
