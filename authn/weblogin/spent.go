package weblogin

import (
	"sync"
	"time"
)

// maxSpent bounds the memory of a program whose logins are many, or made up.
const maxSpent = 100_000

// spent remembers the states of callbacks for as long as their cookies are valid, in two halves of
// which the older is dropped as a whole.
type spent struct {
	mu       sync.Mutex
	newer    map[string]bool
	older    map[string]bool
	switched time.Time
}

// add reports whether a state was not there before.
func (s *spent) add(state string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newer[state] || s.older[state] {
		return false
	}
	if s.newer == nil || now.Sub(s.switched) >= flowLifetime || len(s.newer) >= maxSpent/2 {
		s.newer, s.older, s.switched = map[string]bool{}, s.newer, now
	}
	s.newer[state] = true
	return true
}

func (s *spent) contains(state string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newer[state] || s.older[state]
}
