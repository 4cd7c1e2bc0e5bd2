package transfer

import "sync/atomic"

// Summary counts what a run of this program did.
type Summary struct {
	Listed int // elements that the list had, repeated ones included
	New    int // of these, elements that the flow did not know
	Done   int // elements handled and handed over, or sent
	Parked int // elements parked, those that cannot be decoded included
	Later  int // attempts that failed and are repeated, in this run or in a later one
}

type counters struct{ listed, added, done, parked, later atomic.Int64 }

func (c *counters) summary() Summary {
	return Summary{int(c.listed.Load()), int(c.added.Load()), int(c.done.Load()), int(c.parked.Load()), int(c.later.Load())}
}
