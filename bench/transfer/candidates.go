package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/xsale-go/xsale/transfer"
)

const riverAlone = "River alone"

// element is about as large as an order.
type element struct {
	ID   int
	Data string
}

const data = "an order of four lines, with the names and the addresses of its buyer, payer and recipient, and what else a shop knows of it"

// bare is the handler with a channel, and without any memory.
func bare(_ context.Context, work time.Duration) (time.Duration, error) {
	start := time.Now()
	ids := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range ids {
				time.Sleep(work)
			}
		})
	}
	for id := range elements {
		ids <- id
	}
	close(ids)
	group.Wait()
	return time.Since(start), nil
}

func candidatesOf[Tx any](database transfer.Database[Tx], name string) []candidate {
	return []candidate{
		{riverAlone + ", " + name, func(ctx context.Context, work time.Duration) (time.Duration, error) {
			return jobs(ctx, database, work)
		}},
		{"transfer, " + name, func(ctx context.Context, work time.Duration) (time.Duration, error) {
			return pull(ctx, database, work, false)
		}},
		{"transfer with hand-over, " + name, func(ctx context.Context, work time.Duration) (time.Duration, error) {
			return pull(ctx, database, work, true)
		}},
	}
}

var flows atomic.Int64

func pull[Tx any](ctx context.Context, database transfer.Database[Tx], work time.Duration, handOver bool) (time.Duration, error) {
	flow := transfer.Pull[element, Tx]{
		Flow: transfer.Flow[Tx]{Database: database, Name: fmt.Sprint("bench", time.Now().UnixNano(), "-", flows.Add(1)), Workers: workers},
		List: func(context.Context) iter.Seq2[element, error] {
			return func(yield func(element, error) bool) {
				for id := range elements {
					if !yield(element{id, data}, nil) {
						return
					}
				}
			}
		},
		Key: func(e element) string { return strconv.Itoa(e.ID) },
		Handle: func(context.Context, transfer.Item[element]) error {
			time.Sleep(work)
			return nil
		},
	}
	if handOver {
		flow.HandOver = func(context.Context, transfer.Item[element], transfer.Outcome) error { return nil }
	}
	start := time.Now()
	summary, err := flow.Run(ctx)
	if err == nil && summary.Done != elements {
		err = fmt.Errorf("%d of %d elements are done", summary.Done, elements)
	}
	return time.Since(start), err
}

// job is an element as River has it.
type job struct{ element }

// Kind implements [river.JobArgs].
func (job) Kind() string { return "bench" }

type worker struct {
	river.WorkerDefaults[job]
	work time.Duration
	left *atomic.Int64
	done chan struct{}
}

// Work implements [river.Worker].
func (w *worker) Work(context.Context, *river.Job[job]) error {
	time.Sleep(w.work)
	if w.left.Add(-1) == 0 {
		close(w.done)
	}
	return nil
}

// jobs inserts unique jobs and works on them, with the settings of package transfer.
func jobs[Tx any](ctx context.Context, database transfer.Database[Tx], work time.Duration) (time.Duration, error) {
	start := time.Now()
	queue := fmt.Sprint("bench", flows.Add(1))
	own := &worker{work: work, left: &atomic.Int64{}, done: make(chan struct{})}
	own.left.Store(elements)
	registry := river.NewWorkers()
	river.AddWorker(registry, own)
	client, err := river.NewClient(database.Driver(), &river.Config{
		FetchCooldown: time.Millisecond, FetchPollInterval: 250 * time.Millisecond, Workers: registry,
		Queues: map[string]river.QueueConfig{queue: {MaxWorkers: workers}}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return 0, err
	}
	for first := 0; first < elements; first += 200 {
		var batch []river.InsertManyParams
		for id := first; id < min(first+200, elements); id++ {
			options := river.InsertOpts{Queue: queue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByQueue: true}}
			batch = append(batch, river.InsertManyParams{Args: job{element{id, queue + strconv.FormatInt(start.UnixNano(), 10) + data}}, InsertOpts: &options})
		}
		if _, err := client.InsertMany(ctx, batch); err != nil {
			return 0, err
		}
	}
	if err := client.Start(ctx); err != nil {
		return 0, err
	}
	<-own.done
	err = client.Stop(ctx)
	return time.Since(start), errors.Join(err)
}
