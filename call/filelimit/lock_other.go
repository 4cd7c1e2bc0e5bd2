//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package filelimit

import (
	"errors"
	"os"
)

// lockFile fails: this system has no lock that ends with the program.
func lockFile(*os.File) (bool, error) { return false, errors.ErrUnsupported }
