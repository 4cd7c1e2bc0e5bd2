package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/xsale-go/xsale/transfer"
)

// runResult is the summary of a run, for the output.
type runResult struct {
	Listed int `json:"listed"`
	New    int `json:"new"`
	Done   int `json:"done"`
	Parked int `json:"parked"`
	Later  int `json:"later"` // orders that are left for a later run
}

// laterError means that a run left orders for a later one.
type laterError struct{ error }

// result completes the summary of a run. The error determines the exit code, which tells a scheduler
// whether a person must act.
func (f *flow) result(ctx context.Context, summary transfer.Summary, failed error) (runResult, error) {
	result := runResult{Listed: summary.Listed, New: summary.New, Done: summary.Done, Parked: summary.Parked}
	stats, err := f.Stats(context.WithoutCancel(ctx), transfer.StateWaiting, transfer.StateHandled, transfer.StateFailed, transfer.StateSending, transfer.StateUnsure)
	if err != nil {
		return result, errors.Join(failed, err)
	}
	for _, count := range stats {
		result.Later += count
	}
	switch {
	case result.Parked > 0:
		failed = errors.Join(failed, fmt.Errorf("%s parked: 'xsale orders parked' has the reasons", counted(result.Parked, "order")))
	case result.Later > 0 && failed == nil:
		failed = laterError{fmt.Errorf("%s left for a later run", counted(result.Later, "order"))}
	}
	return result, failed
}

func (r runResult) rows() [][]any {
	return [][]any{{"Listed", r.Listed}, {"New", r.New}, {"Done", r.Done}, {"Parked", r.Parked}, {"Left for a later run", r.Later}}
}
