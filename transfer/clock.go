package transfer

import (
	"context"
	"sync/atomic"
	"time"
)

// clock shows the time of the database to River, which plans retries with it. With its own clock, a
// machine that is behind would retry without a wait, and one that is ahead much too late.
type clock struct{ ahead atomic.Int64 }

// Now implements River's TimeGenerator. It has no monotonic reading, because the difference changes
// when someone sets the clock of this machine.
func (c *clock) Now() time.Time {
	return time.Now().Round(0).Add(time.Duration(c.ahead.Load()))
}

// NowOrNil implements River's TimeGenerator: queries use the clock of the database itself.
func (c *clock) NowOrNil() *time.Time { return nil }

// setClock measures how far the database is ahead.
func (e *engine[Tx]) setClock(ctx context.Context) error {
	now, err := e.Database.Now(ctx)
	if err == nil {
		e.clock.ahead.Store(int64(now.Round(0).Sub(time.Now().Round(0))))
	}
	return err
}
