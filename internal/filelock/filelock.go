// Package filelock locks open files against other handles, in this program and in others. The
// system frees a lock when its file is closed or the program ends.
package filelock

import "os"

// Try locks an open file unless another handle has it locked, and reports whether it did. It does
// not wait. The file must be open for writing: NFS cannot lock a read-only handle. The error is
// [errors.ErrUnsupported] on a system without such locks.
func Try(file *os.File) (locked bool, err error) { return tryLock(file) }

// Unlock frees the lock. Closing the file does too, but on Windows not at once.
func Unlock(file *os.File) { unlock(file) }
