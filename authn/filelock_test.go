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
		t.Errorf("a lock that is taken: %v, %v", locked, err)
	}
	unlock()
	unlock() // again has no effect
	unlock, locked, err = tryLock(path)
	if err != nil || !locked {
		t.Fatalf("a lock that was freed: %v, %v", locked, err)
	}
	unlock()
	if _, locked, err := tryLock(filepath.Join(path, "below a file")); err == nil || locked {
		t.Errorf("a path that cannot be: %v, %v", locked, err)
	}
}
