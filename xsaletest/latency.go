package xsaletest

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// latency is how long requests wait before they are processed.
type latency struct {
	seed              uint64
	shortest, longest time.Duration
}

// WithLatency delays every request to the API and to the login service before it is processed. If
// the client leaves or [Sandbox.Close] is called meanwhile, the request is not processed.
func WithLatency(wait time.Duration) Option {
	return func(c *config) {
		if wait < 0 {
			c.fail(fmt.Errorf("WithLatency: %v is negative", wait))
		}
		c.latency = latency{0, wait, wait}
	}
}

// WithRandomLatency is [WithLatency] with uniformly distributed delays. They depend only on the
// seed and the number of earlier requests.
func WithRandomLatency(seed uint64, shortest, longest time.Duration) Option {
	return func(c *config) {
		if shortest < 0 || longest < shortest {
			c.fail(fmt.Errorf("WithRandomLatency: %v to %v: the shortest must not be negative, nor longer than the longest", shortest, longest))
		}
		c.latency = latency{seed, shortest, longest}
	}
}

// of returns the delay of the nth request.
func (l latency) of(number int64) time.Duration {
	spread := l.longest - l.shortest
	if spread == 0 {
		return l.shortest
	}
	random := rand.New(rand.NewPCG(l.seed, uint64(number)))
	return l.shortest + time.Duration(random.Int64N(int64(spread)+1))
}
