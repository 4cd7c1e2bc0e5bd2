//go:build unix

package authn

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate rejects a token file that someone else could have read or written.
func checkPrivate(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("token file %s is not a regular file: remove it", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("token file %s is readable or writable by others (mode %v): set it to 0600 or remove it", path, mode)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("token file %s belongs to another user: remove it", path)
	}
	return nil
}
