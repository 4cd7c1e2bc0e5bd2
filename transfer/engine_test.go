package transfer

import (
	"database/sql"
	"testing"
	"time"
)

// Another program may work on an element that this one has put off, and then nothing tells this one.
func TestBusyForgetsWhatOthersHaveTaken(t *testing.T) {
	e := &engine[*sql.Tx]{due: map[int64]appointment{1: {at: time.Now().Add(-time.Minute), waited: true}}}
	if e.busy() {
		t.Error("waits for a job that was due a minute ago")
	}
	e.again(2, time.Second, false)
	if !e.busy() {
		t.Error("does not wait for a job that is due in a second")
	}
}
