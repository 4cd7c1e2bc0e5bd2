package postgres_test

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
)

func open(t *testing.T, location string) *postgres.Database {
	t.Helper()
	database, err := postgres.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

// numbers returns a flow of the numbers from 1 to count that are handled without an effect.
func numbers(database *postgres.Database, count int) *transfer.Pull[int, pgx.Tx] {
	return &transfer.Pull[int, pgx.Tx]{
		Flow: transfer.Flow[pgx.Tx]{Database: database, Name: "numbers", Backoff: func(int) time.Duration { return time.Millisecond }},
		List: func(context.Context) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := range count {
					if !yield(i+1, nil) {
						return
					}
				}
			}
		},
		Key:      strconv.Itoa,
		HandleTx: func(context.Context, pgx.Tx, transfer.Item[int]) error { return nil },
	}
}

// tick is the periodic job of another program.
type tick struct{}

func (tick) Kind() string { return "tick" }

func TestErrorsDoNotContainPasswords(t *testing.T) {
	dir := t.TempDir()
	for _, location := range []string{
		"postgres://user:Sec@Ret@host/db?sslmode=bogus",
		"postgres://user:Sec%Ret@host/db",
		`user=u password=Sec\ Ret port=x`,
		"user=u password = SecRet port=x",
		"user=u password=SecRet host=" + dir,
		"postgres://user:SecRet@localhost:1/db",
	} {
		_, err := postgres.Open(t.Context(), location)
		if err == nil || strings.Contains(err.Error(), "Sec") || strings.Contains(err.Error(), "Ret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want an error of one line without the password", location, err)
		}
		if local := strings.Contains(location, dir) || strings.Contains(location, ":1/"); errors.Is(err, transfer.ErrInvalid) == local {
			t.Errorf("%s: %v, want ErrInvalid: %v", location, err, !local)
		}
	}
}

