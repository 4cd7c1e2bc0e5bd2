package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/atomicfile"
)

// outFile is a file that a command writes because the user named it.
type outFile struct {
	flag, path string
	kind       string                  // what the command writes, for the error about a file that is something else
	own        func(start []byte) bool // whether a file is of that kind, by its start
}

// check returns an error if the file cannot be written or is something else, which may be the work of
// a person. Commands check before they send or write anything.
func (o outFile) check() (exists bool, err error) {
	info, err := os.Lstat(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, o.checkDir()
	case err != nil:
		return false, o.wrong(cause(err))
	case info.IsDir():
		return false, o.wrong(errors.New("it is a directory: name a file in it"))
	case !info.Mode().IsRegular():
		return false, o.wrong(errors.New("it is not a regular file: name another one"))
	case info.Size() == 0:
		return true, nil
	}
	start, err := readStart(o.path)
	if err != nil {
		return false, o.wrong(cause(err))
	}
	if !o.own(start) {
		return false, o.wrong(fmt.Errorf("it exists and is not %s: name another file, or remove it", o.kind))
	}
	return true, nil
}

// startBytes is how much of a file tells what it is.
const startBytes = 1 << 20

func readStart(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, startBytes))
}

func (o outFile) checkDir() error {
	info, err := os.Stat(filepath.Dir(o.path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return o.wrong(fmt.Errorf("there is no directory %s: create it", filepath.Dir(o.path)))
	case err != nil:
		return o.wrong(cause(err))
	case !info.IsDir():
		return o.wrong(fmt.Errorf("%s is not a directory", filepath.Dir(o.path)))
	}
	return nil
}

func (o outFile) wrong(err error) error { return usagef("%s %s: %w", o.flag, o.path, err) }

// write writes the file as a whole, and reports it with what about says.
func (o outFile) write(command *cobra.Command, data []byte, mode fs.FileMode, about string) error {
	exists, err := o.check()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(o.path, data, mode); err != nil {
		return fmt.Errorf("%s %s: %w", o.flag, o.path, cause(err))
	}
	fmt.Fprintf(command.ErrOrStderr(), "%s %s%s\n", wrote(exists), o.path, about)
	return nil
}

// wrote returns the verb for a file that was written.
func wrote(existed bool) string {
	if existed {
		return "replaced"
	}
	return "wrote"
}

// cause returns an error of the system without the name of its function and of a file, which may be
// temporary.
func cause(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err
	}
	if failed, ok := errors.AsType[*os.LinkError](err); ok {
		return failed.Err
	}
	return err
}
