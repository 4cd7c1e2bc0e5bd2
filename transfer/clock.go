package transfer

import (
	"context"
	"sync/atomic"
	"time"
)

// clock gives River the time of the database, which River uses to schedule retries. With a clock that
// is behind, a machine would retry without a wait; with one that is ahead, much too late.
type clock struct{ ahead atomic.Int64 }

// Now implements River's TimeGenerator. It returns no monotonic reading, because the difference changes
// when someone sets the clock of this machine.
func (c *clock) Now() time.Time {
	return time.Now().Round(0).Add(time.Duration(c.ahead.Load()))
}

// NowOrNil implements River's TimeGenerator: queries use the clock of the database itself.
func (c *clock) NowOrNil() *time.Time { return nil }

// setClock measures how far the clock of the database is ahead.
func (e *engine[Tx]) setClock(ctx context.Context) error {
	now, err := e.Database.Now(ctx)
	if err == nil {
		e.clock.ahead.Store(int64(now.Round(0).Sub(time.Now().Round(0))))
	}
	return err
}
