package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/zip"
)

// file is a file of the working tree.
type file struct {
	dir, path string
}

func (f file) Path() string                 { return f.path }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join(f.dir, f.path)) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(filepath.Join(f.dir, f.path)) }

// trackedFiles lists the files that a commit of the whole working tree would contain, so that
// changes can be tried before they are committed.
func trackedFiles(dir string) ([]zip.File, error) {
	command := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	command.Dir = dir
	output, err := command.Output()
	if err != nil {
		if failure, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s", err, failure.Stderr)
		}
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	var files []zip.File
	for path := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		f := file{dir, path}
		if _, err := f.Lstat(); errors.Is(err, fs.ErrNotExist) { // deleted but still tracked
			continue
		}
		files = append(files, f)
	}
	return files, nil
}
