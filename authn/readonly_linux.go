package authn

import (
	"os"
	"syscall"
)

// readOnlyMount reports whether the file is on a mount that cannot be written to (statfs(2)).
func readOnlyMount(file *os.File) bool {
	const readOnly = 1 // ST_RDONLY
	var stat syscall.Statfs_t
	return syscall.Fstatfs(int(file.Fd()), &stat) == nil && stat.Flags&readOnly != 0
}
