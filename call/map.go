package call

import (
	"context"
	"fmt"
	"iter"
)

// Map calls a function for each element of a list, at most workers at a time, and yields the
// results in the order of the list: for example, to fetch details for each order. It runs when it
// is ranged over.
//
// The first error, of the list or of a function, ends it: the context of the other functions is
// canceled with that error as its cause, and the error is yielded after the complete results before
// it. Breaking out of the loop cancels them as well. No function runs after the range ends, so a
// function must return soon after its context is canceled. At most workers elements are in memory
// at a time, including results that wait for their turn.
func Map[T, R any](ctx context.Context, list iter.Seq2[T, error], workers int, call func(context.Context, T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		if workers < 1 {
			yield(none, fmt.Errorf("%w: Map: %d workers: want at least 1", ErrInvalid, workers))
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		window := &mapping[T, R]{ctx: ctx, cancel: cancel, call: call, width: workers}
		defer window.abandon()
		for element, err := range list {
			if err != nil {
				cancel(err)
			}
			if ctx.Err() != nil {
				break
			}
			window.start(element)
			for window.full() || window.nextDone() {
				if !window.yieldNext(yield) {
					return
				}
			}
		}
		for len(window.running) > 0 {
			if !window.yieldNext(yield) {
				return
			}
		}
		if ctx.Err() != nil {
			yield(none, context.Cause(ctx))
		}
	}
}

// mapping is a running Map: the calls whose results have not been yielded, in the order of the
// list.
type mapping[T, R any] struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	call    func(context.Context, T) (R, error)
	width   int
	running []chan mapped[R]
}

type mapped[R any] struct {
	result R
	err    error
}

func (m *mapping[T, R]) start(element T) {
	done := make(chan mapped[R], 1)
	m.running = append(m.running, done)
	go func() {
		result, err := m.call(m.ctx, element)
		if err != nil {
			m.cancel(err) // the first one stays the cause
		}
		done <- mapped[R]{result, err}
	}()
}

func (m *mapping[T, R]) full() bool { return len(m.running) == m.width }

func (m *mapping[T, R]) nextDone() bool { return len(m.running) > 0 && len(m.running[0]) > 0 }

// yieldNext waits for the next result, yields it, and reports whether to go on. For a failed call
// it yields the first error of all calls, because later ones are often only the end of their
// context.
func (m *mapping[T, R]) yieldNext(yield func(R, error) bool) bool {
	next := <-m.running[0]
	m.running = m.running[1:]
	if next.err == nil {
		return yield(next.result, nil)
	}
	var none R
	yield(none, context.Cause(m.ctx))
	return false
}

// abandon cancels the remaining calls and waits for them.
func (m *mapping[T, R]) abandon() {
	m.cancel(context.Canceled)
	for _, done := range m.running {
		<-done
	}
}
