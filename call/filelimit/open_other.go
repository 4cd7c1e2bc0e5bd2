//go:build !unix

package filelimit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// openPrivate opens a regular file, or creates it. Access is controlled by the directory, which is
// in the user's profile.
func openPrivate(path string) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: remove it", path)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
