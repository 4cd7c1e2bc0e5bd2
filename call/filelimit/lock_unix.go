//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package filelimit

import (
	"os"
	"syscall"
)

// lockFile takes the lock on a file, unless another handle has it. It ends with the handle.
func lockFile(file *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch err {
		case nil:
			return true, nil
		case syscall.EWOULDBLOCK:
			return false, nil
		case syscall.EINTR:
			continue
		}
		return false, &os.PathError{Op: "lock", Path: file.Name(), Err: err}
	}
}
