package anyspec

import (
	"strconv"
	"testing"
)

// result is what a server did with the calls of an operation.
type result struct {
	Operation   string
	Calls       int      // valid ones
	Refused     []string // valid calls that the server rejected
	Invalid     []string // responses that break the document
	Unbuildable string   // why there is no valid call
	Mutations   int      // invalid calls
	Missed      []string // invalid calls that the server accepted
}

func (o result) accepted() bool { return o.Calls > 0 && len(o.Refused) == 0 }

type results []result

// counts are the figures of a server and a document.
type counts struct {
	operations   int
	accepted     int // operations that accept all valid calls
	valid        int // of these, with responses that all fit the document
	invalidCalls int
	rejected     int // of these
}

func (r results) count() (c counts) {
	for _, o := range r {
		c.operations++
		if o.accepted() {
			c.accepted++
			if len(o.Invalid) == 0 {
				c.valid++
			}
		}
		c.invalidCalls += o.Mutations
		c.rejected += o.Mutations - len(o.Missed)
	}
	return c
}

// of returns a count of a peer, and "-" if it does not serve the document.
func (c counts) of(count int) string {
	if c.operations == 0 {
		return "-"
	}
	return strconv.Itoa(count)
}

// check fails the test if too few operations accept valid calls, if a response breaks the document,
// or if an invalid call is accepted. Listed differences do not count.
func (r results) check(t *testing.T, listed map[string]string) {
	t.Helper()
	accepted, counted := 0, 0
	for _, o := range r {
		if o.Unbuildable != "" {
			t.Logf("%s: no valid call: %s", o.Operation, o.Unbuildable)
		}
		if listed[o.Operation] != "" {
			if o.accepted() && len(o.Invalid)+len(o.Missed) == 0 {
				t.Errorf("%s: a difference is listed, but there is none: remove it", o.Operation)
			}
			continue
		}
		counted++
		if o.accepted() {
			accepted++
		}
		if len(o.Refused) > 0 {
			t.Logf("%s: %d of %d valid calls are rejected: %s", o.Operation, len(o.Refused), o.Calls, o.Refused[0])
		}
		if len(o.Invalid) > 0 {
			t.Errorf("%s: the response breaks the document: %s", o.Operation, o.Invalid[0])
		}
		if len(o.Missed) > 0 {
			t.Errorf("%s: %d of %d invalid calls are accepted: %s", o.Operation, len(o.Missed), o.Mutations, o.Missed[0])
		}
	}
	if accepted*100 < counted*minAccepted {
		t.Errorf("%d of %d operations accept valid calls, want %d %%", accepted, counted, minAccepted)
	}
}
