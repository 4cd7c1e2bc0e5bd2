package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// How a rate is learned from 429s. One 429 may be a blip, so the first cut is shallow and short;
// cuts that follow show a real limit, and each halves the floor.
const (
	highestFloor     = 10.0 // requests per second after a first 429
	minLearnedRate   = 0.5  // requests per second; the rate is never cut below it
	recoveryPart     = 10   // a step back is this part of the rate that was too high
	recoveryInterval = time.Second
	cutMemory        = time.Minute // a 429 later than this after a cut counts as a first one
)

const (
	limitFormat    = 1
	clockTolerance = int64(time.Second)      // a clock further back than this has been set
	farthestSlot   = int64(24 * time.Hour)   // no stored slot is later, unless the rate is low
	farthestCount  = 1000                    // of these slots
	longestPeriod  = int64(1000 * time.Hour) // between two requests
	longestSpan    = 100 * longestPeriod     // of many
	groupMemory    = int64(time.Minute)      // how long the limit of others holds
	programsPeriod = int64(time.Minute)      // in which programs are counted
	maxFreeSlots   = 100
	minStale       = 250 * time.Millisecond
	longestReturn  = int64(10 * time.Minute)
)

// noHint is a 429 without a valid Retry-After.
const noHint = time.Duration(-1)

// rate is the limit that a Client is configured with.
type rate struct {
	perSecond float64 // 0 for no limit
	burst     int
	programs  int  // that share every limit of the state in equal parts, without seeing each other; 0 for one
	fixed     bool // 429s teach nothing
}

// turn is when a request may be sent.
type turn struct {
	wait time.Duration // 0 to send at once
	slot int64         // the reserved instant; 0 without one
	era  int64         // of the slot
	late bool          // the slot is after the deadline, and was not reserved
	own  bool          // reserved while the shared state failed

	placed bool // has a place among the callers of the program
}

// limitState is all that a rate limit knows: slots given, the pause, and the rate learned from
// 429s. Its methods are the whole algorithm, and have no other input than their arguments. Times
// are Unix nanoseconds by the clock of the keeper of the state; 0 is never.
//
// Slots are given by the generic cell rate algorithm: next is the instant up to which the slots
// given so far use the rate, and a burst may run ahead of it. After a 429 all requests pause and go
// on at half the rate, which successes restore (additive increase, multiplicative decrease).
// Responses to requests sent before the cut belong to the same wave and do not change the rate
// again.
type limitState struct {
	Format int     `json:"format"`
	At     int64   `json:"at"` // of the latest change
	Next   int64   `json:"next,omitempty"`
	Free   []int64 `json:"free,omitempty"` // slots given back, in order
	Era    int64   `json:"era,omitempty"`  // slots of another era are void

	PausedUntil int64   `json:"pausedUntil,omitempty"`
	Cut         bool    `json:"cut,omitempty"` // the learned rate holds
	CutAt       int64   `json:"cutAt,omitempty"`
	HalvedAt    int64   `json:"halvedAt,omitempty"` // not every cut halves the rate
	Cuts        int     `json:"cuts,omitempty"`     // in a row
	Waves       int     `json:"waves,omitempty"`    // cuts without a success between them
	Before      float64 `json:"before,omitempty"`   // the rate before the cut
	Learned     float64 `json:"learned,omitempty"`  // the rate since
	RaisedAt    int64   `json:"raisedAt,omitempty"`

	// The lowest limit that a Client was configured with lately. Clients without one keep it, too.
	PerSecond float64 `json:"perSecond,omitempty"`
	Burst     int     `json:"burst,omitempty"`
	LimitAt   int64   `json:"limitAt,omitempty"`

	// After a failure of the shared state, some programs go on with their share without it.
	Returning      int   `json:"returning,omitempty"`
	ReturningUntil int64 `json:"returningUntil,omitempty"`

	Sent           sentRing `json:"sent,omitzero"`
	Period         int64    `json:"period,omitempty"`         // number of the current programsPeriod
	Programs       int      `json:"programs,omitempty"`       // in it so far
	ProgramsBefore int      `json:"programsBefore,omitempty"` // in the one before
}

