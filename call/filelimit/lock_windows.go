package filelimit

import (
	"os"
	"syscall"
	"unsafe"
)

var lockFileEx = syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")

// Names from the documentation of LockFileEx; package syscall lacks them.
const (
	lockfileFailImmediately               = 1
	lockfileExclusiveLock                 = 2
	errorLockViolation      syscall.Errno = 33
)

// lockedByte is far behind the content: a locked part of a file cannot be read by others.
const lockedByte = 1 << 30

// lockFile takes the lock on a file, unless another handle has it. It ends with the handle.
func lockFile(file *os.File) (bool, error) {
	overlapped := syscall.Overlapped{Offset: lockedByte}
	ok, _, err := lockFileEx.Call(file.Fd(), lockfileExclusiveLock|lockfileFailImmediately, 0, 1, 0, uintptr(unsafe.Pointer(&overlapped)))
	if ok != 0 {
		return true, nil
	}
	if err == errorLockViolation || err == syscall.ERROR_IO_PENDING {
		return false, nil
	}
	return false, &os.PathError{Op: "lock", Path: file.Name(), Err: err}
}
