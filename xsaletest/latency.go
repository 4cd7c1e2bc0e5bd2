package xsaletest

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// latency is how long requests wait before anything is done with them.
type latency struct {
	seed              uint64
	shortest, longest time.Duration
}

// WithLatency lets every request to the API and to the login service wait before it is looked at. A client that leaves
// meanwhile and [Sandbox.Close] end the wait, and then nothing is done.
func WithLatency(wait time.Duration) Option {
	return func(c *config) error {
		if wait < 0 {
			return fmt.Errorf("WithLatency: %v is negative", wait)
		}
		c.latency = latency{0, wait, wait}
		return nil
	}
}

// WithRandomLatency is [WithLatency] with waits that are spread evenly from the shortest to the longest. The seed and how many
// requests came before decide alone.
func WithRandomLatency(seed uint64, shortest, longest time.Duration) Option {
	return func(c *config) error {
		if shortest < 0 || longest < shortest {
			return fmt.Errorf("WithRandomLatency: %v to %v: the shortest must be 0 or more, the longest not below it", shortest, longest)
		}
		c.latency = latency{seed, shortest, longest}
		return nil
	}
}

// of returns the wait of the request with a number.
func (l latency) of(number int64) time.Duration {
	spread := l.longest - l.shortest
	if spread == 0 {
		return l.shortest
	}
	random := rand.New(rand.NewPCG(l.seed, uint64(number)))
	return l.shortest + time.Duration(random.Int64N(int64(spread)+1))
}
