package authn

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// Store keeps tokens outside a [Source], so that programs share a login. Implementations must be
// safe for concurrent use, return when ctx is done, and copy the Data that Save receives and Load
// returns. Package storetest has tests for any Store.
type Store interface {
	// Load returns the entry last saved under key, or the zero Entry if the store has no entry with
	// a valid version.
	Load(ctx context.Context, key string) (Entry, error)

	// Save stores the entry if its version is greater than the stored one, or if that is not valid.
	// Otherwise it does nothing and returns nil. It returns an error if the version of the new entry
	// is not valid. A reader never sees a partial entry.
	Save(ctx context.Context, key string, entry Entry) error

	// TryLock takes the lock of the key if it is free and reports whether it did. It does not wait.
	// The lock ends with unlock, which may be called more than once, or else when the lease expires
	// or the program dies. A holder that outlives its lease does no harm: Save ignores its entry,
	// because the version is too low.
	TryLock(ctx context.Context, key string, lease time.Duration) (unlock func(), locked bool, err error)
}

// Entry is the value that a [Store] keeps under a key. The key is a hash of the account and not
// secret. The data is encrypted.
type Entry struct {
	Data    []byte    `json:"data"`
	Version int64     `json:"version"` // 1 to 1<<53, which every JSON reader has exactly; 0 means no entry
	Expires time.Time `json:"expires"` // the store may drop the entry after this time

	// Age is how long ago the entry was saved by the store's own clock. Load sets it, so that
	// programs whose clocks differ agree on how much of a wait is left. 0 means unknown.
	Age time.Duration `json:"-"`
}

// maxVersion is the greatest version of an entry. Nothing could replace the greatest int64.
const maxVersion = 1 << 53

func (e Entry) valid() bool { return e.Version >= 1 && e.Version <= maxVersion }

func (e Entry) check() error {
	if !e.valid() {
		return fmt.Errorf("version %d of a token store entry is not valid: want 1 to %d", e.Version, int64(maxVersion))
	}
	return nil
}

// MemoryStore is a [Store] that Sources of one program share. The zero value is ready to use. Do
// not copy a MemoryStore.
type MemoryStore struct {
	mu      sync.Mutex
	entries map[string]memoryEntry
	locked  map[string]*time.Time // when the lease expires; the pointer identifies the holder
}

type memoryEntry struct {
	Entry
	saved time.Time // with the monotonic clock
}

// Load implements [Store].
func (m *MemoryStore) Load(_ context.Context, key string) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, ok := m.entries[key]
	if !ok {
		return Entry{}, nil
	}
	entry := stored.Entry
	entry.Data, entry.Age = bytes.Clone(entry.Data), time.Since(stored.saved)
	return entry, nil
}

// Save implements [Store].
func (m *MemoryStore) Save(_ context.Context, key string, entry Entry) error {
	if err := entry.check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry.Version > m.entries[key].Version {
		if m.entries == nil {
			m.entries = make(map[string]memoryEntry)
		}
		entry.Data = bytes.Clone(entry.Data)
		m.entries[key] = memoryEntry{entry, time.Now()}
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
