package fleet

import (
	"bytes"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Limiter is a call.Limiter that the machines of a fleet share, as one on Redis: each update reads,
// and writes if nobody else has written since; each of the two takes a round trip. It has one clock
// for all, which is not that of the machines. Set the fields before the first update.
type Limiter struct {
	RoundTrip time.Duration // at most
	Offset    time.Duration // of its clock

	mu       sync.Mutex
	states   map[string][]byte
	versions map[string]int
	updates  int
	retries  int
}

// Counts returns the number of updates, and of writes that came too late.
func (l *Limiter) Counts() (updates, retries int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.updates, l.retries
}

// Update implements [github.com/xsale-go/xsale/call.Limiter].
func (l *Limiter) Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	for {
		l.delay()
		l.mu.Lock()
		state, version, now := bytes.Clone(l.states[key]), l.versions[key], time.Now().Add(l.Offset)
		l.mu.Unlock()
		l.delay()
		state, err := change(state, now)
		if err != nil {
			return err
		}
		l.delay()
		if err := ctx.Err(); err != nil {
			return err
		}
		if l.write(key, state, version) {
			l.delay()
			return nil
		}
	}
}

// delay is one way of a round trip.
func (l *Limiter) delay() { time.Sleep(rand.N(l.RoundTrip/2 + 1)) }

func (l *Limiter) write(key string, state []byte, version int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.versions[key] != version {
		l.retries++
		return false
	}
	if l.states == nil {
		l.states, l.versions = map[string][]byte{}, map[string]int{}
	}
	l.states[key] = state
	l.versions[key]++
	l.updates++
	return true
}
