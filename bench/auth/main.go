// Command auth compares the token source of this module with those of other libraries, in one run.
//
// It prints the cost of getting a valid token and of setting both headers, and how many logins a
// crowd of callers causes when there is no valid token. A value is the median of its rounds, a
// ratio the median of the rounds' ratios.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

const (
	rounds       = 6 // enough that one outlier does not move the median
	callsPerTurn = 400_000
	maxRatio     = 1.2 // of this module to the floor, for any crowd
)

var crowds = []int{1, 64, 1024}

func main() {
	fmt.Printf("%s, %s/%s, %d CPUs; medians of %d rounds; the candidates take turns\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	printHotPath()
	printHeaders()
	printHerd("1000 callers, no valid token, the login takes 200 ms and succeeds", 1000, 200*time.Millisecond, nil)
	printHerd("1000 callers, no valid token, the login takes 2 ms and fails because the password is wrong", 1000, 2*time.Millisecond, errRefused)
	printStorm()
}

// printHotPath measures getting a valid token.
func printHotPath() {
	candidates := hotPathCandidates()
	type key struct {
		name  string
		crowd int
	}
	times := map[key][]float64{}
	for range rounds {
		for _, crowd := range crowds {
			for _, candidate := range candidates {
				times[key{candidate.name, crowd}] = append(times[key{candidate.name, crowd}], measure(crowd, callsPerTurn, candidate.call))
			}
		}
	}
	table := newTable("A valid token, ns per call (ratio to the floor)", "", "1 goroutine", "64", "1024", "allocations", "target of this module")
	for i, candidate := range candidates {
		row := []any{candidate.name}
		worst := 0.0
		for _, crowd := range crowds {
			own, floor := times[key{candidate.name, crowd}], times[key{candidates[0].name, crowd}]
			ratios := make([]float64, rounds)
			for round := range ratios {
				ratios[round] = own[round] / floor[round]
			}
			ratio := median(ratios)
			worst = max(worst, ratio)
			row = append(row, fmt.Sprintf("%.1f (%.2f)", median(own), ratio))
		}
		row = append(row, testing.AllocsPerRun(1000, candidate.call))
		if i == 1 {
			row = append(row, verdict(worst))
		}
		table.row(row...)
	}
	table.print()
}

// verdict returns the target and whether the ratio meets it. If not, it includes the ratio, because
// the table may round it to the limit.
func verdict(ratio float64) string {
	if ratio > maxRatio {
		return fmt.Sprintf("≤ %.2f × floor MISSED (%.3f)", maxRatio, ratio)
	}
	return fmt.Sprintf("≤ %.2f × floor met", maxRatio)
}

// printHeaders measures setting both token headers of a request.
func printHeaders() {
	token := newSource(0, nil).mustToken()
	ours, naive := http.Header{}, http.Header{}
	access, id := token.AccessToken(), token.IDToken()
	candidates := []candidate{
		{"both headers, prepared once per token", func() { token.SetHeaders(ours) }},
		{"both headers, built for each request", func() { naive.Set("Authorization", "Bearer "+access); naive.Set("x-id-token", id) }},
	}
	times := map[string][]float64{}
	for range rounds {
		for _, candidate := range candidates {
			times[candidate.name] = append(times[candidate.name], measure(1, callsPerTurn, candidate.call))
		}
	}
	table := newTable("Setting both headers", "", "ns", "allocations")
	for _, candidate := range candidates {
		table.row(candidate.name, fmt.Sprintf("%.1f", median(times[candidate.name])), testing.AllocsPerRun(1000, candidate.call))
	}
	table.print()
}

// printHerd measures many concurrent callers when there is no token.
func printHerd(title string, callers int, delay time.Duration, failure error) {
	table := newTable(title, "", "logins sent", "longest wait")
	for _, herd := range herdCandidates(delay, failure) {
		start := make(chan time.Time)
		time.AfterFunc(10*time.Millisecond, func() { close(start) }) // when all callers wait for it
		wait := longestWait(callers, start, herd.call)
		table.row(herd.name, herd.logins(), wait)
	}
	table.print()
}

// printStorm measures 100 callers a second for three seconds while every login fails.
func printStorm() {
	table := newTable("100 callers a second for 3 s, every login fails after 20 ms with status 500", "", "logins sent", "longest wait")
	for _, herd := range herdCandidates(20*time.Millisecond, errUnavailable) {
		wait := longestWait(300, time.Tick(10*time.Millisecond), herd.call)
		table.row(herd.name, herd.logins(), wait)
	}
	table.print()
}

// longestWait calls once from each of many goroutines, and returns the time of the slowest call. A
// goroutine calls when it receives from start.
func longestWait(callers int, start <-chan time.Time, call func(context.Context)) time.Duration {
	waits := make([]time.Duration, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			<-start
			begin := time.Now()
			call(context.Background())
			waits[i] = time.Since(begin)
		})
	}
	wait.Wait()
	return slices.Max(waits).Round(100 * time.Microsecond)
}

// measure returns the nanoseconds per call when the goroutines share the calls.
func measure(goroutines, calls int, call func()) float64 {
	var wait sync.WaitGroup
	each := calls / goroutines
	start := make(chan struct{})
	for range goroutines {
		wait.Go(func() {
			<-start
			for range each {
				call()
			}
		})
	}
	begin := time.Now()
	close(start)
	wait.Wait()
	return float64(time.Since(begin).Nanoseconds()) / float64(each*goroutines)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// table prints aligned columns.
type table struct{ writer *tabwriter.Writer }

func newTable(title string, columns ...any) *table {
	fmt.Println(title)
	t := &table{tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)}
	t.row(columns...)
	return t
}

func (t *table) row(cells ...any) {
	for _, cell := range cells {
		fmt.Fprintf(t.writer, "%v\t", cell)
	}
	fmt.Fprintln(t.writer)
}

func (t *table) print() {
	t.writer.Flush()
	fmt.Println()
}