// encode returns the form in which the state is shared.
func (s *limitState) encode() ([]byte, error) {
	s.Format = limitFormat
	return json.Marshal(s)
}

// errGarbage is a stored state that cannot be read, and may be replaced.
var errGarbage = errors.New("stored rate limit state is invalid")

// decodeLimitState reads a stored state; none is the zero state.
func decodeLimitState(data []byte) (limitState, error) {
	if len(data) == 0 {
		return limitState{}, nil
	}
	var s limitState
	if err := json.Unmarshal(data, &s); err != nil {
		var format struct {
			Format int `json:"format"`
		}
		if json.Unmarshal(data, &format) != nil || format.Format <= limitFormat {
			return limitState{}, errGarbage
		}
		s.Format = format.Format
	}
	switch {
	case s.Format > limitFormat:
		return limitState{}, fmt.Errorf("stored rate limit state has format %d, want %d: update this program", s.Format, limitFormat)
	case s.Format < limitFormat, s.At <= 0, s.Cuts < 0, s.Waves < 0, s.Programs < 0, s.ProgramsBefore < 0, s.Returning < 0, len(s.Free) > maxFreeSlots,
		s.Cut && !(s.Learned > 0), s.PerSecond < 0, s.PerSecond > 0 && s.Burst < 1, s.Before < 0:
		return limitState{}, errGarbage
	}
	return s, nil
}

// sameLimits reports whether two states differ in their counters at most.
func (s limitState) sameLimits(other limitState) bool {
	for _, state := range []*limitState{&s, &other} {
		state.At, state.Sent, state.Period, state.Programs, state.ProgramsBefore = 0, sentRing{}, 0, 0, 0
	}
	return reflect.DeepEqual(s, other)
}

// begin brings the state to the present and returns it. A clock that was set back moves all times
// with it, so that no wait gets longer; one that is a little behind stands still. Times that are
// too far ahead come from a wrong clock, too.
func (s *limitState) begin(now int64, own rate) int64 {
	if behind := s.At - now; behind > clockTolerance {
		for _, at := range []*int64{&s.Next, &s.PausedUntil, &s.CutAt, &s.HalvedAt, &s.RaisedAt, &s.LimitAt, &s.ReturningUntil} {
			if *at != 0 {
				*at = max(*at-behind, 1)
			}
		}
		s.Free = nil
		s.Era++ // the slots that calls wait for belong to the time before
	} else {
		now = max(now, s.At)
	}
	s.At = now
	s.PausedUntil = min(s.PausedUntil, now+int64(maxRetryWait))
	s.ReturningUntil = min(s.ReturningUntil, now+int64(maxLimiterRetry)+longestReturn)
	s.CutAt, s.HalvedAt, s.RaisedAt, s.LimitAt = min(s.CutAt, now), min(s.HalvedAt, now), min(s.RaisedAt, now+int64(maxRetryWait)), min(s.LimitAt, now)
	if s.Returning > 0 && now >= s.ReturningUntil {
		s.Returning = 0
		if pace := s.pace(now, own); pace.perSecond > 0 {
			s.Next = min(s.Next, now+span(pace, pace.burst))
		}
	}
	farthest := farthestSlot
	if pace := s.pace(now, own); pace.perSecond > 0 {
		farthest = max(farthest, span(pace, farthestCount)+span(pace, pace.burst))
	}
	s.Next = min(s.Next, now+farthest)
	return now
}

// staleAfter returns how long a slot may be used. A program that was stopped, or whose clock was
// set, must not send all that it had reserved at once.
func staleAfter(pace rate) int64 {
	if pace.perSecond <= 0 {
		return math.MaxInt64
	}
	return max(period(pace.perSecond), int64(minStale))
}

// period returns the time between two requests.
func period(perSecond float64) int64 {
	return int64(min(math.Ceil(float64(time.Second)/perSecond), float64(longestPeriod)))
}

// span returns the time that a number of requests takes.
func span(pace rate, count int) int64 {
	return int64(min(float64(period(pace.perSecond))*float64(count), float64(longestSpan)))
}

