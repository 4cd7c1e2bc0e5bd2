package call

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/xsale-go/xsale/internal/httpx"
)

// How the rate recovers after a 429: by a part of its old value, at most once per interval.
const (
	minLearnedRate   = 0.5 // requests per second; the rate is never cut below it
	recoveryPart     = 10
	recoveryInterval = time.Second
)

// noHint is a 429 without a valid Retry-After.
const noHint = time.Duration(-1)

// throttle decides when requests may be sent: at the rate of WithRateLimit, or freely, until the
// server responds with 429. Then all requests pause and go on at half the rate, and which successes
// restore step by step (additive increase, multiplicative decrease). Responses to requests sent
// before the cut belong to the same wave and do not change the rate again.
type throttle struct {
	perSecond float64 // of WithRateLimit; 0 for no limit
	burst     int
	sent      sentRate
	cut       atomic.Bool // while false and perSecond is 0, nothing below is used

	mu          sync.Mutex
	limiter     *rate.Limiter
	version     int // counts the limiters: turns of an earlier one are void
	pausedUntil time.Time
	cutAt       time.Time
	before      float64 // the rate before the cut
	learned     float64 // the rate since
	raisedAt    time.Time
	waves       int // cuts without a success between them
}

func newThrottle(perSecond float64, burst int) *throttle {
	return &throttle{perSecond: perSecond, burst: burst, limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// turn is the time at which a request may be sent.
type turn struct {
	wait        time.Duration
	reservation *rate.Reservation
	version     int
}

// reserve returns the next free turn.
func (t *throttle) reserve(now time.Time) turn {
	if t.free() {
		return turn{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free() { // another goroutine has lifted the limit meanwhile
		return turn{}
	}
	at := now
	if t.pausedUntil.After(now) {
		at = t.pausedUntil
	}
	reservation := t.limiter.ReserveN(at, 1)
	return turn{reservation.DelayFrom(now), reservation, t.version}
}

// free reports whether there is no limit.
func (t *throttle) free() bool { return t.perSecond <= 0 && !t.cut.Load() }

// valid reports whether nothing has changed since the turn was reserved.
func (t *throttle) valid(turn turn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return turn.version == t.version
}

// limited records a 429 to a request that was sent at the given time. The hint is the wait that the
// server asks for.
func (t *throttle) limited(now, sent time.Time, hint time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	newWave := t.cutAt.IsZero() || sent.After(t.cutAt)
	pause := min(hint, maxRetryWait)
	if hint == noHint && newWave {
		pause = httpx.FullJitter(t.waves, retryBase, maxRetryWait)
	}
	longer := now.Add(pause).After(t.pausedUntil)
	if longer {
		t.pausedUntil = now.Add(pause)
	}
	if newWave {
		t.before = t.current(now)
		t.learned = max(t.before/2, t.floor())
		t.cutAt, t.raisedAt = now, t.pausedUntil
		t.waves++
	}
	if newWave || longer {
		t.limiter = rate.NewLimiter(rate.Limit(t.learned), 1) // a new one voids the turns reserved before
		t.version++
	}
	t.cut.Store(true)
}

// current returns the rate that the server has just found too high: the rate sent lately, at most
// the limit.
func (t *throttle) current(now time.Time) float64 {
	limit := t.perSecond
	if t.cut.Load() {
		limit = t.learned
	}
	seen := t.sent.perSecond(now)
	switch {
	case limit <= 0:
		return seen
	case seen <= 0: // the response took longer than the counters remember
		return limit
	}
	return min(seen, limit)
}

func (t *throttle) floor() float64 {
	if t.perSecond > 0 {
		return min(minLearnedRate, t.perSecond)
	}
	return minLearnedRate
}

// succeeded records a success of a request that was sent at the given time.
func (t *throttle) succeeded(now, sent time.Time) {
	if !t.cut.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.cut.Load() || !sent.After(t.cutAt) {
		return
	}
	t.waves = 0
	if now.Sub(t.raisedAt) < recoveryInterval {
		return
	}
	t.raisedAt = now
	t.learned += t.before / recoveryPart
	whole := 2 * t.before // more than what the server found too high
	if t.perSecond > 0 {
		whole = min(whole, t.perSecond)
	}
	if t.learned < whole {
		t.limiter.SetLimitAt(now, rate.Limit(t.learned))
		return
	}
	t.cut.Store(false)
	if t.perSecond > 0 {
		t.limiter.SetLimitAt(now, rate.Limit(t.perSecond))
		t.limiter.SetBurstAt(now, t.burst)
	}
}

// sentRate counts the requests of the last seconds without a lock: a ring with a counter for each
// second.
type sentRate struct {
	counters [8]atomic.Uint64 // the second in the upper half, the count in the lower
}

const seenSeconds = 5

func (s *sentRate) add(now time.Time) {
	second := uint32(now.Unix())
	counter := &s.counters[second%uint32(len(s.counters))]
	for {
		old := counter.Load()
		next := uint64(second)<<32 | 1
		if uint32(old>>32) == second {
			next = old + 1
		}
		if counter.CompareAndSwap(old, next) {
			return
		}
	}
}

// perSecond returns the average over the last seconds, from the first one with a request.
func (s *sentRate) perSecond(now time.Time) float64 {
	current := uint32(now.Unix())
	count, age := uint32(0), uint32(0)
	for i := range s.counters {
		value := s.counters[i].Load()
		if secondsAgo := current - uint32(value>>32); secondsAgo < seenSeconds && uint32(value) > 0 {
			count += uint32(value)
			age = max(age, secondsAgo)
		}
	}
	span := float64(age) + float64(now.Nanosecond())/float64(time.Second)
	return float64(count) / max(span, 1)
}
