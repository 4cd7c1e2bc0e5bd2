//go:build unix

package authn_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// refuseWrites makes the system refuse every byte that this process writes to a file, as a full disk does.
func refuseWrites(t *testing.T) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: 0}))
}

// Taken out: removing the temporary file after a write that failed. Then each login left one behind.
func TestF34_FullDisk(t *testing.T) {
	folder := t.TempDir()
	url, posts := countingLogin(t)
	program := startProgram(t, "full disk", "XSALE_TEST_FOLDER="+folder, "XSALE_TEST_TOKEN_URL="+url)
	program.start.Close()
	if err := program.Wait(); err != nil || posts.Load() != 1 {
		t.Errorf("%v, %d logins", err, posts.Load())
	}
	files, err := os.ReadDir(folder)
	check(t, err)
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Size() > 0 || file.Name()[len(file.Name())-5:] != ".lock" {
			t.Errorf("%s was left behind", file.Name())
		}
	}
}
