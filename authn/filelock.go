package authn

import "os"

// tryLock takes the lock that a file stands for, unless somebody has it; another handle in the same program counts as
// somebody. The system frees the lock of a program that has died. The file stays, because one that is removed and made
// again would be another lock.
func tryLock(path string) (unlock func(), locked bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // NFS locks nothing that is open for reading alone
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
