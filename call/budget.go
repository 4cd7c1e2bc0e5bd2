package call

import (
	"sync"
	"sync/atomic"
	"time"
)

// A retry takes one from the budget, and successes fill it, so that an outage does not multiply the
// load of a Client. The AWS SDKs have 100 retries, and a success without a retry earns 0.2
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). gRPC leaves the
// number to the service, 10 to 1000, and suggests 0.1
// (https://github.com/grpc/proposal/blob/master/A6-client-retries.md).
// The number here is small, because a Client has few calls at once, and the time adds enough for a
// program that makes a call now and then.
const (
	defaultRetryBudget = 15
	earnedBySuccess    = 0.2
	earnedPerSecond    = 0.1
)

// retryBudget limits the retries of a Client. A nil one has no limit.
type retryBudget struct {
	capacity float64
	used     atomic.Bool // while false, it is full and nothing below is used

	mu     sync.Mutex
	left   float64
	leftAt time.Time
}

func newRetryBudget(retries int) *retryBudget {
	return &retryBudget{capacity: float64(retries), left: float64(retries)}
}

// take reports whether there may be a retry.
func (b *retryBudget) take(now time.Time) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.used.Swap(true) {
		b.leftAt = now
	}
	b.earn(now, 0)
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// succeeded records a response of a server that works. A retry that succeeds has cost nothing.
func (b *retryBudget) succeeded(now time.Time, retried bool) {
	if b == nil || !b.used.Load() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	earned := earnedBySuccess
	if retried {
		earned = 1
	}
	b.earn(now, earned)
	b.used.Store(b.left < b.capacity)
}

func (b *retryBudget) earn(now time.Time, earned float64) {
	earned += max(0, now.Sub(b.leftAt).Seconds()) * earnedPerSecond
	b.left, b.leftAt = min(b.left+earned, b.capacity), now
}
