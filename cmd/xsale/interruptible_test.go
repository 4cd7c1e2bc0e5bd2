package main

import (
	"context"
	"errors"
	"testing"
)

func TestInterruptibleEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	blocked := make(chan struct{})
	defer close(blocked)
	_, err := interruptible(ctx, func() (int, error) {
		cancel()
		<-blocked
		return 1, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	failure := errors.New("failed")
	if value, err := interruptible(t.Context(), func() (int, error) { return 2, failure }); value != 2 || err != failure {
		t.Errorf("got %d, %v", value, err)
	}
}
