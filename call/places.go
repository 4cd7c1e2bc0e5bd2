package call

import (
	"context"
	"math"
	"slices"
	"time"
)

// maxPlaces bounds the slots of one program.
const maxPlaces = 100

// places limits the slots that the callers of one program hold at once to about a second's, in the
// order in which they came. So a program that is killed takes few slots with it, and one whose
// callers give up returns few.
type places struct {
	taken   int
	waiting []chan struct{}
}

// capacity returns the number of slots of one program.
func capacity(whole rate) int {
	if whole.perSecond <= 0 {
		return math.MaxInt
	}
	return int(min(math.Ceil(whole.perSecond)+float64(whole.burst), maxPlaces))
}

// take waits for a place. If the call must end before, it returns a turn that says so; without a
// place, if ctx ends, one that says to wait.
func (s *sharedThrottle) take(ctx context.Context, left time.Duration) (none turn, ok bool) {
	s.mu.Lock()
	now := s.now()
	whole := s.known.whole(now, s.own)
	if s.places.taken < capacity(whole) {
		s.places.taken++
		s.mu.Unlock()
		return turn{}, true
	}
	wait := time.Duration(max(0, s.known.Next-now) + span(whole, len(s.places.waiting)))
	if wait >= left {
		s.mu.Unlock()
		return turn{wait: wait, late: true}, false
	}
	place := make(chan struct{})
	s.places.waiting = append(s.places.waiting, place)
	s.mu.Unlock()

	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-place:
		return turn{}, true
	case <-ctx.Done():
		none = turn{wait: limiterPatience}
	case <-timer.C:
		none = turn{wait: wait, late: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.places.waiting, place); i >= 0 {
		s.places.waiting = slices.Delete(s.places.waiting, i, i+1)
	} else {
		s.leave()
	}
	return none, false
}

// leave frees a place for the next caller. The caller of leave has the lock.
func (s *sharedThrottle) leave() {
	s.places.taken--
	for len(s.places.waiting) > 0 && s.places.taken < capacity(s.known.whole(s.now(), s.own)) {
		s.places.taken++
		close(s.places.waiting[0])
		s.places.waiting = s.places.waiting[1:]
	}
}
