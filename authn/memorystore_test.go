package authn

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A server that runs for months has the entries of users who have left long ago.
func TestMemoryStoreDropsExpiredEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &MemoryStore{}
		for i := range 10_000 {
			if err := m.Save(t.Context(), fmt.Sprint(i), Entry{Version: 1, Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if count := len(m.entries); count > 200 {
			t.Errorf("%d entries, of which 60 have not expired", count)
		}
		if entry, err := m.Load(t.Context(), "9999"); err != nil || entry.Version != 1 {
			t.Errorf("got %+v, %v", entry, err)
		}
	})
}
