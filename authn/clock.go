package authn

import "time"

// instant is a reading of both clocks: the wall clock, which jumps when it is set, and the
// monotonic clock, which may stop while a machine sleeps. Tokens expire as soon as either clock
// reaches their deadline.
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

// reaches reports whether either clock has reached the deadline.
func (i instant) reaches(deadline instant) bool {
	return i.wall >= deadline.wall || i.mono >= deadline.mono
}

func (i instant) time() time.Time {
	return time.Unix(0, i.wall).UTC()
}
