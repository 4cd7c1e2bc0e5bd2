package transfer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

type order struct {
	ID    int64
	Total string
}

// orders lists orders with the ids from 1 to count.
func orders(count int) func(context.Context) iter.Seq2[order, error] {
	return func(context.Context) iter.Seq2[order, error] {
		return func(yield func(order, error) bool) {
			for i := range count {
				if !yield(order{int64(i + 1), "548.90"}, nil) {
					return
				}
			}
		}
	}
}

func key(o order) string { return strconv.FormatInt(o.ID, 10) }

func openSQLite(t *testing.T) *sqlite.Database {
	t.Helper()
	database, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "orders.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	})
	return database
}

// tally counts by key.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[key]++
	return c.counts[key]
}

func soon(int) time.Duration { return time.Millisecond }

func TestPullTakesEachElementOnce(t *testing.T) {
	var handled, handedOver tally
	pull := transfer.Pull[order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: openSQLite(t), Name: "orders", Backoff: soon},
		List: orders(50),
		Key:  key,
		Handle: func(_ context.Context, item transfer.Item[order]) error {
			if item.Value.Total != "548.90" || item.Key != key(item.Value) || string(item.JSON) != fmt.Sprintf(`{"ID":%s,"Total":"548.90"}`, item.Key) {
				return transfer.Fail(fmt.Errorf("got %+v", item))
			}
			if handled.add(item.Key) == 1 && item.Value.ID%10 == 0 {
				return errors.New("not now")
			}
			return nil
		},
		HandOver: func(_ context.Context, item transfer.Item[order], outcome transfer.Outcome) error {
			handedOver.add(item.Key)
			if outcome.Failed {
				return errors.New(outcome.Reason)
			}
			return nil
		},
	}
	for run, want := range []transfer.Summary{{Listed: 50, New: 50, Done: 50, Later: 5}, {Listed: 50}} {
		summary, err := pull.Run(t.Context())
		if err != nil || summary != want {
			t.Errorf("run %d: %+v, %v, want %+v", run, summary, err, want)
		}
	}
	for o := range orders(50)(t.Context()) {
		want := 1
		if o.ID%10 == 0 {
			want = 2
		}
		if handled.counts[key(o)] != want || handedOver.counts[key(o)] != 1 {
			t.Errorf("order %d: handled %d times, want %d, handed over %d times, want 1", o.ID, handled.counts[key(o)], want, handedOver.counts[key(o)])
		}
	}
	stats, err := pull.Stats(t.Context())
	if want := map[transfer.State]int{transfer.StateDone: 50}; err != nil || !maps.Equal(stats, want) {
		t.Errorf("stats: %v, %v, want %v", stats, err, want)
	}
}

func TestPullParksWhatFailsForGood(t *testing.T) {
	var outcomes sync.Map
	broken := true
	pull := transfer.Pull[order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: openSQLite(t), Name: "orders", Attempts: 3, Backoff: soon},
		List: orders(4),
		Key:  key,
		Handle: func(_ context.Context, item transfer.Item[order]) error {
			switch {
			case item.Value.ID == 2 && broken:
				return transfer.Fail(errors.New("unknown VAT rate"))
			case item.Value.ID == 3 && broken:
				panic("index out of range")
			}
			return nil
		},
		HandOver: func(_ context.Context, item transfer.Item[order], outcome transfer.Outcome) error {
			outcomes.Store(item.Key, outcome)
			return nil
		},
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 2 || summary.Parked != 2 {
		t.Fatalf("%+v, %v, want 2 done and 2 parked", summary, err)
	}
	var reasons []string
	for entry, err := range pull.Entries(t.Context(), transfer.StateParked) {
		if err != nil {
			t.Fatal(err)
		}
		outcome, _ := outcomes.Load(entry.Key)
		if outcome != (transfer.Outcome{Failed: true, Reason: entry.Reason}) {
			t.Errorf("outcome of %s: %+v, want its reason %q", entry.Key, outcome, entry.Reason)
		}
		reasons = append(reasons, entry.Key+" "+entry.Reason)
	}
	if want := []string{"2 handle: unknown VAT rate", "3 handle: panic: index out of range"}; !slices.Equal(reasons, want) {
		t.Errorf("parked: %q, want %q", reasons, want)
	}
	broken = false
	if err := errors.Join(pull.Retry(t.Context(), "2"), pull.Discard(t.Context(), "3")); err != nil {
		t.Fatal(err)
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 || summary.New != 0 {
		t.Errorf("%+v, %v, want 1 done", summary, err)
	}
	stats, err := pull.Stats(t.Context())
	if want := map[transfer.State]int{transfer.StateDone: 3, transfer.StateDiscarded: 1}; err != nil || !maps.Equal(stats, want) {
		t.Errorf("stats: %v, %v, want %v", stats, err, want)
	}
}
