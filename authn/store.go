package authn

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"sync"
	"time"
)

// MaxVersion is the largest version of an [Entry]. A [Store] that finds a larger one, or what is
// not a version, has no entry: Load returns the zero Entry, and Save replaces it. Otherwise a
// damaged entry could never be replaced.
const MaxVersion = 1 << 53

// Store keeps tokens outside a [Source], so that programs share a login. Implementations must be
// safe for concurrent use, return when ctx is done, and copy the Data that Save receives and Load
// returns. Package storetest has tests for any Store.
type Store interface {
	// Load returns the entry last saved under key, or the zero Entry if the store has no entry with
	// a valid version.
	Load(ctx context.Context, key string) (Entry, error)

	// Save stores the entry if its version is greater than the stored one, or if that is not valid.
	// Otherwise it does nothing and returns nil. It returns an error if the version of the new
	// entry is not valid. A reader never sees a partial entry.
	Save(ctx context.Context, key string, entry Entry) error

	// TryLock takes the lock of the key if it is free and reports whether it did. It does not wait.
	// The lock ends with unlock, which may be called more than once, or else when the lease expires
	// or the program dies. A holder that outlives its lease does no harm: Save ignores its entry,
	// because the version is too low.
	TryLock(ctx context.Context, key string, lease time.Duration) (unlock func(), locked bool, err error)
}

// LeaseStore is a [Store] whose locks outlive a program that is killed, as in Redis. A [Source]
// uses HoldLock instead of TryLock, so that other programs need not wait long for the lock of a
// dead one.
type LeaseStore interface {
	Store

	// HoldLock is like TryLock, and renews the lease until unlock is called. If ctx ends, only the
	// attempt to take the lock does.
	HoldLock(ctx context.Context, key string, lease time.Duration) (unlock func(), locked bool, err error)
}

// Entry is the value that a [Store] keeps under a key. The key is a hash of the account and not
// secret. The data is encrypted.
type Entry struct {
	Data    []byte    `json:"data"`
	Version int64     `json:"version"` // from 1 to MaxVersion; 0 means no entry
	Expires time.Time `json:"expires"` // the store may drop the entry after this time

	// Age is how long ago the entry was saved by the clock of the store, if that is another than
	// the clocks of its programs, as in Redis. Load sets it, so that machines whose clocks differ
	// agree on how much of a wait is left. 0 means unknown.
	Age time.Duration `json:"-"`
}

func (e Entry) valid() bool { return e.Version >= 1 && e.Version <= MaxVersion }

func (e Entry) check() error {
	if !e.valid() {
		return fmt.Errorf("version %d of a token store entry is not valid: want 1 to %d", e.Version, int64(MaxVersion))
	}
	return nil
}

// MemoryStore is a [Store] that Sources of one program share. It drops entries that have expired.
// The zero value is ready to use. Do not copy a MemoryStore.
type MemoryStore struct {
	mu      sync.Mutex
	entries map[string]Entry
	dropAt  int                   // the number of entries at which expired ones are dropped
	locked  map[string]*time.Time // when the lease expires; the pointer identifies the holder
}

// Load implements [Store].
func (m *MemoryStore) Load(_ context.Context, key string) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entry := m.entries[key]
	if !entry.valid() {
		return Entry{}, nil
	}
	entry.Data = bytes.Clone(entry.Data)
	return entry, nil
}

// Save implements [Store].
func (m *MemoryStore) Save(_ context.Context, key string, entry Entry) error {
	if err := entry.check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if stored := m.entries[key]; entry.Version > stored.Version || !stored.valid() {
		if m.entries == nil {
			m.entries = make(map[string]Entry)
		}
		if len(m.entries) >= m.dropAt {
			now := time.Now()
			maps.DeleteFunc(m.entries, func(_ string, entry Entry) bool { return entry.Expires.Before(now) })
			m.dropAt = max(minDropAt, 2*len(m.entries))
		}
		entry.Data = bytes.Clone(entry.Data)
		m.entries[key] = entry
	}
	return nil
}

// minDropAt spares a small MemoryStore the search for expired entries.
const minDropAt = 64

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
