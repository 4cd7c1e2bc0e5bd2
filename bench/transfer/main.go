// Command transfer compares package transfer with River alone and with a bare pool of workers, in
// one run, and measures a run that finds nothing new among a million known keys.
//
// PostgreSQL is that of the location in BENCH_POSTGRES, and is left out without one.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/xsale-go/xsale/transfer/postgres"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

const (
	rounds   = 3
	elements = 2000
	workers  = 8
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "transfer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%s, %s/%s, %d CPUs; medians of %d rounds; the candidates take turns\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	file, err := sqlite.Open(ctx, filepath.Join(dir, "orders.db"))
	if err != nil {
		return err
	}
	defer file.Close()
	candidates := append([]candidate{{"bare workers", bare}}, candidatesOf(file, "SQLite")...)
	if location := os.Getenv("BENCH_POSTGRES"); location != "" {
		server, err := postgres.Open(ctx, location)
		if err != nil {
			return err
		}
		defer server.Close()
		candidates = append(candidates, candidatesOf(server, "PostgreSQL")...)
	}
	for _, work := range []time.Duration{0, 5 * time.Millisecond} {
		if err := printThroughput(ctx, candidates, work); err != nil {
			return err
		}
	}
	return printNothingNew(ctx, filepath.Join(dir, "known.db"))
}

// candidate works on all elements for some time each, and returns how long it took.
type candidate struct {
	name string
	run  func(ctx context.Context, work time.Duration) (time.Duration, error)
}

func printThroughput(ctx context.Context, candidates []candidate, work time.Duration) error {
	times := make([][]time.Duration, len(candidates))
	for range rounds {
		for i, candidate := range candidates {
			took, err := candidate.run(ctx, work)
			if err != nil {
				return fmt.Errorf("%s: %w", candidate.name, err)
			}
			times[i] = append(times[i], took)
		}
	}
	fmt.Printf("%d elements, %d workers, a handler that takes %v\n", elements, workers, work)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\telements per second\ttime to that of bare workers\ttime to that of River alone")
	river := time.Duration(0)
	bare := median(times[0])
	for i, candidate := range candidates {
		took := median(times[i])
		switch {
		case i == 0:
			fmt.Fprintf(table, "%s\t%.0f\t1\t\n", candidate.name, rate(took))
			continue
		case candidate.baseline():
			river = took
		}
		fmt.Fprintf(table, "%s\t%.0f\t%.2f\t%.2f\n", candidate.name, rate(took), ratio(took, bare), ratio(took, river))
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func (c candidate) baseline() bool {
	return len(c.name) > len(riverAlone) && c.name[:len(riverAlone)] == riverAlone
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}

func rate(took time.Duration) float64 { return elements / took.Seconds() }

func ratio(took, base time.Duration) float64 { return float64(took) / float64(base) }
