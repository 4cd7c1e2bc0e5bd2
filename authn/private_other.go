//go:build !unix

package authn

import (
	"fmt"
	"io/fs"
)

// checkPrivate refuses what is not a plain file. Who may read it is governed by the folder, which lies in the user's
// profile.
func checkPrivate(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("token file %s is not a regular file: remove it", path)
	}
	return nil
}
