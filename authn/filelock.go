package authn

import "os"

// tryLock takes the lock on a file, unless another handle has it, in this program or another. The
// system frees the lock when the program ends. The file stays: a file that was removed and created
// again would be a different lock.
func tryLock(path string) (unlock func(), locked bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // NFS cannot lock a read-only handle
	if err != nil {
		return nil, false, err
	}
	if locked, err = lockFile(file); !locked {
		file.Close()
		return nil, false, err
	}
	return func() {
		unlockFile(file)
		file.Close()
	}, true, nil
}
