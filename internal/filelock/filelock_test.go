package filelock

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return file
	}
	first, second := open(), open()
	for range 2 {
		if locked, err := Try(first); err != nil || !locked {
			t.Fatalf("free lock: %v, %v, want true", locked, err)
		}
		if locked, err := Try(second); err != nil || locked {
			t.Errorf("taken lock: %v, %v, want false", locked, err)
		}
		Unlock(first)
		Unlock(first) // must have no effect
	}
	if locked, err := Try(second); err != nil || !locked {
		t.Fatalf("lock after unlock: %v, %v, want true", locked, err)
	}
	second.Close()
	Unlock(second)
	if locked, err := Try(second); err == nil || locked {
		t.Errorf("closed file: %v, %v, want an error", locked, err)
	}
}
