//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package authn

import (
	"os"
	"syscall"
)

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

func unlockFile(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
