// Package privatefile opens files that nobody but their owner could have read or written.
package privatefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xsale-go/xsale/internal/atomicfile"
)

// maxBytes bounds what is read of a file.
const maxBytes = 1 << 20

// Read reads a file, up to 1 MiB of it.
func Read(path string) ([]byte, error) {
	file, err := Open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxBytes))
}

// Open opens a file and checks what it opened, so that nobody can swap in a link or a pipe
// after the check. It never waits for the other end of a pipe.
func Open(path string, flag int) (*os.File, error) {
	file, err := atomicfile.Open(path, flag, 0o600)
	if err != nil {
		if info, found := os.Lstat(path); found == nil { // say what is there instead, such as a link
			if unsafe := Check(path, info); unsafe != nil {
				return nil, unsafe
			}
		}
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = Check(path, info)
	}
	if err == nil && flag&os.O_CREATE != 0 && info.Mode().Perm()&0o600 != 0o600 {
		err = file.Chmod(0o600) // the umask has removed rights of the owner
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// checkRegular rejects links, pipes, directories and devices.
func checkRegular(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("file %s is not a regular file (mode %v): remove it", path, info.Mode())
	}
	return nil
}

// MakeParent creates the directory of a file, closed to other users, and the missing ones above it.
// It leaves an existing one as is.
func MakeParent(path string) error {
	if err := makeDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("create a directory: %w; name another path, or create it for this user", err)
	}
	return nil
}

func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	} else if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) { // another program was faster
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o700) // the umask may have removed rights of the owner
}
