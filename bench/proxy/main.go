// Command proxy compares GET /me through xsale proxy, called with net/http, with the same call through
// a Client, and through a bare reverse proxy. The API is a sandbox in another process, which also
// checks each request and response.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/xsale-go/xsale"
)

const (
	rounds   = 31
	turn     = 200 * time.Millisecond
	maxRatio = 1.5 // the target

	argumentBare = "bare" // of a child process
)

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 && os.Args[1] == argumentBare {
		log.Fatal(serveBare())
	}
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	program, remove, err := build(ctx)
	if err != nil {
		return err
	}
	defer remove()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "the API takes\tClient\tproxy\tbare\tproxy/Client, ≤ %v\tbare/Client\n", maxRatio)
	for _, latency := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond} {
		if err := compare(ctx, program, latency, table); err != nil {
			return err
		}
	}
	return table.Flush()
}

// compare measures both with a sandbox that waits before it responds.
func compare(ctx context.Context, program string, latency time.Duration, table io.Writer) error {
	sandbox, err := start(ctx, program, os.Environ(), "sandbox", "--addr", "127.0.0.1:0", "--latency", latency.String())
	if err != nil {
		return err
	}
	defer sandbox.stop()
	proxy, err := start(ctx, program, append(os.Environ(), append(sandbox.variables, "XSALE_TOKEN_STORE=memory")...), "proxy", "--addr", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer proxy.stop()
	for _, variable := range sandbox.variables {
		name, value, _ := strings.Cut(variable, "=")
		os.Setenv(name, value)
	}
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		return err
	}
	defer client.Close()
	token, err := client.TokenSource().Token(ctx)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bare, err := start(ctx, self, append(os.Environ(), "ACCESS_TOKEN="+token.AccessToken(), "ID_TOKEN="+token.IDToken()), argumentBare)
	if err != nil {
		return err
	}
	defer bare.stop()
	calls := []func() error{
		func() error { _, err := client.Me(ctx); return err },
		func() error { return get(ctx, proxy.value("XSALE_PROXY_URL")+"/me", proxy.value("XSALE_PROXY_SECRET")) },
		func() error { return get(ctx, bare.value("BARE_URL")+"/me", "") },
	}
	var times, ratios [3][]float64 // of all rounds; the ratios to the first call
	for round := range rounds {
		var took [3]float64
		for i := range calls {
			i = (round + i) % len(calls) // so that a temporary load affects all
			if took[i], err = measure(calls[i]); err != nil {
				return err
			}
			times[i] = append(times[i], took[i])
		}
		for i := range calls {
			ratios[i] = append(ratios[i], took[i]/took[0])
		}
	}
	verdict := "met"
	if median(ratios[1]) > maxRatio {
		verdict = "MISSED"
	}
	fmt.Fprintf(table, "%v\t%.0f µs\t%.0f µs\t%.0f µs\t%.2f %s\t%.2f\n", latency, median(times[0]), median(times[1]), median(times[2]), median(ratios[1]), verdict, median(ratios[2]))
	return nil
}

// measure returns the microseconds that a call takes, one after the other.
func measure(call func() error) (float64, error) {
	if err := call(); err != nil { // it may have to connect
		return 0, err
	}
	begin := time.Now()
	for count := 1; ; count++ {
		if err := call(); err != nil {
			return 0, err
		}
		if took := time.Since(begin); took >= turn {
			return float64(took.Microseconds()) / float64(count), nil
		}
	}
}

// get is what a program in another language does.
func get(ctx context.Context, address, secret string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Xsale-Proxy-Secret", secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return err
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
