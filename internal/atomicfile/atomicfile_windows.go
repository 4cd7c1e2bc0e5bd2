package atomicfile

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// How long to try again while another program has the file open. Virus scanners and backups open a
// file for a moment too.
const (
	openPatience    = time.Second
	replacePatience = 5 * time.Second
)

// System errors of a file that another program has open, from winerror.h; package syscall lacks
// them.
const (
	errorSharingViolation syscall.Errno = 32
	errorLockViolation    syscall.Errno = 33
	errorDeletePending    syscall.Errno = 303
)

// Open opens a file so that [Write] can replace it meanwhile. The caller must check what it opened.
func Open(path string, flag int, mode os.FileMode) (file *os.File, err error) {
	awaitTurn(path)
	err = persist(openPatience, func() error {
		root, err := os.OpenRoot(filepath.Dir(path))
		if err != nil {
			return err
		}
		defer root.Close()
		// Unlike os.OpenFile, it shares the right to delete and rename.
		file, err = root.OpenFile(filepath.Base(path), flag, mode)
		return err
	})
	if relative, ok := errors.AsType[*os.PathError](err); ok {
		relative.Path = path
	}
	return file, err
}

// claim does nothing: an open file cannot be removed.
func claim(*os.File) error { return nil }

// replace renames with the semantics of POSIX where the file system has them (NTFS): readers then
// keep the old file.
func replace(temporary *os.File, path string) error {
	if err := temporary.Close(); err != nil {
		return err
	}
	rename := func() error {
		root, err := os.OpenRoot(filepath.Dir(path))
		if err != nil {
			return err
		}
		defer root.Close()
		return root.Rename(filepath.Base(temporary.Name()), filepath.Base(path))
	}
	err := rename()
	if info, found := os.Lstat(path); err != nil && busy(err) && (found != nil || info.Mode().IsRegular()) {
		done := askForTurn(path)
		err = persist(replacePatience, rename)
		done()
	}
	if _, lost := os.Lstat(temporary.Name()); err != nil && errors.Is(lost, os.ErrNotExist) {
		return errRemoved
	}
	if relative, ok := errors.AsType[*os.LinkError](err); ok {
		relative.Old, relative.New = temporary.Name(), path
	}
	return err
}

// persist repeats an operation while it fails because another program has the file open.
func persist(patience time.Duration, operation func() error) error {
	for start := time.Now(); ; {
		err := operation()
		if err == nil || !busy(err) || time.Since(start) > patience {
			return err
		}
		time.Sleep(time.Millisecond + rand.N(4*time.Millisecond))
	}
}

func busy(err error) bool {
	code, ok := errors.AsType[syscall.Errno](err)
	switch code {
	case syscall.ERROR_ACCESS_DENIED, errorSharingViolation, errorLockViolation, errorDeletePending:
		return ok
	}
	return false
}

// leftoverAge protects a temporary file between its last write and its renaming.
const leftoverAge = time.Minute

// removeLeftover fails for a file that is open.
func removeLeftover(path string) {
	if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > leftoverAge {
		os.Remove(path)
	}
}
