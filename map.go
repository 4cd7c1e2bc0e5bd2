package xsale

import (
	"context"
	"fmt"
	"iter"
)

// Map calls a function for each element of a list, up to the given number of calls at a time, and yields what they return in
// the order of the list: to fetch something for each of many orders, say. It runs when it is ranged over.
//
// The first error, of the list or of a call, ends it: the context of the other calls is canceled, with that error as its
// cause, and it is yielded after the results before it that are complete. Breaking off cancels them, too. No call is running
// any more when the range is over, so a function must return soon after its context has ended. At most that many elements are
// held at a time, results that wait for their turn included.
func Map[T, R any](ctx context.Context, list iter.Seq2[T, error], workers int, call func(context.Context, T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		if workers < 1 {
			yield(none, fmt.Errorf("%w: Map with %d workers: at least one is needed", ErrInvalid, workers))
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
			for window.isFull() || window.isNextDone() {
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

// mapping is a Map that is running: the calls whose results have not been yielded, in the order of the list.
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

func (m *mapping[T, R]) isFull() bool { return len(m.running) == m.width }

func (m *mapping[T, R]) isNextDone() bool { return len(m.running) > 0 && len(m.running[0]) > 0 }

// yieldNext waits for the next result and yields it, and reports whether to go on. Of a call that failed it yields the first
// error of all, because those behind it are often only the end of their context.
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

// abandon ends the calls that are left, and waits for them.
func (m *mapping[T, R]) abandon() {
	m.cancel(context.Canceled)
	for _, done := range m.running {
		<-done
	}
}
