package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// candidate is a server and the transport to it.
type candidate struct {
	baseURL   string
	transport http.RoundTripper
	header    http.Header
}

// takeTurns returns the calls per second of each candidate in each round. Each round starts with
// another candidate, so that a temporary load affects all of them.
func takeTurns(ctx context.Context, candidates []candidate, path string, connections int) ([][]float64, error) {
	measured := make([][]float64, len(candidates))
	for round := range rounds {
		for i := range candidates {
			i = (round + i) % len(candidates)
			rate, err := candidates[i].rate(ctx, path, connections)
			if err != nil {
				return nil, err
			}
			measured[i] = append(measured[i], rate)
		}
	}
	return measured, nil
}

// rate returns the calls per second of one turn. It does not count the first call of a connection.
func (c candidate) rate(ctx context.Context, path string, connections int) (float64, error) {
	if _, err := crowd(connections, func() (int, error) { return 1, c.call(ctx, path) }); err != nil {
		return 0, err
	}
	begin := time.Now()
	calls, err := crowd(connections, func() (int, error) {
		for n := 0; ; n++ {
			if time.Since(begin) >= turn {
				return n, nil
			}
			if err := c.call(ctx, path); err != nil {
				return n, err
			}
		}
	})
	return float64(calls) / time.Since(begin).Seconds(), err
}

// crowd adds up the results of concurrent callers.
func crowd(callers int, run func() (int, error)) (int, error) {
	counts, failures := make([]int, callers), make([]error, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() { counts[i], failures[i] = run() })
	}
	wait.Wait()
	sum := 0
	for _, count := range counts {
		sum += count
	}
	return sum, errors.Join(failures...)
}

// call fails unless the response is a success without violations.
func (c candidate) call(ctx context.Context, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.baseURL+path, nil)
	if err != nil {
		return err
	}
	request.Header = c.header.Clone()
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if violations := response.Header.Get("sl-violations"); response.StatusCode != http.StatusOK || violations != "" {
		return fmt.Errorf("GET %s%s: %s %s", c.baseURL, path, response.Status, violations)
	}
	return nil
}
