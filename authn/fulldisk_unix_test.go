//go:build unix

package authn_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/xsale-go/xsale/authn"
)

// failWrites makes every write of this process to a file fail, as on a full disk.
func failWrites(t *testing.T) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: 0}))
}

// When the temporary file was kept after a failed write, each login left one behind.
func TestF34_FullDisk(t *testing.T) {
	dir := t.TempDir()
	url, posts := countingLogin(t)
	program := startProgram(t, "full disk", "XSALE_TEST_DIR="+dir, "XSALE_TEST_TOKEN_URL="+url)
	program.start.Close()
	if err := program.Wait(); err != nil || posts.Load() != 1 {
		t.Errorf("%v, %d logins", err, posts.Load())
	}
	files, err := os.ReadDir(dir)
	check(t, err)
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Size() > 0 || file.Name()[len(file.Name())-5:] != ".lock" {
			t.Errorf("%s was left behind", file.Name())
		}
	}
}

// Without the check for a regular file, the call hung while opening the pipe.
func TestF34_Pipe(t *testing.T) {
	url, posts := countingLogin(t)
	file := filepath.Join(t.TempDir(), "tokens.json")
	check(t, syscall.Mkfifo(file, 0o600))
	source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: authn.NewFileStore(file)})
	check(t, err)
	defer source.Close()
	if _, err := source.Token(t.Context()); err != nil || posts.Load() != 1 {
		t.Errorf("%v, %d logins", err, posts.Load())
	}
	if info, err := os.Lstat(file); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe was replaced: %v, %v", info, err)
	}
}
