package authn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPollInterval is how often a process looks whether another one has finished its login.
const lockPollInterval = 20 * time.Millisecond

// FileStore is a [Store] in files that only their owner can read, shared by the processes of one machine. It refuses to
// read a file that others can read, that another user owns, or that is a symbolic link. A lock is held through a file
// beside the data and ends with the process that holds it.
type FileStore struct {
	path func(key string) string
}

// NewFileStore returns a store in the named file, for programs that use one account. The folder is made when it is
// missing. A pair of another account in the file is not used, and replaced at the next login.
func NewFileStore(file string) *FileStore {
	return &FileStore{func(string) string { return file }}
}

// NewFolderStore returns a store with a file for each account in the named folder, which is made when it is missing.
func NewFolderStore(folder string) *FileStore {
	return &FileStore{func(key string) string { return filepath.Join(folder, key+".json") }}
}

// NewCacheStore is [NewFolderStore] in the folder xsale of [os.UserCacheDir].
func NewCacheStore() (*FileStore, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find the user's cache folder for the token store: %w", err)
	}
	return NewFolderStore(filepath.Join(folder, "xsale")), nil
}

// ParseStore returns the store that a setting such as XSALE_TOKEN_STORE names: nil for "memory" or nothing, the cache
// store for "cache", and otherwise a path: a folder where it ends in a separator or is one, a file where it does not.
func ParseStore(setting string) (Store, error) {
	switch setting {
	case "", "memory":
		return nil, nil
	case "cache":
		return NewCacheStore()
	}
	if info, err := os.Stat(setting); os.IsPathSeparator(setting[len(setting)-1]) || err == nil && info.IsDir() {
		return NewFolderStore(setting), nil
	}
	return NewFileStore(setting), nil
}

// Path returns the file that a key is stored in.
func (f *FileStore) Path(key string) string { return f.path(key) }

// Load implements [Store].
func (f *FileStore) Load(_ context.Context, key string) ([]byte, error) {
	path := f.path(key)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := checkPrivate(path, info); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	opened, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(info, opened) { // replaced by a link since it was looked at, or by the next pair
		if err := checkPrivate(path, opened); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(file, 4*maxTokenBytes))
}

// Save implements [Store]. The data is written to a file of its own and then renamed, so that readers see the old or the
// new pair and never a part.
func (f *FileStore) Save(_ context.Context, key string, data []byte, _ time.Time) (err error) {
	path := f.path(key)
	if err := makeFolder(path); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// Lock implements [Store].
func (f *FileStore) Lock(ctx context.Context, key string) (func(), error) {
	path := f.path(key)
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockPollInterval); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { lock.Unlock() }, nil
}

// makeFolder makes the folder of a file so that only its owner can enter it. A folder that is there is left as it is.
func makeFolder(path string) error {
	return os.MkdirAll(filepath.Dir(path), 0o700)
}
