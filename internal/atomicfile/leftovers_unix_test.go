//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"testing"

	"github.com/xsale-go/xsale/internal/filelock"
)

// A temporary file may be taken for a leftover between its creation and its lock.
func TestClaimNoticesRemoval(t *testing.T) {
	dir := t.TempDir()
	removed, err := os.CreateTemp(dir, ".a.*.tmp")
	if err != nil {
		t.Fatal(err)
	}
	defer removed.Close()
	os.Remove(removed.Name())
	if err := claim(removed); !errors.Is(err, errRemoved) {
		t.Errorf("removed file: %v", err)
	}
	being, err := os.CreateTemp(dir, ".a.*.tmp")
	if err != nil {
		t.Fatal(err)
	}
	defer being.Close()
	cleaner, err := Open(being.Name(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer cleaner.Close()
	if locked, err := filelock.Try(cleaner); err != nil || !locked {
		t.Fatal(locked, err)
	}
	if err := claim(being); !errors.Is(err, errRemoved) {
		t.Errorf("file that is being removed: %v", err)
	}
}

func TestOpenFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(dir+"/target", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	if file, err := Open(dir+"/link", os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		file.Close()
		t.Error("the link was followed")
	}
}
