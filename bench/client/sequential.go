package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/xsale-go/xsale/bench/client/server"
)

// Calls per turn: enough that each candidate pays for collecting its own garbage.
const (
	meCalls   = 500
	pageCalls = 10
)

// measureMe measures GET /me, one call after another.
func measureMe(candidates map[string]candidate) ([]row, error) {
	measured, err := takeTurns(sequentialRounds, names, 3, func(name string) ([]float64, error) {
		return repeat(meCalls, func() error { return candidates[name].me(context.Background()) })
	})
	if err != nil {
		return nil, err
	}
	return []row{
		{"GET /me, time", nanoseconds, measured[0], []target{{timesOf, nameByHand, 1.05}}},
		{"GET /me, allocations", number, measured[1], []target{{atMost, "", 78}}},
		{"GET /me, allocated", bytes, measured[2], nil},
	}, nil
}

// measurePage measures reading the page of orders, one call after another.
func measurePage(candidates map[string]candidate) ([]row, error) {
	measured, err := takeTurns(sequentialRounds, append([]string{nameShipped}, names...), 3, func(name string) ([]float64, error) {
		return repeat(pageCalls, func() error { return readPage(candidates[name]) })
	})
	if err != nil {
		return nil, err
	}
	time, allocations, allocated := measured[0], measured[1], measured[2]
	return []row{
		{"page of 100 orders, time", nanoseconds, time, []target{{timesOf, nameStock, 0.42}, {timesOf, nameOgen, 1}}},
		{"page of 100 orders, allocations", number, allocations, nil},
		{"page of 100 orders, allocated", bytes, allocated, []target{{timesOf, nameStock, 0.8}}},
		{"page, this with the shipped spec, time", nanoseconds, withShipped(time), nil},
		{"page, this with the shipped spec, allocations", number, withShipped(allocations), nil},
		{"page, this with the shipped spec, allocated", bytes, withShipped(allocated), nil},
	}, nil
}

// withShipped replaces this module's generated client by the one with the shipped spec.
func withShipped(s series) series {
	return series{nameThis: s[nameShipped], nameStock: s[nameStock], nameOgen: s[nameOgen], nameByHand: s[nameByHand]}
}

func readPage(c candidate) error {
	count, err := c.orders(context.Background(), server.PageOrganization)
	if err == nil && count != server.Orders {
		err = fmt.Errorf("got %d orders, want %d", count, server.Orders)
	}
	return err
}

// repeat returns the nanoseconds, allocations and allocated bytes per call. It first collects the
// last turn's garbage. The first call, which may open a connection or log in, does not count.
func repeat(calls int, call func() error) ([]float64, error) {
	if err := call(); err != nil {
		return nil, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	for range calls {
		if err := call(); err != nil {
			return nil, err
		}
	}
	took := time.Since(begin)
	runtime.ReadMemStats(&after)
	per := float64(calls)
	return []float64{float64(took) / per, float64(after.Mallocs-before.Mallocs) / per, float64(after.TotalAlloc-before.TotalAlloc) / per}, nil
}
