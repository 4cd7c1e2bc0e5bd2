package main

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// run is a scenario with one library.
type run struct {
	*testing.T
	*service
	library library
	calls   atomic.Int64
	lost    atomic.Int64
}

// playOne runs a scenario with one of its inputs.
func playOne(t *testing.T, library library, play func(*run)) cost {
	r := &run{T: t, service: &service{}, library: library}
	play(r)
	if r.calls.Load() == 0 {
		t.Error("no calls")
	}
	return cost{
		len(r.logins), int(r.lost.Load()), len(r.logins) - len(r.counted),
		r.most(100 * time.Millisecond), r.most(time.Minute),
	}
}

// bubble runs f in fake time.
func bubble(f func(*run)) func(*run) {
	return func(r *run) {
		outer := r.T
		synctest.Test(outer, func(t *testing.T) {
			r.T = t
			f(r)
		})
		r.T = outer
	}
}

// start starts a process. It ends with the bubble.
func (r *run) start(changes ...func(*process)) program {
	r.Helper()
	p := &process{network: &network{service: r.service}, password: func() string { return rightPassword }, secret: "secret"}
	for _, change := range changes {
		change(p)
	}
	program, err := r.library.start(p)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(program.close)
	return program
}

func sharing(store authn.Store) func(*process) { return func(p *process) { p.store = store } }

// served makes a call that a better client would have served.
func (r *run) served(p program) {
	r.calls.Add(1)
	if p.call(r.Context(), "acme") != nil {
		r.lost.Add(1)
	}
}

// denied makes a call that no tokens can serve.
func (r *run) denied(p program) {
	r.calls.Add(1)
	if p.call(r.Context(), "denied") == nil {
		r.Error("a denied call succeeded")
	}
}

// command is a process with one call.
func (r *run) command(call func(program), changes ...func(*process)) {
	p := r.start(changes...)
	call(p)
	p.close()
}

// everySecond calls for a while.
func everySecond(duration time.Duration, call func()) {
	for start := time.Now(); time.Since(start) < duration; time.Sleep(time.Second) {
		call()
	}
}

// startMany starts processes that are alike.
func (r *run) startMany(count int, change func(*process)) (programs []program) {
	r.Helper()
	for range count {
		programs = append(programs, r.start(change))
	}
	return programs
}

// together makes one call with each program at once.
func (r *run) together(programs []program) {
	var calls sync.WaitGroup
	for _, p := range programs {
		calls.Go(func() { r.served(p) })
	}
	calls.Wait()
}
