package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
)

// element is a job of River: work on an entry. What there is to do stands in the entry.
type element struct {
	Flow string `json:"flow"`
	Key  string `json:"key"`
}

// Kind implements [river.JobArgs].
func (element) Kind() string { return "xsale_transfer" }

// listing is a job of River: read the list of a Pull.
type listing struct {
	Flow string `json:"flow"`
}

// Kind implements [river.JobArgs].
func (listing) Kind() string { return "xsale_transfer_list" }

// Names of queues. River accepts fewer names than a flow does, such as lower case only.
func (s *settings[Tx]) queue() string {
	sum := sha256.Sum256([]byte(s.Name))
	return "xsale-" + hex.EncodeToString(sum[:16])
}

func (s *settings[Tx]) listQueue() string { return s.queue() + "-list" }

// spareAttempts keeps River from discarding a job, because parking it is up to the flow.
const spareAttempts = 10000

// inserter returns a client that inserts jobs and works on none.
func (s *settings[Tx]) inserter() (*river.Client[Tx], error) {
	return river.NewClient(s.Database.Driver(), &river.Config{Logger: slog.New(slog.DiscardHandler)})
}

func (s *settings[Tx]) insertJobs(ctx context.Context, client *river.Client[Tx], tx Transaction[Tx], keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(keys))
	for i, key := range keys {
		jobs[i] = river.InsertManyParams{Args: element{s.Name, key}, InsertOpts: &river.InsertOpts{Queue: s.queue(), MaxAttempts: s.Attempts + spareAttempts}}
	}
	_, err := client.InsertManyFastTx(ctx, tx.Raw(), jobs)
	return err
}

// insertListing has the list read once in a period, whichever program asks first.
func (s *settings[Tx]) insertListing(ctx context.Context, client *river.Client[Tx], period time.Duration) error {
	_, err := client.Insert(ctx, listing{s.Name}, &river.InsertOpts{
		Queue:       s.listQueue(),
		MaxAttempts: spareAttempts,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByPeriod: period},
	})
	return err
}

// adopt gives jobs to elements that have none although something is left to do, such as after
// someone deleted them with a tool for River.
func (e *engine[Tx]) adopt(ctx context.Context) error {
	var keys, tried []string
	return e.within(ctx, func(tx Transaction[Tx]) error {
		err := tx.Query(ctx, func(scan func(...any) error) error {
			var key string
			var attempts int
			err := scan(&key, &attempts)
			keys = append(keys, key)
			if attempts > 0 {
				tried = append(tried, key)
			}
			return err
		}, `SELECT entry.key, entry.attempts FROM xsale_transfer AS entry LEFT JOIN (
				SELECT args->>'key' AS key FROM river_job WHERE queue = $2 AND state IN ('available', 'running', 'retryable', 'scheduled', 'pending')
			) AS job ON job.key = entry.key
			WHERE entry.flow = $1 AND entry.state <> 'done' AND entry.state IN ('waiting', 'handled', 'failed', 'sending', 'unsure') AND job.key IS NULL`, e.Name, e.queue())
		if err != nil {
			return err
		}
		for _, key := range tried { // the new job counts from 1
			if _, err := tx.Exec(ctx, `UPDATE xsale_transfer SET attempts = 0 WHERE flow = $1 AND key = $2`, e.Name, key); err != nil {
				return err
			}
		}
		return e.insertJobs(ctx, e.client, tx, keys)
	})
}
