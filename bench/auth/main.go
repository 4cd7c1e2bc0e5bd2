// Command auth compares the token source of this module with those of other libraries, in one run.
//
// It prints what a call pays for a token that is valid, what setting both headers costs, and how
// many logins a crowd of callers causes when there is no valid token.
package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

const (
	rounds       = 6 // an odd one out does not move a median of six
	callsPerTurn = 400_000
)

var crowds = []int{1, 64, 1024}

func main() {
	fmt.Printf("%s, %s/%s, %d CPUs; medians of %d rounds in which the candidates take turns\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	printHotPath()
	printHeaders()
	printHerd("1000 callers, no valid token, the login takes 200 ms and succeeds", 1000, 200*time.Millisecond, nil)
	printHerd("1000 callers, no valid token, the login takes 2 ms and is refused for a wrong password", 1000, 2*time.Millisecond, errRefused)
	printStorm()
}

// printHotPath measures a call for a token that is valid.
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
	table := newTable("A valid token, ns per call (ratio to the floor)", "", "1 goroutine", "64", "1024", "allocations")
	for _, candidate := range candidates {
		row := []any{candidate.name}
		for _, crowd := range crowds {
			value := median(times[key{candidate.name, crowd}])
			row = append(row, fmt.Sprintf("%.1f (%.2f)", value, value/median(times[key{candidates[0].name, crowd}])))
		}
		table.row(append(row, allocations(candidate.call))...)
	}
	table.print()
}

// printHeaders measures setting both token headers of a request.
func printHeaders() {
	token := newSource(0, nil).mustToken()
	ours, naive := http.Header{}, http.Header{}
	access, id := token.AccessToken(), token.IDToken()
	candidates := []candidate{
		{"both headers, made once per token", func() { token.SetHeaders(ours) }},
		{"both headers, made for each request", func() { naive.Set("Authorization", "Bearer "+access); naive.Set("x-id-token", id) }},
	}
	times := map[string][]float64{}
	for range rounds {
		for _, candidate := range candidates {
			times[candidate.name] = append(times[candidate.name], measure(1, callsPerTurn, candidate.call))
		}
	}
	table := newTable("Setting both headers", "", "ns", "allocations")
	for _, candidate := range candidates {
		table.row(candidate.name, fmt.Sprintf("%.1f", median(times[candidate.name])), allocations(candidate.call))
	}
	table.print()
}

// printHerd lets many callers ask at once when there is no token.
func printHerd(title string, callers int, delay time.Duration, failure error) {
	table := newTable(title, "", "logins sent", "longest wait")
	for _, herd := range herdCandidates(delay, failure) {
		var longest []time.Duration
		var wait sync.WaitGroup
		var mu sync.Mutex
		start := make(chan struct{})
		for range callers {
			wait.Go(func() {
				<-start
				begin := time.Now()
				herd.call(context.Background())
				took := time.Since(begin)
				mu.Lock()
				defer mu.Unlock()
				longest = append(longest, took)
			})
		}
		close(start)
		wait.Wait()
		table.row(herd.name, herd.logins(), slices.Max(longest).Round(100*time.Microsecond))
	}
	table.print()
}

// printStorm lets callers come at 100 a second for three seconds while every login fails.
func printStorm() {
	table := newTable("100 callers a second for 3 s, every login fails after 20 ms with status 500", "", "logins sent", "longest wait")
	for _, herd := range herdCandidates(20*time.Millisecond, errUnavailable) {
		var longest time.Duration
		var mu sync.Mutex
		var wait sync.WaitGroup
		ticker := time.NewTicker(10 * time.Millisecond)
		for range 300 {
			<-ticker.C
			wait.Go(func() {
				begin := time.Now()
				herd.call(context.Background())
				took := time.Since(begin)
				mu.Lock()
				defer mu.Unlock()
				longest = max(longest, took)
			})
		}
		ticker.Stop()
		wait.Wait()
		table.row(herd.name, herd.logins(), longest.Round(100*time.Microsecond))
	}
	table.print()
}

// measure returns the nanoseconds of one call when so many goroutines share the calls.
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

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// allocations returns the heap allocations of one call.
func allocations(call func()) int {
	const calls = 1000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	return int((after.Mallocs - before.Mallocs + calls/2) / calls)
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
