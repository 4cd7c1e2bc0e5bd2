package call

import (
	"sync/atomic"
	"time"
)

// sentRing counts the requests of the last seconds: a counter for each second, with the second in
// its upper half and the count in the lower.
type sentRing [8]uint64

const seenSeconds = 5

// add counts a request at a time in Unix nanoseconds.
func (s *sentRing) add(now int64) {
	second := uint32(now / int64(time.Second))
	counter := &s[second%uint32(len(s))]
	*counter = countIn(*counter, second)
}

// merge adds the counters of another ring.
func (s *sentRing) merge(other sentRing) {
	for i, counter := range other {
		switch mine, theirs := uint32(s[i]>>32), uint32(counter>>32); {
		case theirs > mine:
			s[i] = counter
		case theirs == mine:
			s[i] += uint64(uint32(counter))
		}
	}
}

func countIn(counter uint64, second uint32) uint64 {
	if uint32(counter>>32) == second {
		return counter + 1
	}
	return uint64(second)<<32 | 1
}

// perSecond returns the average over the last seconds, from the first one with a request.
func (s *sentRing) perSecond(now int64) float64 {
	current := uint32(now / int64(time.Second))
	count, age := uint32(0), uint32(0)
	for _, value := range s {
		if secondsAgo := current - uint32(value>>32); secondsAgo < seenSeconds && uint32(value) > 0 {
			count += uint32(value)
			age = max(age, secondsAgo)
		}
	}
	span := float64(age) + float64(now%int64(time.Second))/float64(time.Second)
	return float64(count) / max(span, 1)
}

// sentRate is a sentRing without a lock.
type sentRate struct {
	counters [8]atomic.Uint64
}

func (s *sentRate) add(now int64) {
	second := uint32(now / int64(time.Second))
	counter := &s.counters[second%uint32(len(s.counters))]
	for {
		old := counter.Load()
		if counter.CompareAndSwap(old, countIn(old, second)) {
			return
		}
	}
}

func (s *sentRate) perSecond(now int64) float64 {
	var ring sentRing
	for i := range s.counters {
		ring[i] = s.counters[i].Load()
	}
	return ring.perSecond(now)
}
