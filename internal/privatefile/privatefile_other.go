//go:build !unix

package privatefile

import "io/fs"

// Check rejects anything but a regular file. Access is controlled by the directory, which is
// in the user's profile.
func Check(path string, info fs.FileInfo) error { return checkRegular(path, info) }

// CheckParent accepts every directory: its access control list is not checked.
func CheckParent(string) error { return nil }
