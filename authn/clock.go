package authn

import "time"

// instant is one reading of the clock: the wall clock, which jumps when it is set, and the monotonic one, which may
// stand still while a machine sleeps. A pair counts as expired as soon as either says so.
type instant struct {
	wall int64         // nanoseconds since 1970, UTC
	mono time.Duration // since the program started
}

// clock returns the current instant.
type clock func() instant

var programStart = time.Now()

func systemClock() instant {
	now := time.Now() // one reading gives both
	return instant{now.UnixNano(), now.Sub(programStart)}
}

func (i instant) add(d time.Duration) instant {
	return instant{i.wall + int64(d), i.mono + d}
}

// reaches reports whether the deadline has come by either clock.
func (i instant) reaches(deadline instant) bool {
	return i.wall >= deadline.wall || i.mono >= deadline.mono
}

func (i instant) time() time.Time {
	return time.Unix(0, i.wall).UTC()
}
