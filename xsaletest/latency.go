package xsaletest

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Latency is how long requests wait before they are processed: uniformly distributed durations that
// depend only on the seed and the number of earlier requests. The zero Latency does not delay.
type Latency struct {
	Seed              uint64
	Shortest, Longest time.Duration
}

// WithLatency delays every request to the API and to the login service before it is processed. If
// the client leaves or [Sandbox.Close] is called meanwhile, the request is not processed.
func WithLatency(wait time.Duration) Option {
	return func(c *config) {
		if wait < 0 {
			c.fail(fmt.Errorf("WithLatency: %v is negative", wait))
		}
		c.settings.Latency = Latency{0, wait, wait}
	}
}

// WithRandomLatency is [WithLatency] with uniformly distributed delays. They depend only on the
// seed and the number of earlier requests.
func WithRandomLatency(seed uint64, shortest, longest time.Duration) Option {
	return func(c *config) {
		c.settings.Latency = Latency{seed, shortest, longest}
		if err := c.settings.Latency.check(); err != nil {
			c.fail(fmt.Errorf("WithRandomLatency: %w", err))
		}
	}
}

func (l Latency) check() error {
	if l.Shortest < 0 || l.Longest < l.Shortest {
		return fmt.Errorf("%v to %v: the shortest must not be negative, nor longer than the longest", l.Shortest, l.Longest)
	}
	return nil
}

// of returns the delay of the nth request.
func (l Latency) of(number int64) time.Duration {
	spread := l.Longest - l.Shortest
	if spread == 0 {
		return l.Shortest
	}
	random := rand.New(rand.NewPCG(l.Seed, uint64(number)))
	return l.Shortest + time.Duration(random.Int64N(int64(spread)+1))
}
