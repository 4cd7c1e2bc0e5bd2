package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// syncBuffer is a buffer for one writer and one waiter.
type syncBuffer struct {
	mu      sync.Mutex
	written *sync.Cond
	buffer  bytes.Buffer
}

func (b *syncBuffer) condition() *sync.Cond {
	if b.written == nil {
		b.written = sync.NewCond(&b.mu)
	}
	return b.written
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.condition().Broadcast()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// waitFor returns once s has been written. Its only time limit is that of the test.
func (b *syncBuffer) waitFor(t *testing.T, s string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !strings.Contains(b.buffer.String(), s) {
		b.condition().Wait()
	}
}
