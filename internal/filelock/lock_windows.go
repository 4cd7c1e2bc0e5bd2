package filelock

import (
	"os"
	"syscall"
	"unsafe"
)

var (
	kernel32     = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx   = kernel32.NewProc("LockFileEx")
	unlockFileEx = kernel32.NewProc("UnlockFileEx")
)

// Names from the documentation of LockFileEx; package syscall lacks them.
const (
	lockfileFailImmediately               = 1
	lockfileExclusiveLock                 = 2
	errorLockViolation      syscall.Errno = 33
)

// lockedByte is far behind the content: others cannot read a locked part of a file.
const lockedByte = 1 << 30

func tryLock(file *os.File) (bool, error) {
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

func unlock(file *os.File) {
	overlapped := syscall.Overlapped{Offset: lockedByte}
	_, _, _ = unlockFileEx.Call(file.Fd(), 0, 1, 0, uintptr(unsafe.Pointer(&overlapped)))
}
