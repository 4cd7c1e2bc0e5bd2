// Package atomicfile replaces files as a whole, also while others read them.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// errRemoved is returned if another program removed the temporary file.
var errRemoved = errors.New("the temporary file was removed")

// maxAttempts is more than any number of programs that clean up needs.
const maxAttempts = 100

// Write replaces the file with data, or creates it. It writes a temporary file in the same
// directory and renames it, so that readers see the old or the new file and never a part. A program
// that is killed meanwhile leaves the temporary file; [RemoveLeftovers] removes it.
//
// On Windows a file that is open can often not be replaced. Write then tries again for 5 seconds.
func Write(path string, data []byte, mode fs.FileMode) error {
	for attempt := 1; ; attempt++ {
		// RemoveLeftovers may take a temporary file for a leftover before it is locked.
		if err := write(path, data, mode); attempt == maxAttempts || !errors.Is(err, errRemoved) {
			return err
		}
	}
}

func write(path string, data []byte, mode fs.FileMode) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		temporary.Close()
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	if err := claim(temporary); err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if err = errors.Join(err, temporary.Chmod(mode), temporary.Sync()); err != nil {
		return err
	}
	return replace(temporary, path)
}
