//go:build unix

package filelimit

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// openPrivate opens a file that only its owner can read and write, or creates it. It follows no
// symbolic link, and does not wait for the other end of a named pipe.
func openPrivate(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) { // EMLINK on FreeBSD
		return nil, fmt.Errorf("%s is a symbolic link: remove it", path)
	}
	if err != nil {
		return nil, err
	}
	if err := checkPrivate(path, file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func checkPrivate(path string, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file: remove it", path)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user: remove it", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s is readable or writable by others (mode %v): set it to 0600 or remove it", path, mode)
	}
	return nil
}
