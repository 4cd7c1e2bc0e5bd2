package authn_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Programs that were killed in a write left their temporary files for good: 29 after 60 kills.
func TestA33_LeftoversOfKilledPrograms(t *testing.T) {
	dir := t.TempDir()
	store := authn.NewDirStore(dir)
	leftovers := func() []string {
		names, err := filepath.Glob(filepath.Join(dir, ".*.tmp"))
		check(t, err)
		return names
	}
	for kills := 0; len(leftovers()) < 2 && kills < 8; kills++ { // more would take a minute
		writer := startProgram(t, "write", "XSALE_TEST_DIR="+dir)
		before, err := store.Load(t.Context(), "key")
		check(t, err)
		for {
			entry, err := store.Load(t.Context(), "key")
			check(t, err)
			if entry.Version > before.Version { // it is busy
				break
			}
		}
		writer.Process.Kill()
		writer.Wait()
	}
	// Another account's too, and what does not belong to the store stays.
	check(t, os.WriteFile(filepath.Join(dir, ".other.json.123.tmp"), nil, 0o600))
	foreign := filepath.Join(dir, ".editor.123.tmp")
	check(t, os.WriteFile(foreign, nil, 0o600))
	old := time.Now().Add(-2 * time.Hour) // Windows goes by the age
	for _, name := range leftovers() {
		check(t, os.Chtimes(name, old, old))
	}
	count := len(leftovers())
	last, err := store.Load(t.Context(), "key")
	check(t, err)
	check(t, store.Save(t.Context(), "key", bigEntry(last.Version+1)))
	if left := leftovers(); len(left) != 1 || left[0] != foreign {
		t.Errorf("of %d leftovers stay %v", count, left)
	}
	if entry, err := store.Load(t.Context(), "key"); err != nil || !bytes.Equal(entry.Data, bigEntry(last.Version+1).Data) {
		t.Errorf("version %d, %v", entry.Version, err)
	}
}

// A store in one file removes its own leftovers only: its directory belongs to others as well.
func TestA33_LeftoversOfOneFile(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{".tokens.json.1.tmp", ".package.json.2.tmp"} {
		check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		check(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
	check(t, authn.NewFileStore(filepath.Join(dir, "tokens.json")).Save(t.Context(), "key", bigEntry(1)))
	for name, left := range map[string]bool{".tokens.json.1.tmp": false, ".package.json.2.tmp": true} {
		if _, err := os.Lstat(filepath.Join(dir, name)); (err == nil) != left {
			t.Errorf("%s: left %v, want %v", name, err == nil, left)
		}
	}
}
