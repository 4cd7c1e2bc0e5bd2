//go:build !unix && !windows

package atomicfile

import (
	"os"
	"time"
)

// Open opens a file. The caller must check what it opened.
func Open(path string, flag int, mode os.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag, mode)
}

func claim(*os.File) error { return nil }

func replace(temporary *os.File, path string) error {
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// leftoverAge is longer than any write takes.
const leftoverAge = time.Hour

func removeLeftover(path string) {
	if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > leftoverAge {
		os.Remove(path)
	}
}
