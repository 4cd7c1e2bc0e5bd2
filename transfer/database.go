package transfer

import (
	"context"
	"time"

	"github.com/riverqueue/river/riverdriver"
)

// Database contains the state of flows. Open it with transfer/sqlite or transfer/postgres; Tx is
// its type of transactions. Programs do not call its methods. It is safe for concurrent use.
type Database[Tx any] interface {
	// Driver returns River's driver.
	Driver() riverdriver.Driver[Tx]

	// Claim prepares the database for a program that runs its jobs until release. If only one program
	// may do so, it fails with ErrInUse while another one does.
	Claim(ctx context.Context, workers int) (release func(), err error)

	// Now returns the time that decides which jobs are due.
	Now(ctx context.Context) (time.Time, error)

	// Reclaim makes jobs of a queue available again if their worker died or their retry is due. It
	// deletes jobs that ended at least an hour ago from that queue and from the queue of lists.
	Reclaim(ctx context.Context, queue, lists string) error

	// Busy reports whether a job of a queue runs, waits for a worker, or will do so soon.
	Busy(ctx context.Context, queue string, soon time.Duration) (bool, error)

	// Hold reserves the job of a key for this worker. It reports false if another worker has reserved
	// it, even one that was considered dead. Only Release frees it, or the death of the program.
	Hold(ctx context.Context, queue, key string) (Session[Tx], bool, error)

	// Session returns a session that has reserved no job.
	Session() Session[Tx]

	// Join wraps a transaction of the caller, who ends it.
	Join(tx Tx) Transaction[Tx]

	// Close closes the connections.
	Close() error
}

// Session begins transactions.
type Session[Tx any] interface {
	Begin(ctx context.Context) (Transaction[Tx], error)
	Release()
}

// Transaction runs queries whose parameters are $1, $2 and so on.
type Transaction[Tx any] interface {
	Raw() Tx
	Exec(ctx context.Context, query string, arguments ...any) (rows int64, err error)
	Query(ctx context.Context, scan func(scan func(...any) error) error, query string, arguments ...any) error
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error // has no effect after Commit
}
