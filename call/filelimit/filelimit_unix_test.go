//go:build unix

package filelimit_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale/call/filelimit"
)

// Files that someone else could have made are neither read nor written.
func TestFilesOfOthersAreRejected(t *testing.T) {
	for name, test := range map[string]struct {
		make func(path, victim string) error
		want string
	}{
		"symbolic link":  {func(path, victim string) error { return os.Symlink(victim, path) }, "is not a regular file (mode L"},
		"dangling link":  {func(path, victim string) error { return os.Symlink(victim+"x", path) }, "is not a regular file (mode L"},
		"named pipe":     {func(path, _ string) error { return syscall.Mkfifo(path, 0o600) }, "is not a regular file (mode p"},
		"directory":      {func(path, _ string) error { return os.Mkdir(path, 0o700) }, "is not a regular file (mode d"},
		"open to others": {func(path, _ string) error { return os.WriteFile(path, nil, 0o644) }, "set it to 0600"},
		"another user": {func(path, _ string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil || os.Geteuid() != 0 {
				return err
			}
			return os.Chown(path, 12345, 12345)
		}, "belongs to another user (uid 12345, this program runs as 0): change its owner"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "another user" && os.Geteuid() != 0 {
				return // only root can make such a file
			}
			dir := t.TempDir()
			path, victim := filepath.Join(dir, "limit"), filepath.Join(dir, "victim")
			if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := test.make(path, victim); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				done <- filelimit.New(path).Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) { return []byte(`1`), nil })
			}()
			select {
			case err := <-done:
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
					t.Error(err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it hangs")
			}
			if data, err := os.ReadFile(victim); err != nil || string(data) != "precious" {
				t.Errorf("the other file has %q, %v", data, err)
			}
			if _, err := os.Stat(victim + "x"); err == nil {
				t.Error("a file was created behind the link")
			}
		})
	}
}
