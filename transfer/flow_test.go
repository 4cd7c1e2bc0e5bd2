package transfer_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

// newPull returns a flow of 3 orders that are handled without an effect.
func newPull(database *sqlite.Database) *transfer.Pull[order, *sql.Tx] {
	return &transfer.Pull[order, *sql.Tx]{
		Flow:   transfer.Flow[*sql.Tx]{Database: database, Name: "orders", Backoff: soon},
		List:   orders(3),
		Key:    key,
		Handle: func(context.Context, transfer.Item[order]) error { return nil },
	}
}

func TestSettingsAreChecked(t *testing.T) {
	database := openSQLite(t)
	for name, change := range map[string]func(*transfer.Pull[order, *sql.Tx]){
		"Flow.Database":    func(p *transfer.Pull[order, *sql.Tx]) { p.Database = nil },
		"Flow.Name":        func(p *transfer.Pull[order, *sql.Tx]) { p.Name = "orders of today" },
		"Flow.Workers":     func(p *transfer.Pull[order, *sql.Tx]) { p.Workers = -1 },
		"Flow.Attempts":    func(p *transfer.Pull[order, *sql.Tx]) { p.Attempts = -1 },
		"Flow.Timeout":     func(p *transfer.Pull[order, *sql.Tx]) { p.Timeout = -1 },
		"Flow.StopTimeout": func(p *transfer.Pull[order, *sql.Tx]) { p.StopTimeout = -1 },
		"Flow.EncryptionKeys[1]": func(p *transfer.Pull[order, *sql.Tx]) {
			p.EncryptionKeys = [][]byte{make([]byte, 32), make([]byte, 31)}
		},
		"Pull.List": func(p *transfer.Pull[order, *sql.Tx]) { p.List = nil },
		"Pull.Handle": func(p *transfer.Pull[order, *sql.Tx]) {
			p.HandleTx = func(context.Context, *sql.Tx, transfer.Item[order]) error { return nil }
		},
	} {
		pull := newPull(database)
		change(pull)
		if _, err := pull.Run(t.Context()); !errors.Is(err, transfer.ErrInvalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want ErrInvalid that names it", name, err)
		}
	}
	for _, name := range []string{"Futuriti_bb7b2a13--8550_", strings.Repeat("A", 64), strings.Repeat("a", 64)} {
		pull := newPull(database)
		pull.Name = name
		if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 {
			t.Errorf("%s: %+v, %v, want 3 done", name, summary, err)
		}
	}
	if err := newPull(database).Watch(t.Context(), time.Millisecond); !errors.Is(err, transfer.ErrInvalid) {
		t.Errorf("period: %v, want ErrInvalid", err)
	}
}

func TestOneProgramWorksOnAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "orders.db")
	var databases [2]*sqlite.Database
	for i := range databases {
		var err error
		if databases[i], err = sqlite.Open(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		defer databases[i].Close()
	}
	first, second := newPull(databases[0]), newPull(databases[1])
	first.Handle = func(ctx context.Context, item transfer.Item[order]) error {
		if _, err := second.Run(ctx); !errors.Is(err, transfer.ErrInUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("second program: %v, want ErrInUse that names the file", err)
		}
		return transfer.Fail(errors.New("no such article"))
	}
	if _, err := first.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Retry(t.Context(), "1"); err != nil { // other programs may change entries
		t.Errorf("retry by the second program: %v", err)
	}
	if summary, err := second.Run(t.Context()); err != nil || summary.Done != 1 {
		t.Errorf("after the first: %+v, %v, want 1 done", summary, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("%v, %v, want a file for the user only", info.Mode(), err)
	}
}

func TestEncryption(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	database, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	oldKey, newKey := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 16)
	pull := newPull(database)
	pull.EncryptionKeys = [][]byte{oldKey}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		keys [][]byte
		want bool
	}{{"a new key in front", [][]byte{newKey, oldKey}, true}, {"another key", [][]byte{newKey}, false}, {"no key", nil, false}} {
		pull.EncryptionKeys = test.keys
		entry, err := pull.Entry(t.Context(), "1")
		if got := string(entry.JSON) == `{"ID":1,"Total":"548.90"}`; got != test.want || (err == nil) != test.want {
			t.Errorf("%s: %s, %v, want JSON: %v", test.name, entry.JSON, err, test.want)
		}
	}
	listed := 0
	for entry, err := range pull.Entries(t.Context()) {
		if listed++; !errors.Is(err, transfer.ErrEncrypted) || entry.State != transfer.StateDone {
			t.Errorf("%+v, %v, want the state, and ErrEncrypted", entry, err)
		}
	}
	if listed != 3 {
		t.Errorf("%d entries without a key, want all 3", listed)
	}
	pull.EncryptionKeys = [][]byte{oldKey}
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE xsale_transfer SET json = (SELECT json FROM xsale_transfer WHERE key = '2') WHERE key = '1'`); err != nil {
		t.Fatal(err)
	}
	if entry, err := pull.Entry(t.Context(), "1"); err == nil {
		t.Errorf("JSON of another entry was read: %s", entry.JSON)
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	stored, err := os.ReadFile(path)
	if err != nil || bytes.Contains(stored, []byte("548.90")) {
		t.Errorf("%v, the file contains the JSON as it is", err)
	}
}

func TestJSONIsKeptForSomeTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	for _, test := range []struct {
		keep time.Duration
		want bool
	}{{0, true}, {time.Nanosecond, false}, {-1, false}} {
		database, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		pull := newPull(database)
		pull.Name, pull.Keep = "kept"+test.keep.String(), test.keep
		pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
			if item.Key == "3" {
				return transfer.Fail(errors.New("unknown VAT rate"))
			}
			return nil
		}
		for range 2 { // the second one finds the JSON old
			if _, err := pull.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for entry, err := range pull.Entries(t.Context()) {
			if want := test.want || entry.Key == "3"; err != nil || (entry.JSON != nil) != want {
				t.Errorf("keep %v: %+v, %v, want JSON: %v", test.keep, entry, err, want)
			}
		}
		if err := pull.Discard(t.Context(), "3"); err != nil {
			t.Fatal(err)
		}
		if entry, err := pull.Entry(t.Context(), "3"); err != nil || (entry.JSON != nil) != (test.keep >= 0) {
			t.Errorf("keep %v: %+v, %v, want JSON of a discarded element: %v", test.keep, entry, err, test.keep >= 0)
		}
		if err := database.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// brokenList lists order 1, one that cannot be decoded unless it is fixed, one without a key, and
// breaks off.
func brokenList(fixed bool) func(context.Context) iter.Seq2[order, error] {
	return func(context.Context) iter.Seq2[order, error] {
		return func(yield func(order, error) bool) {
			second, err := order{}, error(&call.ElementError{Index: 1, Pointer: "/1/Total", JSON: json.RawMessage(`{"ID":2,"Total":[]}`), Err: errors.New("want a string")})
			if fixed {
				second, err = order{2, "1.00"}, nil
			}
			_ = yield(order{1, "1.00"}, nil) && yield(second, err) && yield(order{-1, "2.00"}, nil) && yield(order{}, errBroken)
		}
	}
}

var errBroken = errors.New("connection reset")

func TestPullParksWhatCannotBeDecoded(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.Key = func(o order) string {
		if o.ID < 0 {
			return " "
		}
		return key(o)
	}
	pull.RawKey = func(data json.RawMessage) string {
		if strings.Contains(string(data), `"ID":2,`) {
			return "2"
		}
		return ""
	}
	for run, want := range []transfer.Summary{{Listed: 3, New: 3, Done: 1, Parked: 2}, {Listed: 3, Parked: 1}, {Listed: 3, Done: 1}, {Listed: 3}} {
		pull.List = brokenList(run >= 2)
		summary, err := pull.Run(t.Context())
		if !errors.Is(err, errBroken) || summary != want {
			t.Errorf("run %d: %+v, %v, want %+v and the error of the list", run, summary, err, want)
		}
		if run == 0 {
			entry, err := pull.Entry(t.Context(), "2")
			if err != nil || entry.State != transfer.StateParked || string(entry.JSON) != `{"ID":2,"Total":[]}` || entry.Reason != "element 1: /1/Total: want a string" {
				t.Errorf("%+v, %v, want it parked with its JSON", entry, err)
			}
			if err := pull.Retry(t.Context(), "2"); err != nil { // it still does not fit, and is parked again
				t.Error(err)
			}
		}
	}
	parked := keys(t, pull.Entries(t.Context(), transfer.StateParked))
	if len(parked) != 1 || !strings.HasPrefix(parked[0], "sha256:") {
		t.Errorf("parked: %q, want the order without a key", parked)
	}
}

func TestAdoptsElementsWithoutJob(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		if item.Attempt < 3 {
			return errors.New("locked")
		}
		return nil
	}
	pull.HandOver = func(context.Context, transfer.Item[order], transfer.Outcome) error {
		return transfer.Later(errors.New("closed"), time.Hour)
	}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := database.DB().ExecContext(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	pull.HandOver = func(_ context.Context, item transfer.Item[order], _ transfer.Outcome) error {
		if item.Attempt != 2 {
			t.Errorf("attempt %d, want 2", item.Attempt)
		}
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 {
		t.Errorf("%+v, %v, want 3 done", summary, err)
	}
}

func TestElementThatKillsItsProgramIsParked(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Attempts = 2
	pull.Handle = func(context.Context, transfer.Item[order]) error {
		return transfer.Later(errors.New("closed"), time.Hour)
	}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The state in which a second killed program leaves the jobs.
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 2`); err != nil {
		t.Fatal(err)
	}
	pull.Handle = func(context.Context, transfer.Item[order]) error { return errors.New("handled") }
	if summary, err := pull.Run(t.Context()); err != nil || summary.Parked != 3 {
		t.Errorf("%+v, %v, want 3 parked", summary, err)
	}
	if entry, err := pull.Entry(t.Context(), "1"); err != nil || !strings.Contains(entry.Reason, "died") {
		t.Errorf("%+v, %v, want a reason that names the deaths", entry, err)
	}
	// A program that was killed after it had parked an element leaves its job.
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_job SET state = 'available', finalized_at = NULL`); err != nil {
		t.Fatal(err)
	}
	if err := pull.Retry(t.Context(), "1", "2", "3"); err != nil {
		t.Fatal(err)
	}
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		if item.Attempt < 2 { // the old job may have put the new one off
			t.Errorf("attempt %d after a retry, want 2 or more", item.Attempt)
		}
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 || summary.Parked != 0 {
		t.Errorf("after a retry: %+v, %v, want 3 done", summary, err)
	}
}

// A handler that looks up what it may have done already goes by the attempt.
func TestAttemptAfterOneThatDoesNotCount(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.List, pull.Attempts = orders(1), 1
	pull.Backoff = func(int) time.Duration { return time.Millisecond }
	var attempts []int
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		switch attempts = append(attempts, item.Attempt); len(attempts) {
		case 1:
			return transfer.Later(errors.New("timeout of the ERP"), 0)
		case 2:
			return transfer.Fail(errors.New("unknown VAT rate"))
		}
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Parked != 1 {
		t.Fatalf("%+v, %v, want it parked", summary, err)
	}
	if err := pull.Retry(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 {
		t.Fatalf("%+v, %v, want it done", summary, err)
	}
	if len(attempts) != 3 || attempts[0] != 1 || attempts[1] < 2 || attempts[2] < 2 {
		t.Errorf("attempts %v, want 1 and then more than 1", attempts)
	}
}

func TestStopsInBoundedTime(t *testing.T) {
	for name, obeys := range map[string]bool{"a handler that obeys": true, "a handler that does not": false} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "orders.db")
			database, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer database.Close()
			pull := newPull(database)
			pull.StopTimeout = 50 * time.Millisecond
			if obeys {
				pull.StopTimeout = time.Second // enough for the handlers to end, even on a busy machine
			}
			ctx, cancel := context.WithCancel(t.Context())
			release := make(chan struct{})
			var once sync.Once
			pull.Handle = func(ctx context.Context, item transfer.Item[order]) error {
				once.Do(cancel)
				if obeys {
					<-ctx.Done()
					return ctx.Err()
				}
				<-release
				return nil
			}
			_, err = pull.Run(ctx)
			if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "ignores its context") == obeys {
				t.Errorf("%v, want that it was canceled, and the handler named: %v", err, !obeys)
			}
			if !obeys {
				awaitClaim(t, path, func() { close(release) })
				return
			}
			// An attempt that was interrupted does not count, but may have had an effect.
			pull.Attempts = 1
			attempts := make(chan int, 3)
			pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
				attempts <- item.Attempt
				return nil
			}
			if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 {
				t.Fatalf("%+v, %v, want 3 done", summary, err)
			}
			close(attempts)
			for attempt := range attempts {
				if attempt != 2 {
					t.Errorf("attempt %d, want 2", attempt)
				}
			}
		})
	}
}

// awaitClaim waits until another program may work on a file, after the workers of this one end.
func awaitClaim(t *testing.T, path string, end func()) {
	t.Helper()
	other, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Claim(t.Context(), 1); !errors.Is(err, transfer.ErrInUse) {
		t.Errorf("claim while a worker runs: %v, want ErrInUse", err)
	}
	end()
	for {
		release, err := other.Claim(t.Context(), 1)
		if err == nil {
			release()
			return
		}
		if !errors.Is(err, transfer.ErrInUse) {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestHooks(t *testing.T) {
	type contextKey struct{}
	var mu sync.Mutex
	steps := map[transfer.Step]error{}
	pull := newPull(openSQLite(t))
	pull.List = orders(1)
	failure := errors.New("locked")
	pull.HandOver = func(ctx context.Context, item transfer.Item[order], _ transfer.Outcome) error {
		if ctx.Value(contextKey{}) != transfer.StepHandOver {
			t.Error("the hand-over does not get the context of the hook")
		}
		if item.Attempt == 1 {
			return failure
		}
		return nil
	}
	pull.Hooks.Step = func(ctx context.Context, step transfer.Step) (context.Context, func(error)) {
		return context.WithValue(ctx, contextKey{}, step.Name), func(err error) {
			mu.Lock()
			defer mu.Unlock()
			steps[step] = err
		}
	}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[transfer.Step]error{
		{Flow: "orders", Name: transfer.StepList}:                           nil,
		{Flow: "orders", Name: transfer.StepHandle, Key: "1", Attempt: 1}:   nil,
		{Flow: "orders", Name: transfer.StepHandOver, Key: "1", Attempt: 1}: failure,
		{Flow: "orders", Name: transfer.StepHandOver, Key: "1", Attempt: 2}: nil,
	}
	if !maps.Equal(steps, want) {
		t.Errorf("%v, want %v", steps, want)
	}
}

func TestWatch(t *testing.T) {
	pull := newPull(openSQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	var handled tally
	lists := 0
	pull.List = func(ctx context.Context) iter.Seq2[order, error] {
		lists++
		return orders(lists)(ctx)
	}
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		handled.add(item.Key)
		if item.Key == "2" {
			cancel()
		}
		return nil
	}
	if err := pull.Watch(ctx, time.Second); err != nil {
		t.Error(err)
	}
	if got := slices.Sorted(maps.Keys(handled.counts)); !slices.Equal(got, []string{"1", "2"}) || handled.counts["1"] != 1 {
		t.Errorf("handled %v, want 1 and 2 once", handled.counts)
	}
}

// River keeps an element that is tried again soon until a time, which the clock has not reached again.
func TestRunAfterTheClockWasSetBack(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Handle = func(context.Context, transfer.Item[order]) error {
		return transfer.Later(errors.New("locked"), 4*time.Second)
	}
	ctx, stop := context.WithCancel(t.Context())
	pull.Hooks.Step = func(ctx context.Context, step transfer.Step) (context.Context, func(error)) {
		if step.Name == transfer.StepHandle {
			stop()
		}
		return nil, nil
	}
	if _, err := pull.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want the error of the context", err)
	}
	if _, err := database.DB().Exec(`UPDATE river_job SET scheduled_at = datetime('now', '+2 hours') WHERE state = 'available'`); err != nil {
		t.Fatal(err)
	}
	again := newPull(database)
	if summary, err := again.Run(t.Context()); err != nil || summary.Done != 3 {
		t.Errorf("%+v, %v, want 3 done", summary, err)
	}
}

// Two runs, as if of two programs: what one postpones, the other one may finish.
func TestRunsOfOneFlowEnd(t *testing.T) {
	t.Parallel() // it waits
	database := openSQLite(t)
	var calls tally
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var runs sync.WaitGroup
	for range 2 {
		pull := newPull(database)
		pull.List = orders(20)
		pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
			if calls.add(item.Key) == 1 {
				return transfer.Later(errors.New("locked"), time.Millisecond)
			}
			return nil
		}
		runs.Go(func() {
			if _, err := pull.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	for key, count := range calls.counts {
		if count != 2 {
			t.Errorf("key %s: handled %d times, want 2", key, count)
		}
	}
	if stats, err := newPull(database).Stats(t.Context()); err != nil || stats[transfer.StateDone] != 20 {
		t.Errorf("%v, %v, want 20 done", stats, err)
	}
}

// holder calls a function when an element is reserved.
type holder struct {
	*sqlite.Database
	hold func(key string)
}

func (h holder) Hold(ctx context.Context, queue, key string) (transfer.Session[*sql.Tx], bool, error) {
	h.hold(key)
	return h.Database.Hold(ctx, queue, key)
}

// A worker that waits for the end of a pause lives: it must have reserved its element, or the element
// is taken from it.
func TestPausedWorkersHoldTheirElements(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	held := make(chan string, 10)
	pull := newPull(openSQLite(t))
	pull.Database = holder{pull.Database.(*sqlite.Database), func(key string) { held <- key }}
	pull.Workers, pull.StopTimeout = 1, time.Second
	pull.Handle = func(context.Context, transfer.Item[order]) error {
		return &call.Error{Operation: "createOrder", StatusCode: 429, RetryAfter: time.Hour}
	}
	ended := make(chan error)
	go func() {
		ended <- pull.Watch(ctx, time.Hour) // a Run would end
	}()
	for range 2 {
		select {
		case <-held:
		case <-ctx.Done():
			t.Fatal("a worker waits without its element")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRetryAfterAProgramDied(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Attempts = 1
	pull.Handle = func(context.Context, transfer.Item[order]) error { return errors.New("unknown VAT rate") }
	if summary, err := pull.Run(t.Context()); err != nil || summary.Parked != 3 {
		t.Fatalf("%+v, %v, want 3 parked", summary, err)
	}
	// It died before River had recorded the end of the jobs.
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_job SET state = 'running', finalized_at = NULL`); err != nil {
		t.Fatal(err)
	}
	if err := pull.Retry(t.Context(), "1", "2", "3"); err != nil {
		t.Fatal(err)
	}
	// If the old jobs are still there, they come first.
	if _, err := database.DB().ExecContext(t.Context(), `UPDATE river_job SET scheduled_at = datetime('now', '+1 second') WHERE attempt = 0`); err != nil {
		t.Fatal(err)
	}
	pull.Handle = func(context.Context, transfer.Item[order]) error { return nil }
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 {
		t.Errorf("%+v, %v, want 3 done", summary, err)
	}
}

