//go:build !linux

package doctor

// holderOf finds no process: systems other than Linux have no file that lists them.
func holderOf(string) (holder, bool) { return holder{}, false }

// networkFileSystem knows no kinds of file systems.
func networkFileSystem(string) string { return "" }
