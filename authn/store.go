package authn

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Store keeps token pairs beyond one [Source], so that programs share a login. All methods must be safe for concurrent
// use and must end when ctx does. Package storetest has tests that any Store should pass.
type Store interface {
	// Load returns the entry that was saved last under the key, or the zero Entry when there is none.
	Load(ctx context.Context, key string) (Entry, error)

	// Save stores the entry, unless the one that is there has the same version or a later one: then it stores nothing
	// and returns no error. A reader never sees half an entry.
	Save(ctx context.Context, key string, entry Entry) error

	// TryLock takes the lock of the key, if nobody holds it, and reports whether it did; it does not wait. The lock is
	// freed by unlock, and at the latest when the lease has run out or the program has died. A holder whose lease has
	// run out cannot do harm: the version of the entry that it saves is no longer later.
	TryLock(ctx context.Context, key string, lease time.Duration) (unlock func(), locked bool, err error)
}

// Entry is what a [Store] keeps under a key. The key is a hash that names the account and holds nothing secret; the data
// is encrypted.
type Entry struct {
	Data    []byte    `json:"data"`
	Version int64     `json:"version"` // 1 or more; 0 means that there is no entry
	Expires time.Time `json:"expires"` // the entry may be dropped after that
}

// MemoryStore is a [Store] that several Sources of one program share. The zero value is ready to use; it must not be
// copied.
type MemoryStore struct {
	mu      sync.Mutex
	entries map[string]Entry
	locked  map[string]*time.Time // when the lease runs out; the pointer tells holders apart
}

// Load implements [Store].
func (m *MemoryStore) Load(_ context.Context, key string) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entry := m.entries[key]
	entry.Data = bytes.Clone(entry.Data)
	return entry, nil
}

// Save implements [Store].
func (m *MemoryStore) Save(_ context.Context, key string, entry Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry.Version > m.entries[key].Version {
		if m.entries == nil {
			m.entries = make(map[string]Entry)
		}
		entry.Data = bytes.Clone(entry.Data)
		m.entries[key] = entry
	}
	return nil
}

// TryLock implements [Store].
func (m *MemoryStore) TryLock(_ context.Context, key string, lease time.Duration) (func(), bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if until := m.locked[key]; until != nil && now.Before(*until) {
		return nil, false, nil
	}
	if m.locked == nil {
		m.locked = make(map[string]*time.Time)
	}
	until := new(now.Add(lease))
	m.locked[key] = until
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.locked[key] == until {
			delete(m.locked, key)
		}
	}, true, nil
}
