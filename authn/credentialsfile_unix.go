//go:build unix

package authn

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openWithoutWaiting opens a file for reading. It does not wait for the other end of a named pipe.
func openWithoutWaiting(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
}

// checkNotPublic rejects a file that every user of the machine can read or write.
func checkNotPublic(file *os.File, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o006 != 0 && !readOnlyMount(file) {
		return fmt.Errorf("%s is readable or writable by everyone (mode %v): set it to 0600 with chmod; for a secret of a container set mode: 0440 (Docker) or defaultMode: 0440 (Kubernetes), or mount it read-only", file.Name(), mode)
	}
	return nil
}
