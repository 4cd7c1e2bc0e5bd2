//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package authn

import (
	"errors"
	"os"
)

// lockFile fails: this system has no lock that ends with the program. A Source then logs in without
// the lock.
func lockFile(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func unlockFile(*os.File) {}
