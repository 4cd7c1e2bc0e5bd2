// Package postgres keeps the state of package transfer in PostgreSQL, for programs on several
// machines.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/internal/schema"
	"github.com/xsale-go/xsale/transfer/internal/suspects"
)

// Database is a pool of connections. It implements [transfer.Database]. It is safe for concurrent
// use.
type Database struct {
	pool     *pgxpool.Pool
	suspects suspects.Jobs

	mu          sync.Mutex
	connections int // that running flows use
}

const (
	// seed is the seed of the hashes that number our advisory locks, to avoid those of other programs.
	seed = "517097217125"
	// migrating is the number of the lock for changes of the tables.
	migrating int64 = 517097217125
	// ownConnections is how many connections a flow uses in addition to one for each worker.
	ownConnections = 5
	// releaseTimeout bounds the release of a lock; after it the connection is closed.
	releaseTimeout = 5 * time.Second
)

// Open connects to a database at a location such as postgres://user@host/name or host=… dbname=…. The
// environment variables of libpq, such as PGPASSWORD, are the defaults. Open creates missing tables in
// the first schema of the search path.
//
// The pool has up to 32 connections unless pool_max_conns is set. Each worker keeps a connection with
// an advisory lock, which shows the other programs that it is alive. So a pooler in between must run
// in session mode: a flow does not start if PgBouncer shares connections.
func Open(ctx context.Context, location string) (*Database, error) {
	config, err := pgxpool.ParseConfig(location)
	if err != nil {
		return nil, fmt.Errorf("%w: location of the database: %s", transfer.ErrInvalid, reason(err))
	}
	if given, err := pgx.ParseConfig(location); err == nil && given.RuntimeParams["pool_max_conns"] == "" {
		config.MaxConns = 32
	}
	config.MaxConns = max(config.MaxConns, 2) // one locks, the other creates tables
	config.AfterConnect = set
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	d := &Database{pool: pool}
	if err := d.prepare(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("prepare the database: %w", oneLine{err})
	}
	return d, nil
}

// reason returns why a location is invalid, without the location: it may contain a password that pgx
// does not recognize.
func reason(err error) string {
	text := err.Error()
	if end := strings.LastIndex(text, "`: "); end >= 0 {
		text = text[end+len("`: "):]
	}
	return text
}

// oneLine joins the lines of an error of pgx, one for each address that it tried.
type oneLine struct{ error }

func (e oneLine) Error() string {
	return strings.NewReplacer(":\n\t", ": ", "\n\t", "; ").Replace(e.error.Error())
}

func (e oneLine) Unwrap() error { return e.error }

