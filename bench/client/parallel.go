package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

const connections = 32

// Calls per connection in one turn.
const (
	parallelMeCalls   = 100
	parallelPageCalls = 3
)

// measureParallel measures each client with many concurrent callers.
func measureParallel(candidates map[string]candidate) ([]row, error) {
	measured, err := takeTurns(parallelRounds, names, 2, func(name string) ([]float64, error) {
		me, err := together(parallelMeCalls, func() error { return candidates[name].me(context.Background()) })
		if err != nil {
			return nil, err
		}
		page, err := together(parallelPageCalls, func() error { return readPage(candidates[name]) })
		return []float64{me, page}, err
	})
	if err != nil {
		return nil, err
	}
	return []row{
		{"32 connections, GET /me", perSecond, measured[0], nil},
		{"32 connections, page", perSecond, measured[1], nil},
	}, nil
}

// together returns the calls per second of all connections. The first call of each connection,
// which opens it, does not count.
func together(calls int, call func() error) (float64, error) {
	if _, err := crowd(1, call); err != nil {
		return 0, err
	}
	took, err := crowd(calls, call)
	return float64(calls*connections) / took.Seconds(), err
}

// crowd returns how long it takes until each connection's caller has made its calls.
func crowd(calls int, call func() error) (time.Duration, error) {
	var wait sync.WaitGroup
	failures := make([]error, connections)
	begin := time.Now()
	for i := range connections {
		wait.Go(func() {
			for range calls {
				if failures[i] = call(); failures[i] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return time.Since(begin), errors.Join(failures...)
}