// A handler that ignores its context outlives the run. Until it ends, its elements are taken.
func TestFileIsInUseWhileAHandlerWorks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	var pulls [2]*transfer.Pull[order, *sql.Tx]
	for i := range pulls {
		database, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer database.Close()
		pulls[i] = newPull(database)
	}
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	pulls[0].List, pulls[0].StopTimeout = orders(1), time.Millisecond
	pulls[0].Handle = func(context.Context, transfer.Item[order]) error {
		cancel()
		<-release
		return nil
	}
	if _, err := pulls[0].Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was canceled", err)
	}
	_, err := pulls[1].Run(t.Context())
	if !errors.Is(err, transfer.ErrInUse) {
		t.Errorf("while the handler works: %v, want ErrInUse", err)
	}
	close(release)
	for errors.Is(err, transfer.ErrInUse) {
		_, err = pulls[1].Run(t.Context())
	}
	if err != nil {
		t.Errorf("after the handler: %v", err)
	}
}

// breaking is a database whose workers lose their connections once they have begun.
type breaking struct{ *sqlite.Database }

func (b breaking) Hold(ctx context.Context, queue, key string) (transfer.Session[*sql.Tx], bool, error) {
	session, held, err := b.Database.Hold(ctx, queue, key)
	return &brokenSession{Session: session}, held, err
}

