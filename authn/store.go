package authn

import (
	"context"
	"sync"
	"time"
)

// Store keeps token pairs beyond one [Source], so that programs share a login. All methods must be safe for concurrent
// use and must end when ctx does. The key is a hash: it names the account and holds nothing secret. The data holds
// tokens: keep it where only its owner can read it.
type Store interface {
	// Load returns what was saved last under the key, or nil when there is nothing.
	Load(ctx context.Context, key string) ([]byte, error)
	// Save replaces what is stored under the key, so that no reader ever sees half of it. The data is of no use after
	// expiresAt.
	Save(ctx context.Context, key string, data []byte, expiresAt time.Time) error
	// Lock keeps others that share the store out of the key, until unlock is called or the program dies.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// MemoryStore is a [Store] that several Sources of one program share. The zero value is ready to use; it must not be
// copied.
type MemoryStore struct {
	mu      sync.Mutex
	entries map[string]*memoryEntry
}

type memoryEntry struct {
	data []byte
	lock chan struct{} // holds one element while locked
}

// entry returns the entry under the key; the caller holds mu.
func (m *MemoryStore) entry(key string) *memoryEntry {
	if m.entries == nil {
		m.entries = make(map[string]*memoryEntry)
	}
	if m.entries[key] == nil {
		m.entries[key] = &memoryEntry{lock: make(chan struct{}, 1)}
	}
	return m.entries[key]
}

// Load implements [Store].
func (m *MemoryStore) Load(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entry(key).data, nil
}

// Save implements [Store].
func (m *MemoryStore) Save(_ context.Context, key string, data []byte, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entry(key).data = data
	return nil
}

// Lock implements [Store].
func (m *MemoryStore) Lock(ctx context.Context, key string) (func(), error) {
	m.mu.Lock()
	lock := m.entry(key).lock
	m.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
