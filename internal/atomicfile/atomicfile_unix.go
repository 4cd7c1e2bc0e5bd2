//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/xsale-go/xsale/internal/filelock"
)

// Open opens a file without following a link in the last element of the path, and without waiting
// for the other end of a named pipe. The caller must check what it opened.
func Open(path string, flag int, mode os.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_NOCTTY, mode)
}

// claim locks a temporary file, which marks it as being written. The lock ends with the program.
func claim(temporary *os.File) error {
	locked, err := filelock.Try(temporary)
	if err != nil {
		return nil // cannot lock here: its age protects it
	}
	opened, err := temporary.Stat()
	if err != nil {
		return err
	}
	current, err := os.Lstat(temporary.Name())
	if errors.Is(err, os.ErrNotExist) || !locked || err == nil && !os.SameFile(opened, current) {
		return errRemoved
	}
	return err
}

// replace keeps the temporary file open, and thereby locked, until it has its name.
func replace(temporary *os.File, path string) error {
	return os.Rename(temporary.Name(), path)
}

// leftoverAge is the age at which a file that cannot be locked counts as left over.
const leftoverAge = time.Hour

func removeLeftover(path string) {
	file, err := Open(path, os.O_RDWR, 0)
	if err == nil {
		defer file.Close()
		var locked bool
		if locked, err = filelock.Try(file); err == nil && !locked {
			return // its program is writing it
		}
	}
	if err != nil {
		if info, err := os.Lstat(path); err != nil || time.Since(info.ModTime()) < leftoverAge {
			return
		}
	}
	os.Remove(path)
}
