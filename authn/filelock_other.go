//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package authn

import (
	"errors"
	"os"
)

// lockFile fails where the system has no lock that ends with the program; a store without locks is done without.
func lockFile(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func unlockFile(*os.File) {}
