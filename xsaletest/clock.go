package xsaletest

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock is the clock of a sandbox, for tokens, their expiry, login limits and the Date header. It
// is safe for concurrent use. Latency and the delays of faults take real time.
type Clock struct {
	real    func() time.Time
	setting atomic.Pointer[clockSetting] // nil for the real time

	mu sync.Mutex // for changes
}

// clockSetting is the time that a clock shows, and the real time when it was set.
type clockSetting struct {
	shown, real time.Time
	frozen      bool
}

// Clock returns the clock of the sandbox, for example to let tokens expire. [Sandbox.Reset] sets it
// to the time of [WithClock] again.
func (s *Sandbox) Clock() *Clock { return s.clock }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	now, _ := c.read()
	return now
}

// Frozen reports whether the clock stands still.
func (c *Clock) Frozen() bool {
	_, frozen := c.read()
	return frozen
}

func (c *Clock) read() (now time.Time, frozen bool) {
	setting := c.setting.Load()
	switch {
	case setting == nil:
		return c.real(), false
	case setting.frozen:
		return setting.shown, true
	}
	return setting.shown.Add(c.real().Sub(setting.real)), false
}

// Advance sets the clock forward, or back if the duration is negative.
func (c *Clock) Advance(by time.Duration) {
	c.change(func(now time.Time, frozen bool) (time.Time, bool) { return now.Add(by), frozen })
}

// Set sets the clock to a time. It continues from there unless it is frozen.
func (c *Clock) Set(now time.Time) {
	c.change(func(_ time.Time, frozen bool) (time.Time, bool) { return now, frozen })
}

// Freeze stops the clock. Set and Advance still work.
func (c *Clock) Freeze() {
	c.change(func(now time.Time, _ bool) (time.Time, bool) { return now, true })
}

// Resume lets a frozen clock continue from the time that it shows.
func (c *Clock) Resume() {
	c.change(func(now time.Time, _ bool) (time.Time, bool) { return now, false })
}

func (c *Clock) change(change func(now time.Time, frozen bool) (time.Time, bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	shown, frozen := change(c.read())
	c.setting.Store(&clockSetting{shown.Round(0), c.real(), frozen}) // of the wall, as it was set
}

// reset returns the clock to the real time.
func (c *Clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setting.Store(nil)
}
