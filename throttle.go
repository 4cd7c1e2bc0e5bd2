package xsale

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/xsale-go/xsale/internal/httpx"
)

// How the rate comes back after a 429: by a part of what it was, at most once in the interval.
const (
	minLearnedRate   = 0.5 // requests a second, below which it is never cut
	recoveryPart     = 10
	recoveryInterval = time.Second
)

// noHint stands for a 429 without a Retry-After that can be read.
const noHint = time.Duration(-1)

// throttle decides when requests may be sent: at the rate of WithRateLimit, or freely, until the server answers 429. Then
// all pause, and go on at half the rate; each success brings back a part of it (additive increase, multiplicative
// decrease). Answers to requests that were sent before the cut do not change the rate again: they are of the same wave.
type throttle struct {
	perSecond float64 // of WithRateLimit; 0 without one
	burst     int
	sent      sentRate
	isCut     atomic.Bool // while it is not and perSecond is 0, nothing below is looked at

	mu          sync.Mutex
	limiter     *rate.Limiter
	version     int // counts the limiters: a turn of an earlier one does not hold
	pausedUntil time.Time
	cutAt       time.Time
	before      float64 // the rate before the cut
	learned     float64 // the rate since
	raisedAt    time.Time
	waves       int // cuts without a success in between
}

func newThrottle(perSecond float64, burst int) *throttle {
	return &throttle{perSecond: perSecond, burst: burst, limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// turn is when a request may be sent.
type turn struct {
	wait        time.Duration
	reservation *rate.Reservation
	version     int
}

// reserve returns the next free turn.
func (t *throttle) reserve(now time.Time) turn {
	if t.isFree() {
		return turn{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.isFree() { // since a moment ago
		return turn{}
	}
	at := now
	if t.pausedUntil.After(now) {
		at = t.pausedUntil
	}
	reservation := t.limiter.ReserveN(at, 1)
	return turn{reservation.DelayFrom(now), reservation, t.version}
}

// isFree reports whether there is no limit.
func (t *throttle) isFree() bool { return t.perSecond <= 0 && !t.isCut.Load() }

// holds reports whether nothing has changed since the turn was reserved.
func (t *throttle) holds(turn turn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return turn.version == t.version
}

// refused takes note of a 429 to a request that was sent at the given time. The hint is what the server asks for.
func (t *throttle) refused(now, sent time.Time, hint time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	isNewWave := t.cutAt.IsZero() || sent.After(t.cutAt)
	pause := min(hint, maxRetryWait)
	if hint == noHint && isNewWave {
		pause = httpx.FullJitter(t.waves, retryBase, maxRetryWait)
	}
	isLonger := now.Add(pause).After(t.pausedUntil)
	if isLonger {
		t.pausedUntil = now.Add(pause)
	}
	if isNewWave {
		t.before = t.current(now)
		t.learned = max(t.before/2, t.floor())
		t.cutAt, t.raisedAt = now, t.pausedUntil
		t.waves++
	}
	if isNewWave || isLonger {
		t.limiter = rate.NewLimiter(rate.Limit(t.learned), 1) // a new one, because turns that were reserved before are void
		t.version++
	}
	t.isCut.Store(true)
}

// current returns the rate that the server has just found too high: what was sent lately, which no limit exceeds.
func (t *throttle) current(now time.Time) float64 {
	limit := t.perSecond
	if t.isCut.Load() {
		limit = t.learned
	}
	seen := t.sent.perSecond(now)
	switch {
	case limit <= 0:
		return seen
	case seen <= 0: // the answer took longer than anybody remembers
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

// succeeded takes note of a success of a request that was sent at the given time.
func (t *throttle) succeeded(now, sent time.Time) {
	if !t.isCut.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.isCut.Load() || !sent.After(t.cutAt) {
		return
	}
	t.waves = 0
	if now.Sub(t.raisedAt) < recoveryInterval {
		return
	}
	t.raisedAt = now
	t.learned += t.before / recoveryPart
	whole := 2 * t.before // more than what was refused
	if t.perSecond > 0 {
		whole = min(whole, t.perSecond)
	}
	if t.learned < whole {
		t.limiter.SetLimitAt(now, rate.Limit(t.learned))
		return
	}
	t.isCut.Store(false)
	if t.perSecond > 0 {
		t.limiter.SetLimitAt(now, rate.Limit(t.perSecond))
		t.limiter.SetBurstAt(now, t.burst)
	}
}

// sentRate counts the requests of the last seconds without a lock: a counter for each second, in a ring.
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

// perSecond returns the average over the last seconds, from the first of them in which a request was sent.
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
