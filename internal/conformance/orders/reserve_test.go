package orders

import (
	"context"
	"database/sql"
	"iter"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/transfer"
)

func TestSQLiteReservesAnElement(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	reserves(t, f, func(first transfer.Database[*sql.Tx]) transfer.Database[*sql.Tx] { return first })
}

func TestPostgreSQLReservesAnElement(t *testing.T) {
	t.Parallel()
	s := newServer(t, pgserver.New(t))
	reserves(t, s, func(transfer.Database[pgx.Tx]) transfer.Database[pgx.Tx] { return open(t, s) })
}

func open[Tx any](t *testing.T, s store[Tx]) transfer.Database[Tx] {
	t.Helper()
	database, err := s.open(t.Context(), &life{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

// flowOfOne returns a flow with one order.
func flowOfOne[Tx any](database transfer.Database[Tx], handle func()) *transfer.Pull[order, Tx] {
	return &transfer.Pull[order, Tx]{
		Flow: transfer.Flow[Tx]{Database: database, Name: "orders", Workers: 1},
		List: func(context.Context) iter.Seq2[order, error] {
			return func(yield func(order, error) bool) { yield(order{1, total(1)}, nil) }
		},
		Key: func(o order) string { return key(o.ID) },
		Handle: func(context.Context, transfer.Item[order]) error {
			handle()
			return nil
		},
	}
}

// reserves makes two programs work on the same element at the same time: it makes the job of a running
// worker available, as if the worker were considered dead.
func reserves[Tx any](t *testing.T, s store[Tx], another func(transfer.Database[Tx]) transfer.Database[Tx]) {
	entered, leave := make(chan struct{}), make(chan struct{})
	database := open(t, s)
	first := flowOfOne(database, func() {
		close(entered)
		<-leave
	})
	second := flowOfOne(another(database), func() { t.Error("the element is handled by another worker at the same time") })
	ended := make(chan error, 2)
	run := func(pull *transfer.Pull[order, Tx]) {
		_, err := pull.Run(t.Context())
		ended <- err
	}
	go run(first)
	<-entered
	observer := s.observe(t)
	go run(second)
	for {
		observer.exec("UPDATE river_job SET state = 'available' WHERE state = 'running'")
		if t.Failed() || len(observer.pairs("SELECT 'snoozed', '' FROM river_job WHERE CAST(metadata->>'snoozes' AS integer) > 0")) > 0 {
			break // the second one has left it alone
		}
		time.Sleep(time.Millisecond)
	}
	close(leave)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// A job is dead if nobody has held its lock for some time.
func TestPostgreSQLKeepsTheJobsOfLiveWorkers(t *testing.T) {
	t.Parallel()
	s := newServer(t, pgserver.New(t))
	database, other := open(t, s), open(t, s)
	session, held, err := database.Hold(t.Context(), "orders", "live")
	if err != nil || !held {
		t.Fatal(held, err)
	}
	defer session.Release()
	observer := s.observe(t)
	for _, key := range []string{"live", "dead"} {
		observer.exec(`INSERT INTO river_job (args, attempt, attempted_at, kind, max_attempts, queue, state, scheduled_at)
			VALUES ('{"key": "` + key + `"}', 1, now() - interval '1 hour', 'xsale_transfer', 10, 'orders', 'running', now())`)
	}
	for {
		if err := other.Reclaim(t.Context(), "orders", "lists"); err != nil {
			t.Fatal(err)
		}
		states := observer.pairs("SELECT args->>'key', CAST(state AS text) FROM river_job")
		if states["live"] != "running" {
			t.Fatalf("%v, want the job of the live worker to run", states)
		}
		if states["dead"] == "available" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestPostgreSQLTakesUpWhatADeadProgramLeft(t *testing.T) {
	t.Parallel()
	s := newServer(t, pgserver.New(t))
	victim := &life{}
	database, err := s.open(t.Context(), victim)
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan struct{})
	go flowOfOne(database, func() {
		close(entered)
		<-t.Context().Done()
	}).Run(t.Context())
	<-entered
	victim.kill()
	killed := time.Now()
	var resumed time.Duration
	summary, err := flowOfOne(open(t, s), func() { resumed = time.Since(killed) }).Run(t.Context())
	if err != nil || summary.Done != 1 {
		t.Errorf("%+v, %v, want 1 done", summary, err)
	}
	t.Logf("the element of the dead program was taken up after %v", resumed)
}

func TestSQLiteTakesUpWhatADeadProgramLeft(t *testing.T) {
	f := newFile(t)
	database := open(t, f)
	observer := f.observe(t)
	observer.exec(`INSERT INTO river_job (args, attempt, attempted_at, kind, max_attempts, queue, state) VALUES ('{"key": "dead"}', 1, datetime('now'), 'xsale_transfer', 10, 'orders', 'running')`)
	release, err := database.Claim(t.Context(), workers)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if states := observer.pairs("SELECT args->>'key', state FROM river_job"); states["dead"] != "available" {
		t.Errorf("%v, want the job to be available at once", states)
	}
}
