package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	for name, left := range map[string]bool{
		".a.json.123.tmp":  false,
		".b.json.4.tmp":    false,
		".c.txt.123.tmp":   true, // of another file
		".a.json.x1.tmp":   true, // of another program
		".a.json.tmp":      true,
		".json.1.tmp":      true,
		"a.json.123.tmp":   true,
		".a.json.123.tmp~": true,
		"a.json":           true,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("left over"), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-2 * time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
		RemoveLeftovers(dir, func(name string) bool { return len(name) > len(".json") && strings.HasSuffix(name, ".json") })
		if _, err := os.Lstat(path); (err == nil) != left {
			t.Errorf("%s: left %v, want %v", name, err == nil, left)
		}
	}
	RemoveLeftovers(filepath.Join(dir, "missing"), func(string) bool { t.Error("called"); return true })
}

// A file that a program is writing must stay, however old it is.
func TestRemoveLeftoversKeepsFilesInUse(t *testing.T) {
	dir := t.TempDir()
	temporary, err := os.CreateTemp(dir, ".a.json.*.tmp")
	if err != nil {
		t.Fatal(err)
	}
	if err := claim(temporary); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(temporary.Name(), old, old); err != nil {
		t.Fatal(err)
	}
	every := func(string) bool { return true }
	RemoveLeftovers(dir, every)
	if _, err := os.Lstat(temporary.Name()); err != nil {
		t.Fatalf("removed while in use: %v", err)
	}
	temporary.Close()
	RemoveLeftovers(dir, every)
	if _, err := os.Lstat(temporary.Name()); err == nil {
		t.Error("not removed after the end of its program")
	}
}

// Programs that write and clean up at the same time do not remove each other's files for good.
func TestWriteNextToRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	stop := make(chan struct{})
	cleaned := make(chan struct{})
	go func() {
		defer close(cleaned)
		for {
			select {
			case <-stop:
				return
			default:
				RemoveLeftovers(dir, func(string) bool { return true })
			}
		}
	}()
	for range 50 {
		if err := Write(filepath.Join(dir, "a.json"), []byte("data"), 0o600); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	<-cleaned
}
