package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
)

// RemoveLeftovers removes the temporary files that killed programs left in dir, for the files whose
// names of is true for. It leaves those that a running program is writing. Errors are ignored: the
// next call tries again.
func RemoveLeftovers(dir string, of func(name string) bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if name, ok := temporaryFor(entry.Name()); ok && of(name) && entry.Type().IsRegular() {
			removeLeftover(filepath.Join(dir, entry.Name()))
		}
	}
}

// temporaryFor returns the name of the file that a temporary file is for.
func temporaryFor(temporary string) (name string, ok bool) {
	name, ok = strings.CutPrefix(temporary, ".")
	if !ok {
		return "", false
	}
	if name, ok = strings.CutSuffix(name, ".tmp"); !ok {
		return "", false
	}
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || dot == len(name)-1 || strings.Trim(name[dot+1:], "0123456789") != "" {
		return "", false
	}
	return name[:dot], true
}