// set changes settings of a connection, unless the location or the role sets them. They cannot be
// startup parameters, because PgBouncer rejects unknown ones.
//
// After a power failure, a machine keeps its jobs for a minute instead of two hours. A worker keeps its
// lock even if its handler takes long.
func set(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config(given.name, given.value, false)
		FROM (VALUES ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'), ('idle_session_timeout', '0')) AS given (name, value)
		JOIN pg_settings AS setting ON setting.name = given.name AND setting.source NOT IN ('client', 'user', 'database user')`)
	return err
}

// Pool returns the connections, for the caller's own tables in the same database.
func (d *Database) Pool() *pgxpool.Pool { return d.pool }

// Close closes all connections.
func (d *Database) Close() error {
	d.pool.Close()
	return nil
}

// Driver implements [transfer.Database].
func (d *Database) Driver() riverdriver.Driver[pgx.Tx] { return riverpgxv5.New(d.pool) }

// prepare brings the tables up to date. It returns an error if they are of a later version.
func (d *Database) prepare(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return err
	}
	var newest int
	if err := d.pool.QueryRow(ctx, schema.Newest).Scan(&newest); err != nil {
		return err
	}
	return schema.Check(newest)
}

// migrate creates or updates the tables, in one program at a time.
func (d *Database) migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(d.Driver(), nil)
	if err != nil {
		return err
	}
	if current, err := d.current(ctx, migrator); err != nil || current {
		return err
	}
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer unlock(conn, migrating)
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrating); err != nil {
		return err
	}
	// Another program may have been faster. Its workers would wait for the statements below, which wait
	// for all transactions.
	if current, err := d.current(ctx, migrator); err != nil || current {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	// One statement is one transaction, so that no program sees a part of them.
	_, err = conn.Exec(ctx, strings.Join(schema.Statements("bytea"), ";\n"))
	return err
}

// current reports whether the tables exist in the newest version. Unlike CREATE INDEX IF NOT EXISTS,
// it needs no right to create tables, and does not wait for other transactions.
func (d *Database) current(ctx context.Context, migrator *rivermigrate.Migrator[pgx.Tx]) (bool, error) {
	var tables int
	err := d.pool.QueryRow(ctx, `SELECT count(to_regclass(name)) FROM unnest($1::text[]) AS name`, schema.Names).Scan(&tables)
	if err != nil || tables < len(schema.Names) {
		return false, err
	}
	result, err := migrator.Validate(ctx, nil)
	return err == nil && result.OK, err
}

// unlock frees an advisory lock, if necessary by closing the connection, and releases the connection.
func unlock(conn *pgxpool.Conn, lock int64) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lock); err != nil {
		conn.Hijack().Close(ctx)
		return
	}
	conn.Release()
}

// Claim implements [transfer.Database]. Any number of programs may work.
func (d *Database) Claim(ctx context.Context, workers int) (func(), error) {
	if err := d.checkPooler(ctx); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	need := workers + ownConnections
	if limit := int(d.pool.Config().MaxConns); d.connections+need > limit {
		return nil, fmt.Errorf("%w: %d workers need %d connections, but only %d of the %d in the pool are free: set pool_max_conns=%d, or use fewer workers",
			transfer.ErrInvalid, workers, need, limit-d.connections, limit, d.connections+need)
	}
	d.connections += need
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.connections -= need
	}), nil
}

// checkPooler fails if a pooler gives two connections the same session of the server. The locks of
// workers would silently have no effect.
func (d *Database) checkPooler(ctx context.Context) error {
	first, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer first.Release()
	var before, other, after int
	const query = `SELECT pg_backend_pid()`
	if err := first.QueryRow(ctx, query, pgx.QueryExecModeSimpleProtocol).Scan(&before); err != nil {
		return err
	}
	second, err := d.pool.Begin(ctx) // takes the session that the first one has just used
	if err != nil {
		return err
	}
	defer second.Rollback(context.WithoutCancel(ctx))
	err = errors.Join(
		second.QueryRow(ctx, query, pgx.QueryExecModeSimpleProtocol).Scan(&other),
		first.QueryRow(ctx, query, pgx.QueryExecModeSimpleProtocol).Scan(&after),
	)
	if err == nil && (before != after || before == other) {
		err = fmt.Errorf("%w: a pooler in front of PostgreSQL shares sessions: connect directly, or set its pool mode to session", transfer.ErrInvalid)
	}
	return err
}

// Now implements [transfer.Database].
func (d *Database) Now(ctx context.Context) (now time.Time, err error) {
	err = d.pool.QueryRow(ctx, `SELECT now()`).Scan(&now)
	return now, err
}

// Reclaim implements [transfer.Database]. A worker has a lock while it is alive, so no clock decides
// which worker is dead.
func (d *Database) Reclaim(ctx context.Context, queue, lists string) error {
	_, err := d.pool.Exec(ctx, `DELETE FROM river_job WHERE queue IN ($1, $2) AND state IN ('completed', 'cancelled', 'discarded') AND finalized_at < now() - interval '1 hour'
		OR queue = $2 AND state = 'running' AND attempted_at < now() - interval '1 day'`, queue, lists)
	if err != nil {
		return err
	}
	_, err = d.pool.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE queue = $1 AND state IN ('retryable', 'scheduled') AND scheduled_at <= now()`, queue)
	if err != nil {
		return err
	}
	// River does not plan ahead more than 5 seconds in this state, so a clock was changed or is wrong.
	_, err = d.pool.Exec(ctx, `UPDATE river_job SET scheduled_at = now() WHERE queue = $1 AND state = 'available' AND scheduled_at > now() + interval '10 seconds'`, queue)
	if err != nil {
		return err
	}
	return d.reclaimUnlocked(ctx, queue)
}