func TestPostgres(t *testing.T) {
	server := pgserver.New(t)

	t.Run("settings", func(t *testing.T) {
		location := server.Database(t)
		for suffix, want := range map[string]string{"": "0", "&idle_session_timeout=1000": "1s"} {
			var got string
			err := open(t, location+suffix).Pool().QueryRow(t.Context(), `SHOW idle_session_timeout`).Scan(&got)
			if err != nil || got != want {
				t.Errorf("%q: %s, %v, want %s", suffix, got, err, want)
			}
		}
	})

	t.Run("tables of a later version", func(t *testing.T) {
		location := server.Database(t)
		if _, err := open(t, location).Pool().Exec(t.Context(), `UPDATE river_migration SET version = version + 1 WHERE line = 'xsale_transfer'`); err != nil {
			t.Fatal(err)
		}
		if _, err := postgres.Open(t.Context(), location); err == nil || !strings.Contains(err.Error(), "update this program") {
			t.Errorf("%v, want an error with the remedy", err)
		}
	})

	// A program whose role may not create tables finds them, and waits for nobody who writes.
	t.Run("a program that starts while another one writes", func(t *testing.T) {
		location := server.Database(t)
		first := open(t, location)
		if _, err := first.Pool().Exec(t.Context(), `CREATE ROLE worker LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO worker; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO worker`); err != nil {
			t.Fatal(err)
		}
		pull := numbers(first, 1)
		pull.HandleTx = func(ctx context.Context, tx pgx.Tx, _ transfer.Item[int]) error {
			if _, err := tx.Exec(ctx, `LOCK TABLE xsale_transfer IN ROW EXCLUSIVE MODE`); err != nil {
				return err
			}
			second, err := postgres.Open(ctx, strings.Replace(location, "postgres@", "worker@", 1))
			if err != nil {
				return transfer.Fail(err)
			}
			return second.Close()
		}
		if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 {
			entry, _ := pull.Entry(t.Context(), "1")
			t.Errorf("%+v, %v, %s, want 1 done", summary, err, entry.Reason)
		}
	})

	t.Run("flows share the pool", func(t *testing.T) {
		database := open(t, server.Database(t)+"&pool_max_conns=17")
		first, second := numbers(database, 1), numbers(database, 1)
		second.Name = "others"
		first.HandleTx = func(ctx context.Context, _ pgx.Tx, _ transfer.Item[int]) error {
			if _, err := second.Run(ctx); !errors.Is(err, transfer.ErrInvalid) {
				return transfer.Fail(err)
			}
			return nil
		}
		second.Workers = 4
		if summary, err := first.Run(t.Context()); err != nil || summary.Done != 1 {
			t.Errorf("%+v, %v, want 1 done", summary, err)
		}
		if summary, err := second.Run(t.Context()); err != nil || summary.Done != 1 {
			t.Errorf("after the first: %+v, %v, want 1 done", summary, err)
		}
	})

	t.Run("one connection", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		pull := numbers(open(t, server.Database(t)+"&pool_max_conns=1"), 1)
		if stats, err := pull.Stats(ctx); err != nil || len(stats) > 0 {
			t.Errorf("%v, %v, want none", stats, err)
		}
		if _, err := pull.Run(ctx); !errors.Is(err, transfer.ErrInvalid) {
			t.Errorf("%v, want ErrInvalid", err)
		}
	})

	// The function hides that of the server, as if all connections shared a session.
	t.Run("pooler", func(t *testing.T) {
		location := server.Database(t)
		_, err := open(t, location).Pool().Exec(t.Context(), `CREATE FUNCTION public.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 7'`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := numbers(open(t, location+"&search_path=public,pg_catalog"), 1).Run(t.Context()); !errors.Is(err, transfer.ErrInvalid) {
			t.Errorf("%v, want ErrInvalid", err)
		}
	})

	// A leader of River would have to know the periodic jobs of all programs.
	t.Run("another program uses River", func(t *testing.T) {
		database := open(t, server.Database(t))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		pull := numbers(database, 1)
		started, watched := make(chan struct{}), make(chan error)
		pull.HandleTx = func(context.Context, pgx.Tx, transfer.Item[int]) error {
			close(started)
			return nil
		}
		go func() { watched <- pull.Watch(ctx, time.Minute) }()
		<-started
		ticked := make(chan struct{}, 1000)
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[tick]) error {
			ticked <- struct{}{}
			return nil
		}))
		client, err := river.NewClient(riverpgxv5.New(database.Pool()), &river.Config{
			Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
			Workers: workers,
			PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
				func() (river.JobArgs, *river.InsertOpts) { return tick{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Start(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ticked:
		case <-ctx.Done():
			t.Error("its periodic job does not run")
		}
		cancel()
		<-client.Stopped()
		if err := <-watched; err != nil {
			t.Error(err)
		}
	})

	// The timeout breaks the connection of the worker, so another one records the failure.
	t.Run("timeout", func(t *testing.T) {
		pull := numbers(open(t, server.Database(t)), 1)
		pull.Timeout, pull.Attempts = 50*time.Millisecond, 3
		pull.Backoff = func(int) time.Duration { return time.Millisecond }
		calls := 0
		pull.HandleTx = func(ctx context.Context, tx pgx.Tx, _ transfer.Item[int]) error {
			if calls++; calls > 2 {
				return nil
			}
			_, err := tx.Exec(ctx, `SELECT pg_sleep(60)`)
			return err
		}
		if summary, err := pull.Run(t.Context()); err != nil || summary.Done != 1 || summary.Retries != 2 {
			entry, _ := pull.Entry(t.Context(), "1")
			t.Errorf("%+v, %v, %s, want 1 done after 2 timeouts", summary, err, entry.Reason)
		}
	})
}

// A program that is stopped while it adds elements keeps others waiting for a moment only.
func TestStoppedProgramsDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	location := pgserver.New(t).Database(t)
	stopped, err := open(t, location).Session().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stopped.Rollback(context.Background())
	if _, err := stopped.Exec(t.Context(), `INSERT INTO xsale_transfer (flow, key, state, added, changed) VALUES ('numbers', '2', 'waiting', 0, 0)`); err != nil {
		t.Fatal(err)
	}
	if summary, err := numbers(open(t, location), 3).Run(t.Context()); err != nil || summary.Done != 3 {
		t.Errorf("%+v, %v, want 3 done", summary, err)
	}
}
