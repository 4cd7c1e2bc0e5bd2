//go:build unix

package privatefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Check rejects a file that someone else could have read or written.
func Check(path string, info fs.FileInfo) error {
	if err := checkRegular(path, info); err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("file %s is readable or writable by others (mode %v): set it to 0600", path, mode)
	}
	if uid, ok := ownerOf(info); ok && uid != os.Geteuid() {
		return fmt.Errorf("file %s belongs to another user (uid %d, this program runs as %d): change its owner, run as that user, or name another file", path, uid, os.Geteuid())
	}
	return nil
}

// CheckParent rejects the directory of a file if another user could replace its files.
//
//   - The superuser may own it: nothing protects from that user anyway.
//   - The superuser does not use a directory of another user. It would leave files there that the
//     owner's programs then reject, after sudo for instance.
//   - A group may write to it. Many systems give each user a group and a umask of 002. The users of
//     a larger group can remove files, which costs little, but not read or forge them.
//   - With the sticky bit, as in /tmp, only the owner of a file can replace it.
func CheckParent(path string) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("directory of the file: %w; name another path, or create it for this user", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("directory %s is not a directory: remove it or name another path", dir)
	}
	if info.Mode()&fs.ModeSticky != 0 {
		return nil
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 {
		return fmt.Errorf("directory %s is writable by everyone (mode %v): set it to 0700, or name a directory in it, which is created", dir, mode)
	}
	if uid, ok := ownerOf(info); ok && uid != 0 && uid != os.Geteuid() {
		return fmt.Errorf("directory %s belongs to another user (uid %d, this program runs as %d): change its owner, run as that user, or name another directory", dir, uid, os.Geteuid())
	}
	return nil
}

func ownerOf(info fs.FileInfo) (uid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