// unlocked selects the running jobs of a queue whose keys no worker has locked. It leaves out the jobs
// of the last seconds, because their workers could find the keys locked by this query.
const unlocked = `WITH running AS MATERIALIZED (
		SELECT id, attempt, args FROM river_job WHERE queue = $1 AND state = 'running' AND attempted_at NOT BETWEEN now() - interval '2 seconds' AND now() + interval '2 seconds'
	), unlocked AS MATERIALIZED (
		SELECT id, attempt FROM running WHERE pg_try_advisory_xact_lock(hashtextextended($1 || '/' || (args->>'key'), ` + seed + `))
	) `

// reclaimUnlocked makes jobs available again whose worker died.
func (d *Database) reclaimUnlocked(ctx context.Context, queue string) error {
	rows, err := d.pool.Query(ctx, unlocked+`SELECT id, attempt FROM unlocked`, queue)
	if err != nil {
		return err
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[suspects.Job])
	if err != nil {
		return err
	}
	dead := d.suspects.Dead(queue, jobs)
	if len(dead) == 0 {
		return nil
	}
	_, err = d.pool.Exec(ctx, unlocked+`UPDATE river_job SET state = 'available', scheduled_at = now()
		WHERE state = 'running' AND id IN (SELECT id FROM unlocked WHERE id = ANY($2))`, queue, dead)
	return err
}

// Busy implements [transfer.Database].
func (d *Database) Busy(ctx context.Context, queue string, soon time.Duration) (busy bool, err error) {
	err = d.pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM river_job WHERE queue = $1 AND (state IN ('available', 'running')
		OR state IN ('retryable', 'scheduled') AND scheduled_at <= now() + $2::interval))`, queue, soon).Scan(&busy)
	return busy, err
}

// Hold implements [transfer.Database].
func (d *Database) Hold(ctx context.Context, queue, key string) (transfer.Session[pgx.Tx], bool, error) {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return nil, false, err
	}
	var lock int64
	var locked bool
	err = conn.QueryRow(ctx, `SELECT lock, pg_try_advisory_lock(lock) FROM hashtextextended($1, `+seed+`) AS lock`, queue+"/"+key).Scan(&lock, &locked)
	if err != nil {
		conn.Hijack().Close(context.WithoutCancel(ctx)) // the response may have been lost, and the lock must not stay
		return nil, false, err
	}
	if !locked {
		conn.Release()
		return nil, false, nil
	}
	return &session{conn, lock}, true, nil
}

// Session implements [transfer.Database].
func (d *Database) Session() transfer.Session[pgx.Tx] { return pooled{d.pool} }

// Join implements [transfer.Database].
func (d *Database) Join(tx pgx.Tx) transfer.Transaction[pgx.Tx] { return transaction{tx} }

// session is a connection that has locked a job.
type session struct {
	conn *pgxpool.Conn
	lock int64
}

func (s *session) Release() { unlock(s.conn, s.lock) }

func (s *session) Begin(ctx context.Context) (transfer.Transaction[pgx.Tx], error) {
	tx, err := s.conn.Begin(ctx)
	return transaction{tx}, err
}

// pooled begins each transaction on any connection.
type pooled struct{ pool *pgxpool.Pool }

func (p pooled) Release() {}

func (p pooled) Begin(ctx context.Context) (transfer.Transaction[pgx.Tx], error) {
	tx, err := p.pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	// These transactions are short. That of a program that was stopped would keep others waiting that
	// add the same elements.
	if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '10s'`); err != nil {
		return nil, errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
	}
	return transaction{tx}, nil
}

type transaction struct{ tx pgx.Tx }

func (t transaction) Raw() pgx.Tx { return t.tx }

func (t transaction) Exec(ctx context.Context, query string, arguments ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, query, arguments...)
	return tag.RowsAffected(), err
}

func (t transaction) Query(ctx context.Context, scan func(func(...any) error) error, query string, arguments ...any) error {
	rows, err := t.tx.Query(ctx, query, arguments...)
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

func (t transaction) Commit(ctx context.Context) error { return t.tx.Commit(ctx) }

func (t transaction) Rollback(ctx context.Context) error {
	if err := t.tx.Rollback(ctx); !errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	return nil
}
