package main

import (
	"context"

	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// interruptible returns the result of compute, or the error of the context as soon as it ends. Code
// that only computes does not watch a context; whatever still runs ends with the program.
func interruptible[T any](ctx context.Context, compute func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := compute()
		done <- outcome{value, err}
	}()
	select {
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	case o := <-done:
		return o.value, o.err
	}
}

// runPipeline is an interruptible [pipeline.Run]. The result is never nil.
func runPipeline(ctx context.Context, data []byte, options pipeline.Options) (*pipeline.Result, error) {
	result, err := interruptible(ctx, func() (*pipeline.Result, error) { return pipeline.Run(data, options) })
	if result == nil {
		result = &pipeline.Result{Report: &tree.Report{}}
	}
	return result, err
}
