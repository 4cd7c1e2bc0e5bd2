package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
)

// element is a job of River that works on an entry. The state of the entry determines the next step.
// A job from an earlier round does nothing.
type element struct {
	Flow  string `json:"flow"`
	Key   string `json:"key"`
	Round int    `json:"round"`
}

// Kind implements [river.JobArgs].
func (element) Kind() string { return "xsale_transfer" }

// listing is a job of River that reads the list of a Pull.
type listing struct {
	Flow string `json:"flow"`
}

// Kind implements [river.JobArgs].
func (listing) Kind() string { return "xsale_transfer_list" }

// The name of a queue is a hash, because River accepts fewer names than a flow, such as only lower case.
func (s *settings[Tx]) queue() string {
	sum := sha256.Sum256([]byte(s.Name))
	return "xsale-" + hex.EncodeToString(sum[:16])
}

func (s *settings[Tx]) listQueue() string { return s.queue() + "-list" }

// spareAttempts keeps River from discarding a job. The flow parks its element instead.
const spareAttempts = 10000

// inserter returns a client that inserts jobs and works on none.
func (s *settings[Tx]) inserter() (*river.Client[Tx], error) {
	return river.NewClient(s.Database.Driver(), &river.Config{Logger: slog.New(slog.DiscardHandler)})
}

func (s *settings[Tx]) insertJobs(ctx context.Context, client *river.Client[Tx], tx Transaction[Tx], elements []element) error {
	if len(elements) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(elements))
	for i, element := range elements {
		jobs[i] = river.InsertManyParams{Args: element, InsertOpts: &river.InsertOpts{Queue: s.queue(), MaxAttempts: s.Attempts + spareAttempts}}
	}
	_, err := client.InsertManyFastTx(ctx, tx.Raw(), jobs)
	return err
}

// begin starts a new round of an element with a query that returns the number of the round, and returns
// the job to insert. It reports false if the query finds no element in a suitable state.
func (s *settings[Tx]) begin(ctx context.Context, tx Transaction[Tx], key, query string, arguments ...any) (job element, begun bool, err error) {
	job = element{Flow: s.Name, Key: key}
	err = tx.Query(ctx, func(scan func(...any) error) error {
		begun = true
		return scan(&job.Round)
	}, query, append([]any{s.Name, key}, arguments...)...)
	return job, begun, err
}

// insertListing inserts the job that reads the list, once per period for all programs.
func (s *settings[Tx]) insertListing(ctx context.Context, client *river.Client[Tx], period time.Duration) error {
	_, err := client.Insert(ctx, listing{s.Name}, &river.InsertOpts{
		Queue:       s.listQueue(),
		MaxAttempts: spareAttempts,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByPeriod: period},
	})
	return err
}

// adopt inserts jobs for unfinished elements that have none, for example because someone deleted them
// with a tool for River.
func (e *engine[Tx]) adopt(ctx context.Context) error {
	return e.within(ctx, func(tx Transaction[Tx]) error {
		var orphans, adopted []element
		err := tx.Query(ctx, func(scan func(...any) error) error {
			orphan := element{Flow: e.Name}
			err := scan(&orphan.Key, &orphan.Round)
			orphans = append(orphans, orphan)
			return err
		}, `SELECT entry.key, entry.round FROM xsale_transfer AS entry LEFT JOIN (
				SELECT args->>'key' AS key, CAST(args->>'round' AS bigint) AS round FROM river_job
				WHERE queue = $2 AND state IN ('available', 'running', 'retryable', 'scheduled', 'pending')
			) AS job ON job.key = entry.key AND job.round = entry.round
			WHERE entry.flow = $1 AND entry.state <> 'done' AND entry.state IN ('waiting', 'handled', 'failed', 'sending', 'unsure') AND job.key IS NULL`, e.Name, e.queue())
		if err != nil {
			return err
		}
		for _, orphan := range orphans {
			job, begun, err := e.begin(ctx, tx, orphan.Key, `UPDATE xsale_transfer SET round = round + 1, attempts = 0
				WHERE flow = $1 AND key = $2 AND round = $3 RETURNING round`, orphan.Round) // another program may adopt the same elements
			if err != nil {
				return err
			}
			if begun {
				adopted = append(adopted, job)
			}
		}
		return e.insertJobs(ctx, e.client, tx, adopted)
	})
}