type brokenSession struct {
	transfer.Session[*sql.Tx]
	begun bool
}

func (s *brokenSession) Begin(ctx context.Context) (transfer.Transaction[*sql.Tx], error) {
	if s.begun {
		return nil, errBroken
	}
	s.begun = true
	return s.Session.Begin(ctx)
}

func TestRecordSurvivesTheConnection(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.Database = breaking{pull.Database.(*sqlite.Database)}
	var handled tally
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		handled.add(item.Key)
		return nil
	}
	summary, err := pull.Run(t.Context())
	if want := (transfer.Summary{Listed: 3, New: 3, Done: 3}); err != nil || summary != want || !maps.Equal(handled.counts, map[string]int{"1": 1, "2": 1, "3": 1}) {
		t.Errorf("%+v, %v, handled %v, want each once", summary, err, handled.counts)
	}
}

// ahead is a database whose clock is 2 hours ahead.
type ahead struct{ *sqlite.Database }

func (a ahead) Now(context.Context) (time.Time, error) { return time.Now().Add(2 * time.Hour), nil }

// A retry is due by the clock of the database. River keeps no reason, which may contain personal
// data.
func TestRetryIsPlannedByTheDatabase(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Database, pull.List = ahead{database}, orders(2)
	pull.Backoff = func(int) time.Duration { return 10 * time.Minute }
	pull.Handle = func(_ context.Context, item transfer.Item[order]) error {
		if item.Key == "1" {
			return transfer.Later(errors.New("customer Kowalski"), 10*time.Minute)
		}
		return errors.New("customer Kowalski")
	}
	if _, err := pull.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var jobs, reasons int
	err := database.DB().QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE json(errors) LIKE '%Kowalski%') FROM river_job
		WHERE scheduled_at BETWEEN datetime('now', '+125 minutes') AND datetime('now', '+135 minutes')`).Scan(&jobs, &reasons)
	if err != nil || jobs != 2 || reasons != 0 {
		t.Errorf("%d jobs in 130 minutes, %d with a reason, %v, want 2 and 0", jobs, reasons, err)
	}
}

func TestLateRecordChangesNothing(t *testing.T) {
	database := openSQLite(t)
	pull := newPull(database)
	pull.Handle = func(ctx context.Context, item transfer.Item[order]) error {
		// Another worker took this one for dead, and has done all the rest.
		_, err := database.DB().ExecContext(ctx, `UPDATE xsale_transfer SET state = 'done' WHERE key = ?`, item.Key)
		return err
	}
	pull.HandOver = func(_ context.Context, item transfer.Item[order], _ transfer.Outcome) error {
		t.Errorf("%s is handed over again", item.Key)
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 0 {
		t.Errorf("%+v, %v, want nothing done by this worker", summary, err)
	}
	if stats, err := pull.Stats(t.Context()); err != nil || stats[transfer.StateDone] != 3 {
		t.Errorf("%v, %v, want 3 done", stats, err)
	}
}

func TestRecordOutlivesTheStop(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.StopTimeout = 50 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	pull.Handle = func(ctx context.Context, _ transfer.Item[order]) error {
		stop()
		<-ctx.Done() // the time to stop is over
		return nil   // but the effect was there
	}
	if summary, err := pull.Run(ctx); !errors.Is(err, context.Canceled) || summary.Done == 0 {
		t.Errorf("%+v, %v, want what was handled to be done", summary, err)
	}
}

// failing is a database that fails once to reserve each element.
type failing struct {
	*sqlite.Database
	holds *tally
}

func (f failing) Hold(ctx context.Context, queue, key string) (transfer.Session[*sql.Tx], bool, error) {
	if f.holds.add(key) == 1 {
		return nil, false, errBroken
	}
	return f.Database.Hold(ctx, queue, key)
}

func TestFailureOfTheDatabaseIsNoAttempt(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.Database, pull.Attempts = failing{pull.Database.(*sqlite.Database), &tally{}}, 1
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 3 {
		t.Errorf("%+v, %v, want 3 done", summary, err)
	}
}

func TestHandlerThatIgnoresItsContextIsNamed(t *testing.T) {
	pull := newPull(openSQLite(t))
	pull.List, pull.Timeout = orders(1), time.Millisecond
	named := make(chan struct{})
	pull.Logger = slog.New(messages(func(message string) {
		if strings.Contains(message, "ignores its context") {
			close(named)
		}
	}))
	pull.Handle = func(context.Context, transfer.Item[order]) error {
		select {
		case <-named:
		case <-time.After(time.Minute):
			t.Error("not named")
		}
		return nil
	}
	if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 {
		t.Errorf("%+v, %v, want 1 done", summary, err)
	}
}

// messages is a log that calls a function with each message.
type messages func(string)

func (m messages) Enabled(context.Context, slog.Level) bool { return true }

func (m messages) Handle(_ context.Context, record slog.Record) error {
	m(record.Message)
	return nil
}

func (m messages) WithAttrs([]slog.Attr) slog.Handler { return m }

func (m messages) WithGroup(string) slog.Handler { return m }
