package transfer_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
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
	for run, want := range []transfer.Summary{{Listed: 50, New: 50, Done: 50, Retries: 5}, {Listed: 50}} {
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
	for _, states := range [][]transfer.State{{transfer.StateDiscarded, transfer.StateParked}, {transfer.StateDone, transfer.StateParked}} {
		some, err := pull.Stats(t.Context(), states...)
		if err != nil || len(some) != 1 || some[states[0]] != stats[states[0]] {
			t.Errorf("stats of %v: %v, %v, want those of the first", states, some, err)
		}
	}
}

func TestHandOverThatFailsIsParked(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.List, pull.Attempts = orders(1), 3
	var attempts []int
	pull.HandOver = func(_ context.Context, item transfer.Item[order], _ transfer.Outcome) error {
		attempts = append(attempts, item.Attempt)
		return errors.New("locked")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if summary, err := pull.Run(ctx); err != nil || summary.Parked != 1 || !slices.Equal(attempts, []int{1, 2, 3}) {
		t.Errorf("%+v, %v, attempts %v, want it parked after 3", summary, err, attempts)
	}
}

// A key of the encryption that is missing must not bring elements back that were handled: the list
// still has them.
func TestHandledElementThatCannotBeReadIsNotHandledAgain(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.List, pull.EncryptionKeys = orders(1), [][]byte{bytes.Repeat([]byte{1}, 32)}
	handled, handedOver := 0, 0
	pull.Handle = func(context.Context, transfer.Item[order]) error {
		handled++
		return nil
	}
	later := transfer.Later(errors.New("closed"), time.Hour)
	pull.HandOver = func(context.Context, transfer.Item[order], transfer.Outcome) error { return later }
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_job SET state = 'available', scheduled_at = datetime('now')`); err != nil {
		t.Fatal(err)
	}
	keys := pull.EncryptionKeys
	pull.EncryptionKeys = [][]byte{bytes.Repeat([]byte{2}, 32)}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Parked != 1 {
		t.Errorf("another key: %+v, %v, want 1 parked", summary, err)
	}
	pull.EncryptionKeys = keys
	pull.HandOver = func(context.Context, transfer.Item[order], transfer.Outcome) error {
		handedOver++
		return nil
	}
	if _, err := pull.Run(t.Context()); err != nil || handled != 1 || handedOver != 0 {
		t.Errorf("the list has it again: %v, handled %d times, handed over %d times, want 1 and 0", err, handled, handedOver)
	}
	if err := pull.Retry(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if _, err := pull.Run(t.Context()); err != nil || handled != 1 || handedOver != 1 {
		t.Errorf("retried: %v, handled %d times, handed over %d times, want 1 and 1", err, handled, handedOver)
	}
}

// SQLite rolls back the whole transaction after some errors, and executes what follows on its own.
func TestHandleTxThatGoesOnAfterARollback(t *testing.T) {
	database := openSQLite(t)
	if _, err := database.DB().ExecContext(t.Context(), `CREATE TABLE erp (key text); CREATE TABLE seen (key text PRIMARY KEY ON CONFLICT ROLLBACK); INSERT INTO seen VALUES ('2')`); err != nil {
		t.Fatal(err)
	}
	pull := newPull(database)
	pull.Handle = nil
	pull.HandleTx = func(ctx context.Context, tx *sql.Tx, item transfer.Item[order]) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO erp VALUES (?)`, item.Key); err != nil || item.Attempt > 1 {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO seen VALUES (?)`, item.Key)
		if (err != nil) != (item.Key == "2") {
			t.Errorf("key %s: %v, want a conflict for 2", item.Key, err)
		}
		return nil // although it failed
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 || summary.Retries != 1 {
		t.Errorf("%+v, %v, want 3 done and an attempt that failed", summary, err)
	}
	imported := 0
	if err := database.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM erp`).Scan(&imported); err != nil || imported != 3 {
		t.Errorf("%d in the ERP, %v, want 3", imported, err)
	}
}

func TestHandlerThatEndsItsGoroutine(t *testing.T) {
	pull := newPull(openSQLite(t))
	var calls tally
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		if calls.add(item.Key) == 1 {
			runtime.Goexit()
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if summary, err := pull.Run(ctx); err != nil || summary.Done != 3 || summary.Retries != 3 {
		t.Errorf("%+v, %v, want 3 done at the second attempt", summary, err)
	}
}

// A handler that takes too long for one element is no outage.
func TestTimeoutsUseUpAttempts(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.Timeout, pull.Attempts = 10*time.Millisecond, 2
	pull.Handle = func(ctx context.Context, item transfer.Item[order]) error {
		if item.Key == "2" {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 2 || summary.Parked != 1 {
		t.Errorf("%+v, %v, want 2 done and 1 parked", summary, err)
	}
}

func TestID(t *testing.T) {
	for id, want := range map[int64]string{1: "1", math.MaxInt64: "9223372036854775807", 0: "", -1: ""} {
		if got := transfer.ID(id); got != want {
			t.Errorf("ID(%d): %q, want %q", id, got, want)
		}
	}
}

func TestBadElementsDoNotDelayTheOthers(t *testing.T) {
	const count = 200
	var mu sync.Mutex
	attempts, lastGood := 0, 0
	pull := transfer.Pull[order, *sql.Tx]{
		Flow: transfer.Flow[*sql.Tx]{Database: openSQLite(t), Name: "orders", Backoff: func(int) time.Duration { return time.Hour }},
		List: orders(count),
		Key:  key,
		Handle: func(_ context.Context, item transfer.Item[order]) error {
			mu.Lock()
			defer mu.Unlock()
			attempts++
			if item.Value.ID <= count/2 {
				return errors.New("unknown VAT rate")
			}
			lastGood = attempts
			return nil
		},
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != count/2 || summary.Retries != count/2 {
		t.Errorf("%+v, %v, want half of them done, and half of them later", summary, err)
	}
	if lastGood != count {
		t.Errorf("the last good element came after %d attempts, want %d: one for each element", lastGood, count)
	}
}

// A transaction of database/sql whose context has ended does not say so.
func TestTimeoutOfATransactionIsTheReason(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.Timeout, pull.Attempts = 10*time.Millisecond, 1
	pull.Handle = nil
	pull.HandleTx = func(ctx context.Context, tx *sql.Tx, _ transfer.Item[order]) (err error) {
		<-ctx.Done()
		for err == nil { // until the rollback
			_, err = tx.Exec(`SELECT 1`)
		}
		return err
	}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	entry, err := pull.Entry(t.Context(), "2")
	if want := "context deadline exceeded"; err != nil || !strings.Contains(entry.Reason, want) {
		t.Errorf("parked with %q, %v, want %q", entry.Reason, err, want)
	}
}