// whole returns the rate that holds for a Client and all that share the state; 0 for none.
func (s *limitState) whole(now int64, own rate) rate {
	whole := own
	if whole.perSecond <= 0 && s.PerSecond > 0 && (now-s.LimitAt < groupMemory || own.programs > 0) {
		whole.perSecond, whole.burst = s.PerSecond, s.Burst
	}
	if s.Cut && !own.fixed {
		if whole.burst = 1; whole.perSecond <= 0 || s.Learned < whole.perSecond {
			whole.perSecond = s.Learned
		}
	}
	return whole
}

// pace returns the part of the whole rate that the users of this state have, if others share the
// limit without it.
func (s *limitState) pace(now int64, own rate) rate {
	pace, programs := s.whole(now, own), own.programs
	if programs == 0 && now < s.ReturningUntil {
		programs = s.Returning
	}
	if programs > 1 {
		pace.perSecond /= float64(programs)
		pace.burst = max(1, pace.burst/programs)
	}
	return pace
}

// returned records that a failure of the shared state has ended, which the other programs, a number
// in all, will only find out until their next try.
func (s *limitState) returned(now int64, programs int, own rate) {
	wait := int64(maxLimiterRetry)
	if whole := s.whole(now, own); whole.perSecond > 0 { // they have slots of their own, a period of a share away
		wait += min(span(whole, programs), longestReturn)
	}
	s.Returning, s.ReturningUntil = programs, now+wait
}

// configure notes the limit of a Client.
func (s *limitState) configure(now int64, own rate) {
	if own.perSecond > 0 && (own.perSecond <= s.PerSecond || s.PerSecond == 0 || now-s.LimitAt >= groupMemory) {
		s.PerSecond, s.Burst, s.LimitAt = own.perSecond, own.burst, now
	}
}

// count counts a program once per period, and returns the period. A program passes what was
// returned to it before.
func (s *limitState) count(now, counted int64) int64 {
	current := now / programsPeriod
	switch s.Period {
	case current:
	case current - 1:
		s.ProgramsBefore, s.Programs = s.Programs, 0
	default:
		s.ProgramsBefore, s.Programs = 0, 0
	}
	if s.Period = current; counted != current {
		s.Programs++
	}
	return current
}

// programs returns how many programs were counted lately, at least 1.
func (s *limitState) programs() int { return max(s.Programs, s.ProgramsBefore, 1) }

// reserve returns when a request may be sent, and reserves its slot unless it is only after the
// time left. A request that has waited for its slot passes that: it may be sent then, unless a 429
// has made the slot void.
func (s *limitState) reserve(now int64, held turn, own rate, left time.Duration) turn {
	s.configure(now, own)
	pace := s.pace(now, own)
	valid := held.slot != 0 && held.era == s.Era
	if valid && now < held.slot {
		held.wait = time.Duration(held.slot - now)
		return held
	}
	if valid && now-held.slot <= staleAfter(pace) {
		s.Sent.add(now)
		return turn{}
	}
	slot, next := max(now, s.PausedUntil), s.Next
	free := -1
	if pace.perSecond > 0 {
		s.Free = slices.DeleteFunc(s.Free, func(at int64) bool { return at < slot })
		if len(s.Free) > 0 {
			slot, free = s.Free[0], 0
		} else {
			slot = max(slot, next-span(pace, pace.burst-1))
			next = min(max(next, slot)+period(pace.perSecond), now+2*longestSpan)
		}
	}
	wait := time.Duration(slot - now)
	if now < s.ReturningUntil && slot > s.ReturningUntil && own.programs == 0 {
		wait = time.Duration(s.ReturningUntil - now) // slots are closer together from then on
		return turn{wait: wait, late: wait >= left}
	}
	if wait > 0 && wait >= left {
		return turn{wait: wait, late: true}
	}
	if s.Next = next; free == 0 {
		s.Free = s.Free[1:]
	}
	if wait == 0 {
		s.Sent.add(now)
		return turn{}
	}
	return turn{wait: wait, slot: slot, era: s.Era}
}

