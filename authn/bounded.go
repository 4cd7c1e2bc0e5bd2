package authn

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/xsale-go/xsale/internal/httpx"
)

// maxAbandoned is how many operations of one store or file may hang. Each keeps a goroutine and, in
// a file system, a thread of the system; a program with 10,000 threads crashes.
const maxAbandoned = 4

// bounded runs an operation of a store or a file system and returns its result. If ctx ends first,
// it returns an error at once, although the operation may hang in the system for good. A result
// that comes later goes to late, if that is not nil, unless it is an error. Panics become errors.
//
// abandoned counts the operations of the store that hang. If there are too many, bounded fails
// without starting another. It is safe for concurrent use.
func bounded[T any](ctx context.Context, abandoned *atomic.Int32, operation func() (T, error), late func(T)) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, httpx.ContextError(ctx)
	}
	if count := abandoned.Load(); count >= maxAbandoned {
		return none, fmt.Errorf("the storage hangs: %d operations have not returned; check its file system or network", count)
	}
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		result := outcome{err: errors.New("the storage operation was abandoned")} // by runtime.Goexit
		defer func() { done <- result }()
		result.err = guarded(func() (err error) {
			result.value, err = operation()
			return err
		})
	}()
	select {
	case result := <-done:
		return result.value, result.err
	case <-ctx.Done():
	}
	abandoned.Add(1)
	go func() {
		result := <-done
		abandoned.Add(-1)
		if late != nil && result.err == nil {
			_ = guarded(func() error { late(result.value); return nil })
		}
	}()
	return none, fmt.Errorf("the storage did not respond: %w", httpx.ContextError(ctx))
}
