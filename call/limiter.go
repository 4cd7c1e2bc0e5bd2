package call

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Limiter keeps the state of a rate limit that several Clients share: in one program, on one
// machine, or in a fleet. It only stores; package call decides. Clients that share a Limiter and
// call the same origin wait for each other's slots, pause after each other's 429s and share the
// rate that these taught. Use one Limiter for each account of the vendor, because the vendor's
// limit belongs to the account, whatever credentials its programs have. [MemoryLimiter] is for one
// program; packages filelimit and redislimit below this one are for more.
//
// A Client waits 250 milliseconds for Update. If it fails or takes longer, the Client logs a
// warning, goes on with its share of the limit in memory, and tries again after 1 to 10 seconds.
// Implementations must be safe for concurrent use.
type Limiter interface {
	// Update replaces the state under key by what change returns, as one step: no other Update of
	// the key comes between. The key is the origin of an API, such as https://api.xsale.ai, and no
	// secret.
	//
	// Change gets the state, nil if none is stored, and the time by the one clock that all users of
	// the state share; that clock may be wrong, but should not jump. The state is JSON, usually of
	// less than 1 KB. Change may be called several times; only the result of the last call counts.
	// It is fast, and does not keep the slice. Update returns its error unchanged, and then stores
	// nothing. The state may be dropped a day after the last Update.
	Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error
}

// MemoryLimiter is a [Limiter] that the Clients of one program share. The zero value is ready to
// use. Do not copy a MemoryLimiter.
type MemoryLimiter struct {
	mu     sync.Mutex
	start  time.Time
	states map[string][]byte
}

// Update implements [Limiter].
func (m *MemoryLimiter) Update(_ context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.start, m.states = time.Now(), make(map[string][]byte)
	}
	now := m.start.Add(time.Since(m.start)) // does not jump with the clock of the machine
	state, err := change(slices.Clip(m.states[key]), now)
	if err == nil {
		m.states[key] = state
	}
	return err
}
