package orders

import (
	"errors"
	"sync"
)

// errDead is the error of every call of a dead program.
var errDead = errors.New("the program is dead")

// life is the life of a program, from its start to its death. The program dies at an event that others
// can see: a commit, a statement of a server, or an effect in another system. Whatever it does after
// that has no effect.
type life struct {
	number int

	mu     sync.Mutex
	events int
	last   int  // the event that it dies at; 0 for none
	before bool // the last event does not happen
	dead   bool
	end    []func()
	ends   sync.WaitGroup // those that run
}

// happens counts an event that the function causes, and reports whether it takes place.
func (l *life) happens(cause func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return false
	}
	l.events++
	if l.events == l.last && l.before {
		l.die()
		return false
	}
	if cause != nil {
		cause()
	}
	if l.events == l.last {
		l.die()
	}
	return true
}

// kill ends the life between two events.
func (l *life) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.die()
	}
}

func (l *life) die() {
	l.dead = true
	for _, end := range l.end {
		l.ends.Go(end)
	}
}

// atDeath calls a function at the death, or at once if the program is dead: the wait for those that run
// may be over by then.
func (l *life) atDeath(end func()) {
	l.mu.Lock()
	dead := l.dead
	if !dead {
		l.end = append(l.end, end)
	}
	l.mu.Unlock()
	if dead {
		end()
	}
}

func (l *life) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}
