package transfer

import "sync/atomic"

// Summary counts what a run of this program did.
type Summary struct {
	Listed  int // elements that the list had, including repeated ones
	New     int // listed elements that the flow did not have before
	Done    int // elements handled and handed over, or sent
	Parked  int // elements parked, including those that cannot be decoded
	Retries int // failed attempts that are repeated, in this run or a later one
}

type counters struct{ listed, added, done, parked, retries atomic.Int64 }

func (c *counters) summary() Summary {
	return Summary{int(c.listed.Load()), int(c.added.Load()), int(c.done.Load()), int(c.parked.Load()), int(c.retries.Load())}
}
