package transfer

import (
	"context"
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

// Names of queues.
func (s *settings[Tx]) queue() string     { return "xsale-" + s.Name }
func (s *settings[Tx]) listQueue() string { return "xsale-" + s.Name + "-list" }

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
