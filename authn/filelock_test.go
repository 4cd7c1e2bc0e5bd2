package authn

import (
	"path/filepath"
	"testing"
)

func TestTryLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, locked, err := tryLock(path)
	if err != nil || !locked {
		t.Fatal(locked, err)
	}
	if _, locked, err := tryLock(path); err != nil || locked {
		t.Errorf("taken lock: %v, %v, want false", locked, err)
	}
	unlock()
	unlock() // must have no effect
	unlock, locked, err = tryLock(path)
	if err != nil || !locked {
		t.Fatalf("lock after unlock: %v, %v, want true", locked, err)
	}
	unlock()
	if _, locked, err := tryLock(filepath.Join(path, "lock")); err == nil || locked {
		t.Errorf("path below a file: %v, %v, want an error", locked, err)
	}
}
