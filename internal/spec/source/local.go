package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

func readFile(ctx context.Context, path string) (*Source, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, InputError{fmt.Errorf("%s is a directory: pass a file in it", path)}
	}
	return readLocal(ctx, path, func() ([]byte, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return readBounded(file)
	})
}

// readLocal does not wait for the reader after the context ends: a pipe or a terminal can
// block forever.
func readLocal(ctx context.Context, name string, read func() ([]byte, error)) (*Source, error) {
	var data []byte
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		data, err = read()
	}()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-done:
	}
	if broken, ok := errors.AsType[*fs.PathError](err); ok {
		err = broken.Err // the prefix already has the name
	}
	if err == nil {
		err = check(data)
	}
	if err != nil {
		return nil, InputError{fmt.Errorf("%s: %w", name, err)}
	}
	return &Source{data, name}, nil
}
