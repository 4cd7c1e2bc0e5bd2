//go:build unix

package authn

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The read of a pipe without a writer hung.
func TestCredentialsFromPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, path := range []string{pipe, filepath.Dir(pipe), os.DevNull} {
		if _, err := File(path)(ctx); err == nil || !strings.Contains(err.Error(), path+" is not a regular file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The remedy was chmod alone, which nobody can do to a mounted secret.
func TestA19_ModesOfCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(file, []byte(credentialsJSON), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o440: true, 0o444: false, 0o644: false, 0o666: false, 0o602: false} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		_, err := File(file)(t.Context())
		if (err == nil) != ok {
			t.Errorf("mode %v: %v", mode, err)
		}
		for _, part := range []string{"chmod", " mode:", " defaultMode:", file} {
			if !ok && !strings.Contains(err.Error(), part) {
				t.Errorf("mode %v: got %v, want %q", mode, err, part)
			}
		}
	}
}
