package main

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
	"github.com/xsale-go/xsale/xsaletest"
)

// known is the number of keys that the flow knows. A tenth of them is parked.
const known = 1_000_000

// printNothingNew measures runs that find nothing new, next to the list call itself.
func printNothingNew(ctx context.Context, path string) error {
	database, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	defer database.Close()
	_, err = database.DB().ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO xsale_transfer (flow, key, state, resume, added, changed, digest)
		SELECT 'orders', CAST(i AS text), iif(i % 10, 'done', 'parked'), iif(i % 10, '', 'waiting'), 1, 1, zeroblob(32) FROM n`, known)
	if err != nil {
		return err
	}
	fmt.Printf("a run that finds nothing new, %d known keys, SQLite\n", known)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "orders in the list\tlatency of the server\tlist\trun\ttime of the run to that of the list\theap after it")
	for _, orders := range []int{300, 20_000} {
		for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
			list, run, err := nothingNew(ctx, database, orders, latency)
			if err != nil {
				return err
			}
			var memory runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			fmt.Fprintf(table, "%d\t%v\t%v\t%v\t%.2f\t%d MB\n", orders, latency, list.Round(100*time.Microsecond), run.Round(100*time.Microsecond), ratio(run, list), memory.HeapAlloc>>20)
		}
	}
	return table.Flush()
}

func nothingNew(ctx context.Context, database *sqlite.Database, orders int, latency time.Duration) (list, run time.Duration, err error) {
	sandbox, err := xsaletest.Start(xsaletest.WithOrders(orders), xsaletest.WithLatency(latency))
	if err != nil {
		return 0, 0, err
	}
	defer sandbox.Close()
	client, err := xsale.New(sandbox.Options()...)
	if err != nil {
		return 0, 0, err
	}
	defer client.Close()
	newOrders := func(ctx context.Context) iter.Seq2[xsale.Order, error] {
		return client.Orders.List(ctx, xsale.ListOrdersParams{})
	}
	pull := transfer.Pull[xsale.Order, *sql.Tx]{
		Flow:   transfer.Flow[*sql.Tx]{Database: database, Name: "orders"},
		List:   newOrders,
		Key:    func(order xsale.Order) string { return strconv.FormatInt(order.ID*(known/20_000), 10) }, // anywhere among the known ones
		Handle: func(context.Context, transfer.Item[xsale.Order]) error { return nil },
	}
	var lists, runs []time.Duration
	for range 10 {
		start := time.Now()
		for _, err := range newOrders(ctx) {
			if err != nil {
				return 0, 0, err
			}
		}
		lists = append(lists, time.Since(start))
		start = time.Now()
		summary, err := pull.Run(ctx)
		if err != nil || summary.New != 0 || summary.Listed != orders {
			return 0, 0, fmt.Errorf("%+v, %w", summary, err)
		}
		runs = append(runs, time.Since(start))
	}
	return median(lists), median(runs), nil
}
