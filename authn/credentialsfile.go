package authn

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
)

// maxCredentialsBytes bounds a credentials file.
const maxCredentialsBytes = 1 << 20

// File reads the credentials from a JSON file before each login, so that a mounted secret can be
// rotated. See [ParseCredentials] for the format. Symbolic links are followed, because Kubernetes
// mounts secrets as links. A named pipe, which gives its content only once, is rejected, and so is
// a file over 1 MiB.
//
// Except on Windows, a file that every user of the machine can read or write is rejected, unless it
// is on a read-only mount of Linux, as secrets of containers are: their modes say nothing about who
// can reach them, and the program could not change them.
func File(path string) CredentialsFunc {
	abandoned := new(atomic.Int32)
	return func(ctx context.Context) (Credentials, error) {
		data, err := bounded(ctx, abandoned, func() ([]byte, error) { return readCredentials(path) }, func(late []byte) { clear(late) })
		if err != nil {
			return Credentials{}, fmt.Errorf("credentials file: %w", err)
		}
		credentials, err := ParseCredentials(data)
		if err != nil {
			err = fmt.Errorf("credentials file %s: %w", path, err)
		}
		return credentials, err
	}
}

func readCredentials(path string) ([]byte, error) {
	file, err := openWithoutWaiting(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file (mode %v): name a JSON file", path, info.Mode())
	}
	if err := checkNotPublic(file, info); err != nil {
		return nil, err
	}
	// Room for all of the file, so that the buffer does not grow and leave copies of secrets. Some
	// file systems give no size.
	data := make([]byte, min(max(info.Size(), 64<<10), maxCredentialsBytes)+1)
	read, err := io.ReadFull(file, data)
	if err == nil {
		clear(data)
		return nil, fmt.Errorf("%s has more than %d bytes or is growing: name a JSON file with the credentials", path, len(data)-1)
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		clear(data)
		return nil, err
	}
	return data[:read], nil
}
