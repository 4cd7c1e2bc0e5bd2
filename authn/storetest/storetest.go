// Package storetest tests implementations of [authn.Store].
package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
)

const (
	key   = "0123456789abcdef"
	lease = time.Minute
)

// Run runs all tests as subtests of t. Each one calls open for two handles of the same empty store,
// as two programs would have. They may be the same value if a store cannot be opened twice.
func Run(t *testing.T, open func(t *testing.T) (a, b authn.Store)) {
	for name, test := range map[string]func(*testing.T, authn.Store, authn.Store){
		"NothingStored":    nothingStored,
		"SaveThenLoad":     saveThenLoad,
		"LaterVersionWins": laterVersionWins,
		"ExpiredReplaces":  expiredReplaces,
		"KeysAreApart":     keysAreApart,
		"CallerKeepsData":  callerKeepsData,
		"LockExcludes":     lockExcludes,
		"LockPerKey":       lockPerKey,
		"NeverTorn":        neverTorn,
		"OneHolder":        oneHolder,
		"InvalidVersions":  invalidVersions,
	} {
		t.Run(name, func(t *testing.T) {
			a, b := open(t)
			test(t, a, b)
		})
	}
}

func entry(version int64, data string) authn.Entry {
	return authn.Entry{Data: []byte(data), Version: version, Expires: time.Now().Add(time.Hour)}
}

func save(t *testing.T, store authn.Store, key string, entry authn.Entry) {
	t.Helper()
	if err := store.Save(t.Context(), key, entry); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, store authn.Store, key string, version int64, data []byte) {
	t.Helper()
	got, err := store.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != version || !bytes.Equal(got.Data, data) {
		t.Errorf("loaded version %d, data %q, want version %d, data %q", got.Version, got.Data, version, data)
	}
}

func nothingStored(t *testing.T, a, _ authn.Store) {
	expect(t, a, key, 0, nil)
}

func saveThenLoad(t *testing.T, a, b authn.Store) {
	data := make([]byte, 8000) // binary, and as large as two long tokens
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	want := authn.Entry{Data: data, Version: 1, Expires: time.Now().Add(time.Hour)}
	save(t, a, key, want)
	expect(t, a, key, 1, data)
	expect(t, b, key, 1, data)
	got, err := b.Load(t.Context(), key)
	if err != nil || got.Expires.Sub(want.Expires).Abs() > time.Second {
		t.Errorf("expires at %v, want %v, error %v", got.Expires, want.Expires, err)
	}
}

func laterVersionWins(t *testing.T, a, b authn.Store) {
	save(t, a, key, entry(5, "five"))
	save(t, b, key, entry(4, "four"))
	expect(t, a, key, 5, []byte("five"))
	save(t, b, key, entry(5, "another five"))
	expect(t, a, key, 5, []byte("five"))
	save(t, b, key, entry(6, "six"))
	expect(t, a, key, 6, []byte("six"))
}

// expiredReplaces checks that the tokens of an earlier entry are gone, even if the later one has
// expired.
func expiredReplaces(t *testing.T, a, b authn.Store) {
	save(t, a, key, entry(1, "one"))
	save(t, b, key, authn.Entry{Data: []byte("two"), Version: 2, Expires: time.Now().Add(-time.Hour)})
	got, err := a.Load(t.Context(), key)
	if err != nil || got.Version == 1 {
		t.Errorf("loaded version %d, %v", got.Version, err)
	}
}

func keysAreApart(t *testing.T, a, b authn.Store) {
	save(t, a, key, entry(1, "one"))
	save(t, a, "fedcba9876543210", entry(2, "two"))
	expect(t, b, "fedcba9876543210", 2, []byte("two"))
	expect(t, b, "0000", 0, nil)
}

func callerKeepsData(t *testing.T, a, _ authn.Store) {
	data := []byte("data")
	save(t, a, key, authn.Entry{Data: data, Version: 1, Expires: time.Now().Add(time.Hour)})
	data[0] = 'X'
	got, err := a.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	got.Data[1] = 'X'
	expect(t, a, key, 1, []byte("data"))
}

func lockExcludes(t *testing.T, a, b authn.Store) {
	for range 3 {
		unlock, locked, err := a.TryLock(t.Context(), key, lease)
		if err != nil || !locked {
			t.Fatalf("TryLock of a free lock: %v, %v, want true", locked, err)
		}
		for _, store := range []authn.Store{a, b} {
			if _, locked, err := store.TryLock(t.Context(), key, lease); err != nil || locked {
				t.Fatalf("TryLock of a taken lock: %v, %v, want false", locked, err)
			}
		}
		unlock()
		unlock() // a second unlock must have no effect
		unlock, locked, err = b.TryLock(t.Context(), key, lease)
		if err != nil || !locked {
			t.Fatalf("TryLock after unlock: %v, %v, want true", locked, err)
		}
		unlock()
	}
}

func lockPerKey(t *testing.T, a, b authn.Store) {
	unlock, _, err := a.TryLock(t.Context(), key, lease)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	other, locked, err := b.TryLock(t.Context(), "fedcba9876543210", lease)
	if err != nil || !locked {
		t.Fatalf("TryLock of another key: %v, %v, want true", locked, err)
	}
	other()
}

// neverTorn writes entries of one repeated letter and reads until the last one for a mix of two.
func neverTorn(t *testing.T, a, b authn.Store) {
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		defer stop()
		for version := range int64(60) {
			letter := byte('a' + version%26)
			if err := a.Save(t.Context(), key, authn.Entry{Data: bytes.Repeat([]byte{letter}, 20000), Version: version + 1, Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var last int64
	for ctx.Err() == nil {
		got, err := b.Load(t.Context(), key)
		if err != nil {
			t.Error(err)
			break
		}
		if got.Version < last {
			t.Errorf("read version %d after version %d", got.Version, last)
		}
		last = got.Version
		if got.Version > 0 && !bytes.Equal(got.Data, bytes.Repeat(got.Data[:1], 20000)) {
			t.Error("read a torn entry")
		}
	}
	writing.Wait()
	expect(t, b, key, 60, bytes.Repeat([]byte{'a' + 59%26}, 20000))
}

// oneHolder tries to take the lock from many goroutines at once.
func oneHolder(t *testing.T, a, b authn.Store) {
	var trying sync.WaitGroup
	holders := make(chan func(), 32)
	for i := range 32 {
		trying.Go(func() {
			unlock, locked, err := []authn.Store{a, b}[i%2].TryLock(t.Context(), key, lease)
			if err != nil {
				t.Error(err)
			}
			if locked {
				holders <- unlock
			}
		})
	}
	trying.Wait()
	close(holders)
	count := 0
	for unlock := range holders {
		count++
		unlock()
	}
	if count != 1 {
		t.Errorf("%d of 32 goroutines hold the lock, want 1", count)
	}
}

// invalidVersions checks that an entry with a version that nothing exceeds is not kept for good.
func invalidVersions(t *testing.T, a, b authn.Store) {
	for i, version := range []int64{1<<63 - 1, 1<<53 + 1, -1, -1 << 63, 0} {
		_ = a.Save(t.Context(), key, entry(version, "invalid")) // should be an error
		valid := int64(i) + 1
		save(t, b, key, entry(valid, "valid"))
		expect(t, a, key, valid, []byte("valid"))
	}
	save(t, a, key, entry(1<<53, "last"))
	expect(t, b, key, 1<<53, []byte("last"))
}
