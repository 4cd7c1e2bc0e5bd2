package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// syncBuffer is a buffer that one goroutine writes and another waits on.
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

// waitFor returns when the text has been written; the test's own time limit is the only one.
func (b *syncBuffer) waitFor(t *testing.T, text string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !strings.Contains(b.buffer.String(), text) {
		b.condition().Wait()
	}
}
