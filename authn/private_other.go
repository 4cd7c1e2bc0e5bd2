//go:build !unix

package authn

import (
	"fmt"
	"io/fs"
)

// checkPrivate rejects anything but a regular file. Access is controlled by the directory, which is
// in the user's profile.
func checkPrivate(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("token file %s is not a regular file: remove it", path)
	}
	return nil
}
