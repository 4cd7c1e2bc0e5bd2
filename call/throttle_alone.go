package call

import (
	"math/rand/v2"
	"time"
)

// What a sharedThrottle does while the Limiter fails.

// pass takes what happened while the Limiter failed to the shared state: a pause, and that the
// burst was used up.
func (s *sharedThrottle) pass(known limitState) apply {
	return func(state *limitState, now int64, own rate) turn {
		if pace := state.pace(now, own); pace.perSecond > 0 {
			state.Next = max(state.Next, now+span(pace, pace.burst-1))
		}
		if known.PausedUntil > max(now, state.PausedUntil) {
			own.fixed = true // what it taught was about a share
			state.limited(now, state.CutAt, time.Duration(known.PausedUntil-now), 0, own)
		}
		return turn{}
	}
}

// alone applies an operation without the Limiter, to a share of the limit.
func (s *sharedThrottle) alone(op *operation) {
	if op.abandoned {
		return
	}
	own := s.own
	own.programs = s.programs()
	op.result = op.apply(&s.known, s.known.begin(s.now(), own), own)
	op.result.own = true
}

// programs returns how many programs share the limit, as far as this one knows. It remembers the
// most, because a program that calls seldom has an old count.
func (s *sharedThrottle) programs() int { return max(s.known.programs(), s.most) }

// now returns the time by the clock of the state, as far as it is known.
func (s *sharedThrottle) now() int64 {
	if s.knownNow == 0 {
		s.knownAt, s.knownNow = time.Now(), time.Now().UnixNano()
	}
	return s.knownNow + int64(time.Since(s.knownAt))
}

// fail starts or prolongs an outage. At its start the burst is used up, and the share begins at a
// random time of its period, because the other programs may begin now, too.
func (s *sharedThrottle) fail() {
	s.backoff = min(max(2*s.backoff, minLimiterRetry), maxLimiterRetry)
	s.retryAt = time.Now().Add(s.backoff/2 + rand.N(s.backoff/2))
	if s.down {
		return
	}
	s.down, s.downAt = true, time.Now()
	own := s.own
	own.programs = s.programs()
	now := s.known.begin(s.now(), own)
	s.known.Free = nil
	if pace := s.known.pace(now, own); pace.perSecond > 0 && own.programs > 1 {
		between := period(pace.perSecond)
		if s.last > now-between { // its turn comes a period after its last one
			s.known.Next = s.last + between + span(pace, pace.burst-1)
			return
		}
		given := min(max(s.known.Next, now), now+between) // slots that are still waited for
		s.known.Next = given + span(pace, pace.burst-1) + rand.N(between)
	}
}
