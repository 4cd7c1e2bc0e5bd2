package call

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// throttle decides when requests may be sent.
type throttle interface {
	// free reports whether any request may be sent at once. It is cheap.
	free() bool

	// reserve returns the next turn, or none beyond the time left. It takes the turn that the
	// request has waited for, which may have become void.
	reserve(ctx context.Context, held turn, left time.Duration) turn

	// release gives back a turn that will not be used.
	release(unused turn)

	// starting, limited and succeeded report that a request is sent, and how the server responds.
	starting(sent time.Time)
	limited(sent time.Time, hint time.Duration)
	succeeded(sent time.Time)
}

// newThrottle returns the throttle of a Client.
func newThrottle(c Config) throttle {
	own := rate{perSecond: c.RatePerSecond, burst: c.RateBurst, fixed: c.FixedRate}
	if c.Limiter == nil {
		return newMemoryThrottle(own)
	}
	return newSharedThrottle(c, own)
}

// memoryThrottle is the throttle of one Client. Without a limit and a 429 it takes no lock.
type memoryThrottle struct {
	own   rate
	start time.Time
	sent  sentRate
	busy  atomic.Bool // while false, and without a limit, nothing below is used

	mu    sync.Mutex
	state limitState
}

func newMemoryThrottle(own rate) *memoryThrottle {
	return &memoryThrottle{own: own, start: time.Now()}
}

// at returns a time for the state. It does not jump with the clock of the machine.
func (t *memoryThrottle) at(when time.Time) int64 {
	return t.start.UnixNano() + int64(when.Sub(t.start))
}

func (t *memoryThrottle) free() bool { return t.own.perSecond <= 0 && !t.busy.Load() }

func (t *memoryThrottle) reserve(_ context.Context, held turn, left time.Duration) turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.state.begin(t.at(time.Now()), t.own)
	t.busy.Store(t.state.Cut || t.state.PausedUntil > now)
	return t.state.reserve(now, held, t.own, left)
}

func (t *memoryThrottle) release(unused turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state.release(t.state.begin(t.at(time.Now()), t.own), unused)
}

func (t *memoryThrottle) starting(sent time.Time) { t.sent.add(t.at(sent)) }

func (t *memoryThrottle) limited(sent time.Time, hint time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.state.begin(t.at(time.Now()), t.own)
	t.state.limited(now, t.at(sent), hint, t.sent.perSecond(now), t.own)
	t.busy.Store(true)
}

func (t *memoryThrottle) succeeded(sent time.Time) {
	if !t.busy.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.state.begin(t.at(time.Now()), t.own)
	t.state.succeeded(now, t.at(sent), t.own)
	t.busy.Store(t.state.Cut || t.state.PausedUntil > now)
}
