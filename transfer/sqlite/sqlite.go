// Package sqlite keeps the state of package transfer in a SQLite file, for programs on one machine.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the driver, without cgo

	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/privatefile"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/internal/schema"
	"github.com/xsale-go/xsale/transfer/internal/suspects"
)

// Database is an open file. It implements [transfer.Database]. It is safe for concurrent use.
type Database struct {
	path string
	db   *sql.DB

	mu     sync.Mutex
	lock   *os.File // while flows work
	claims int
	held   map[string]bool // by queue and key

	suspects suspects.Jobs
}

// settings of each connection. A commit returns after the data is on disk; otherwise a power failure
// could undo the record of a finished element. Deleted JSON is overwritten, because it is personal
// data.
const settings = "_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=secure_delete(on)&_pragma=foreign_keys(on)"

// Open opens the file at a path, or creates it so that only the user can access it. It creates the
// directory as well. The file must be on a local disk, because processes share memory through it.
// Only one program at a time can run flows on it; other programs can read and change entries.
//
// The database has a single connection, because SQLite writes one transaction at a time.
func Open(ctx context.Context, path string) (*Database, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := privatefile.MakeParent(absolute); err != nil {
		return nil, err
	}
	if err := create(absolute); err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(absolute)
	if !strings.HasPrefix(slashed, "/") { // C:/orders.db
		slashed = "/" + slashed
	}
	location := url.URL{Scheme: "file", Path: slashed, RawQuery: settings}
	db, err := sql.Open("sqlite", location.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	d := &Database{path: absolute, db: db, held: make(map[string]bool)}
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return d, nil
}

// create makes sure that the file exists and that only the user can read it. It does not open an
// existing file: closing it would free SQLite's locks on it in this program.
func create(path string) error {
	info, err := os.Lstat(path)
	if err == nil {
		return privatefile.Check(path, info)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := privatefile.Open(path, os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if errors.Is(err, fs.ErrExist) { // another program was faster
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// DB returns the connection, for the caller's own tables in the same file. It is the only connection:
// in HandleTx, use the transaction instead.
func (d *Database) DB() *sql.DB { return d.db }

// Close closes the file.
func (d *Database) Close() error { return d.db.Close() }

// Driver implements [transfer.Database].
func (d *Database) Driver() riverdriver.Driver[*sql.Tx] { return riversqlite.New(d.db) }

// prepare brings the tables up to date. It returns an error if they are of a later version.
func (d *Database) prepare(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return err
	}
	var newest int
	if err := d.db.QueryRowContext(ctx, schema.Newest).Scan(&newest); err != nil {
		return err
	}
	return schema.Check(newest)
}

// migrate creates or updates the tables, unless another program does so.
func (d *Database) migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(d.Driver(), nil)
	if err != nil {
		return err
	}
	for {
		current, err := d.current(ctx, migrator)
		if err != nil || current {
			return err
		}
		lock, err := d.tryLock()
		if err == nil {
			_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
			for _, statement := range schema.Statements("blob") {
				if err == nil {
					_, err = d.db.ExecContext(ctx, statement)
				}
			}
			return errors.Join(err, lock.Close())
		}
		if !errors.Is(err, transfer.ErrInUse) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// current reports whether the tables exist in the newest version.
func (d *Database) current(ctx context.Context, migrator *rivermigrate.Migrator[*sql.Tx]) (bool, error) {
	var tables int
	err := d.db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name IN ('`+strings.Join(schema.Names, "', '")+`')`).Scan(&tables)
	if err != nil || tables < len(schema.Names) {
		return false, err
	}
	result, err := migrator.Validate(ctx, nil)
	return err == nil && result.OK, err
}

// tryLock locks the file that marks the program that runs flows. The lock ends with the program.
func (d *Database) tryLock() (*os.File, error) {
	lock, err := privatefile.Open(d.path+".lock", os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	locked, err := filelock.Try(lock)
	if err == nil && !locked {
		err = fmt.Errorf("%w: another program uses %s: stop it, or use PostgreSQL for several programs", transfer.ErrInUse, d.path)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// Claim implements [transfer.Database]. It makes the jobs available again that an earlier program left
// running, because no other program runs flows on the file.
func (d *Database) Claim(ctx context.Context, _ int) (func(), error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.claims == 0 {
		lock, err := d.tryLock()
		for range 10 { // a child of a program that has ended may hold the file for a moment
			if !errors.Is(err, transfer.ErrInUse) {
				break
			}
			time.Sleep(10 * time.Millisecond)
			lock, err = d.tryLock()
		}
		if err != nil {
			return nil, err
		}
		if err := d.takeOver(ctx); err != nil {
			return nil, errors.Join(err, lock.Close())
		}
		d.lock = lock
	}
	d.claims++
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.claims--; d.claims == 0 {
			d.lock.Close()
		}
	}), nil
}

// takeOver frees the jobs of a program that died, whatever its clock was.
func (d *Database) takeOver(ctx context.Context) error {
	_, err := d.db.ExecContext(ctx, `UPDATE river_job SET state = 'available', scheduled_at = datetime('now', 'subsec') WHERE state = 'running' AND kind LIKE 'xsale_transfer%'`)
	return err
}

// Now implements [transfer.Database].
func (d *Database) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Reclaim implements [transfer.Database]. Workers do not die without their program, and Claim frees
// the jobs of an earlier one. But River may have failed to record the end of a job, for example
// because the disk was full.
func (d *Database) Reclaim(ctx context.Context, queue, lists string) error {
	_, err := d.db.ExecContext(ctx, `DELETE FROM river_job WHERE queue IN (?, ?) AND state IN ('completed', 'cancelled', 'discarded') AND finalized_at < datetime('now', '-1 hour')`, queue, lists)
	if err != nil {
		return err
	}
	_, err = d.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE queue = ? AND state IN ('retryable', 'scheduled') AND scheduled_at <= datetime('now', 'subsec')`, queue)
	if err != nil {
		return err
	}
	// River does not plan ahead more than 5 seconds in this state, so the clock was changed.
	_, err = d.db.ExecContext(ctx, `UPDATE river_job SET scheduled_at = datetime('now', 'subsec') WHERE queue = ? AND state = 'available' AND scheduled_at > datetime('now', '+10 seconds')`, queue)
	if err != nil {
		return err
	}
	return d.reclaimUnheld(ctx, queue)
}

// reclaimUnheld makes jobs available again that the table lists as running but that no worker has.
func (d *Database) reclaimUnheld(ctx context.Context, queue string) error {
	rows, err := d.db.QueryContext(ctx, `SELECT id, attempt, args->>'key' FROM river_job WHERE queue = ? AND state = 'running'`, queue)
	if err != nil {
		return err
	}
	defer rows.Close()
	var unheld []suspects.Job
	d.mu.Lock()
	defer d.mu.Unlock()
	for rows.Next() {
		var job suspects.Job
		var key string
		if err := rows.Scan(&job.ID, &job.Attempt, &key); err != nil {
			return err
		}
		if !d.held[queue+"/"+key] {
			unheld = append(unheld, job)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil { // there is one connection
		return err
	}
	for _, id := range d.suspects.Dead(queue, unheld) {
		if _, err := d.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE id = ? AND state = 'running'`, id); err != nil {
			return err
		}
	}
	return nil
}

// Busy implements [transfer.Database].
func (d *Database) Busy(ctx context.Context, queue string, soon time.Duration) (busy bool, err error) {
	err = d.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM river_job WHERE queue = ? AND (state IN ('available', 'running')
		OR state IN ('retryable', 'scheduled') AND scheduled_at <= datetime('now', ?, 'subsec')))`, queue, fmt.Sprintf("+%.3f seconds", soon.Seconds())).Scan(&busy)
	return busy, err
}

// Hold implements [transfer.Database].
func (d *Database) Hold(_ context.Context, queue, key string) (transfer.Session[*sql.Tx], bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := queue + "/" + key
	if d.held[name] {
		return nil, false, nil
	}
	d.held[name] = true
	return session{d.db, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.held, name)
	}}, true, nil
}

// Session implements [transfer.Database].
func (d *Database) Session() transfer.Session[*sql.Tx] { return session{d.db, func() {}} }

// Join implements [transfer.Database].
func (d *Database) Join(tx *sql.Tx) transfer.Transaction[*sql.Tx] { return transaction{tx} }

type session struct {
	db      *sql.DB
	release func()
}

func (s session) Release() { s.release() }

func (s session) Begin(ctx context.Context) (transfer.Transaction[*sql.Tx], error) {
	tx, err := s.db.BeginTx(ctx, nil)
	return transaction{tx}, err
}

type transaction struct{ tx *sql.Tx }

func (t transaction) Raw() *sql.Tx { return t.tx }

// numbered turns $1 into ?1.
func numbered(query string) string { return strings.ReplaceAll(query, "$", "?") }

func (t transaction) Exec(ctx context.Context, query string, arguments ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, numbered(query), arguments...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t transaction) Query(ctx context.Context, scan func(func(...any) error) error, query string, arguments ...any) error {
	rows, err := t.tx.QueryContext(ctx, numbered(query), arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t transaction) Commit(context.Context) error { return t.tx.Commit() }

func (t transaction) Rollback(context.Context) error {
	if err := t.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