// release gives a slot back that will not be used.
func (s *limitState) release(now int64, unused turn) {
	if unused.slot <= now || unused.era != s.Era || len(s.Free) == maxFreeSlots {
		return
	}
	at, _ := slices.BinarySearch(s.Free, unused.slot)
	s.Free = slices.Insert(s.Free, at, unused.slot)
}

// limited records a 429 to a request that was sent at the given time. The hint is the wait that the
// server asks for, and seen the rate sent lately.
func (s *limitState) limited(now, sent int64, hint time.Duration, seen float64, own rate) {
	s.configure(now, own)
	newWave := s.CutAt == 0 || sent > s.CutAt
	pause := min(max(hint, 0), maxRetryWait)
	if newWave && !own.fixed && (hint == noHint || s.Waves > 0) { // a server that asks for too little is not tried at once again
		pause = max(pause, httpx.FullJitter(s.Waves, retryBase, maxRetryWait))
	}
	until := now + int64(pause)
	longer := until > s.PausedUntil
	if longer {
		s.PausedUntil = until
	}
	if newWave && !own.fixed {
		s.cutRate(now, seen, own)
	}
	if longer || newWave && !own.fixed {
		s.voidSlots(now, own)
	}
}

// cutRate halves the rate.
func (s *limitState) cutRate(now int64, seen float64, own rate) {
	first := s.CutAt == 0 || now-s.CutAt > int64(cutMemory)
	s.Waves++
	s.CutAt, s.RaisedAt = now, max(now, s.PausedUntil)
	if s.Cut && now-s.HalvedAt < int64(recoveryInterval) && (s.Waves == 1 || s.Learned > highestFloor) {
		return // the server still counts the requests before the cut
	}
	if s.Cuts++; first {
		s.Cuts = 1
	}
	s.Before = s.tooHigh(now, seen, own)
	s.Learned = max(s.Before/2, s.floor(now, own))
	s.Cut, s.HalvedAt = true, now
}

// tooHigh returns the rate that the server has just refused: the rate sent lately, at most the
// limit.
func (s *limitState) tooHigh(now int64, seen float64, own rate) float64 {
	limit := s.whole(now, own).perSecond
	seen *= float64(max(own.programs, 1))
	switch {
	case limit <= 0:
		return seen
	case seen <= 0: // the response took longer than the counters remember
		return limit
	}
	return min(seen, limit)
}

func (s *limitState) floor(now int64, own rate) float64 {
	floor := max(highestFloor/math.Exp2(float64(s.Cuts-1)), minLearnedRate)
	own.fixed = true // the limit, whatever was learned
	if limit := s.whole(now, own).perSecond; limit > 0 {
		floor = min(floor, limit)
	}
	return floor
}

// voidSlots makes waiting requests reserve again. The burst is used up.
func (s *limitState) voidSlots(now int64, own rate) {
	s.Era, s.Free = max(now, s.Era+1), nil
	pace := s.pace(now, own)
	if pace.perSecond <= 0 {
		s.Next = 0
		return
	}
	used := now + span(pace, pace.burst)
	if s.Cut || s.Next > used || s.Next == 0 {
		s.Next = used
	}
}

// mayRaise reports whether a success of a request that was sent at the given time raises the rate.
func (s *limitState) mayRaise(now, sent int64) bool {
	return s.Cut && sent > s.CutAt && (s.Waves > 0 || now-s.RaisedAt >= int64(recoveryInterval))
}

// succeeded records a success of a request that was sent at the given time.
func (s *limitState) succeeded(now, sent int64, own rate) {
	if !s.mayRaise(now, sent) {
		return
	}
	s.Waves = 0
	if now-s.RaisedAt < int64(recoveryInterval) {
		return
	}
	s.RaisedAt = now
	s.Learned += min(max(math.Abs(s.Before-s.Learned)/4, s.Before/40), s.Before/recoveryPart)
	whole := 2 * s.Before // more than what the server found too high
	if own.perSecond > 0 {
		whole = min(whole, own.perSecond)
	}
	if s.Cuts > 1 && s.Learned < whole {
		return
	}
	s.Cut = false
}
