package authn

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Storage that hangs in a system call ignores the context. Without bounded, a call with a timeout
// of 4 seconds took half a minute.
func TestA15_StorageThatHangs(t *testing.T) {
	for name, operation := range map[string]func(context.Context, *FileStore) error{
		"load": func(ctx context.Context, f *FileStore) error { _, err := f.Load(ctx, "key"); return err },
		"save": func(ctx context.Context, f *FileStore) error { return f.Save(ctx, "key", Entry{Version: 1}) },
		"lock": func(ctx context.Context, f *FileStore) error {
			_, _, err := f.TryLock(ctx, "key", time.Minute)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				hang := make(chan struct{})
				store := &FileStore{path: func(key string) string { <-hang; return filepath.Join(dir, key) }}
				for range 3 * maxAbandoned {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					start := time.Now()
					if err := operation(ctx, store); err == nil || time.Since(start) > time.Second {
						t.Errorf("%v after %v", err, time.Since(start))
					}
					cancel()
				}
				if count := store.abandoned.Load(); count != maxAbandoned {
					t.Errorf("%d operations hang, want at most %d", count, maxAbandoned)
				}
				close(hang)
				synctest.Wait()
				// What came late has changed nothing: locks are free, and the store works.
				unlock, locked, err := store.TryLock(t.Context(), "key", time.Minute)
				if err != nil || !locked {
					t.Fatalf("lock: %v, %v", locked, err)
				}
				unlock()
				if entry, err := store.Load(t.Context(), "key"); err != nil || entry.Version != 0 {
					t.Errorf("an abandoned save was made: %v, %v", entry, err)
				}
				if err := store.Save(t.Context(), "key", Entry{Version: 1}); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A lock is freed although operations hang.
func TestA15_UnlockNextToOperationsThatHang(t *testing.T) {
	store := NewDirStore(t.TempDir())
	unlock, locked, err := store.TryLock(t.Context(), "key", time.Minute)
	if err != nil || !locked {
		t.Fatal(locked, err)
	}
	store.abandoned.Store(maxAbandoned)
	if _, err := store.Load(t.Context(), "key"); err == nil || !strings.Contains(err.Error(), "hangs") {
		t.Errorf("load: %v", err)
	}
	unlock()
	store.abandoned.Store(0)
	unlock, locked, err = store.TryLock(t.Context(), "key", time.Minute)
	if err != nil || !locked {
		t.Fatalf("not freed: %v, %v", locked, err)
	}
	unlock()
}

func TestBounded(t *testing.T) {
	var abandoned atomic.Int32
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bounded(canceled, &abandoned, func() (int, error) { t.Error("called"); return 0, nil }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	if value, err := bounded(t.Context(), &abandoned, func() (int, error) { return 7, nil }, nil); value != 7 || err != nil {
		t.Errorf("got %d, %v", value, err)
	}
	if _, err := bounded(t.Context(), &abandoned, func() (int, error) { panic("canary") }, nil); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("panic: %v", err)
	}
	if _, err := bounded(t.Context(), &abandoned, func() (int, error) { runtime.Goexit(); return 0, nil }, nil); err == nil {
		t.Error("Goexit is a success")
	}
	if abandoned.Load() != 0 {
		t.Errorf("%d operations hang", abandoned.Load())
	}
}

// An entry with the greatest version was never replaced, and nobody learned of it.
func TestA26_InvalidVersions(t *testing.T) {
	for _, version := range []string{"9223372036854775807", "9223372036854775808", "9007199254740993", `"abc"`, `"7"`, "0", "-5", "1.5", "1e3", "null", "[]", ""} {
		t.Run(version, func(t *testing.T) {
			dir := t.TempDir()
			field := `,"version":` + version
			if version == "" {
				field = ""
			}
			content := fmt.Sprintf(`{"entries":{"key":{"data":"ZGF0YQ==","expires":"2999-01-01T00:00:00Z"%s}}}`, field)
			if err := os.WriteFile(filepath.Join(dir, "key.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			store := NewDirStore(dir)
			if entry, err := store.Load(t.Context(), "key"); entry.Version != 0 || entry.Data != nil {
				t.Errorf("loaded %v, %v, want no entry", entry, err)
			}
			if err := store.Save(t.Context(), "key", Entry{Data: []byte("new"), Version: 1}); err != nil {
				t.Fatal(err)
			}
			if entry, err := store.Load(t.Context(), "key"); err != nil || entry.Version != 1 || string(entry.Data) != "new" {
				t.Errorf("not replaced: %v, %v", entry, err)
			}
		})
	}
}

func TestSavesWithInvalidVersionsFail(t *testing.T) {
	for _, store := range []Store{&MemoryStore{}, NewDirStore(t.TempDir())} {
		for _, version := range []int64{0, -1, MaxVersion + 1, 1<<63 - 1} {
			if err := store.Save(t.Context(), "key", Entry{Version: version}); err == nil || !strings.Contains(err.Error(), fmt.Sprint(version)) {
				t.Errorf("%T, version %d: %v", store, version, err)
			}
		}
		if err := store.Save(t.Context(), "key", Entry{Version: MaxVersion}); err != nil {
			t.Errorf("%T: %v", store, err)
		}
	}
}
