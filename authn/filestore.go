package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxEntryBytes bounds what is read from a file.
const maxEntryBytes = 1 << 20

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

// NewDirStore returns a store with a file for each account in the named folder, which is made when it is missing.
func NewDirStore(folder string) *FileStore {
	return &FileStore{func(key string) string { return filepath.Join(folder, key+".json") }}
}

// NewCacheStore is [NewDirStore] in the folder xsale of [os.UserCacheDir].
func NewCacheStore() (*FileStore, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find the user's cache folder for the token store: %w", err)
	}
	return NewDirStore(filepath.Join(folder, "xsale")), nil
}

// ParseStore returns the store that a setting such as XSALE_TOKEN_STORE names: nil for "memory" or nothing, the cache
// store for "cache", and otherwise a path: a folder where it ends in a separator or is one, a file where it does not.
func ParseStore(setting string) (Store, error) {
	switch setting {
	case "", "memory":
		return nil, nil
	case "cache":
		store, err := NewCacheStore()
		if err != nil {
			return nil, err // not store: a nil *FileStore in a Store is not nil
		}
		return store, nil
	}
	if info, err := os.Stat(setting); os.IsPathSeparator(setting[len(setting)-1]) || err == nil && info.IsDir() {
		return NewDirStore(setting), nil
	}
	return NewFileStore(setting), nil
}

// Path returns the file that a key is stored in.
func (f *FileStore) Path(key string) string { return f.path(key) }

// Load implements [Store].
func (f *FileStore) Load(_ context.Context, key string) (Entry, error) {
	path := f.path(key)
	data, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, nil
	}
	if err != nil {
		return Entry{}, err
	}
	var file tokenFile
	if err := json.Unmarshal(data, &file); err != nil {
		return Entry{}, fmt.Errorf("token file %s cannot be read: remove it", path)
	}
	if file.Key != key {
		return Entry{}, nil
	}
	return file.Entry, nil
}

// tokenFile is the content of a file. It names the key, because one file may be used for different accounts in turn.
type tokenFile struct {
	Key string `json:"key"`
	Entry
}

// Save implements [Store]. The entry is written to a file of its own and then renamed, so that readers see the old or the
// new one and never a part. A file that cannot be read is replaced; one that is not private is not, because it is not
// known whose it is.
func (f *FileStore) Save(ctx context.Context, key string, entry Entry) (err error) {
	path := f.path(key)
	if err := makeFolder(path); err != nil {
		return err
	}
	if info, err := os.Lstat(path); err == nil {
		if err := checkPrivate(path, info); err != nil {
			return err
		}
	}
	if stored, err := f.Load(ctx, key); err == nil && stored.Version >= entry.Version {
		return nil
	}
	data, err := json.Marshal(tokenFile{key, entry})
	if err != nil {
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
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// TryLock implements [Store]. The lease has no meaning here: the system frees the lock of a program that has died.
func (f *FileStore) TryLock(_ context.Context, key string, _ time.Duration) (func(), bool, error) {
	path := f.path(key)
	if err := makeFolder(path); err != nil {
		return nil, false, err
	}
	return tryLock(path + ".lock")
}

// readPrivate reads a file that nobody else could have read or written. What was looked at and what was opened must be
// the same file, so that it cannot be swapped for a link in between.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Lstat(path)
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
	if !os.SameFile(info, opened) { // replaced since, by the next pair or by something else
		if err := checkPrivate(path, opened); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(file, maxEntryBytes))
}

// makeFolder makes the folder of a file so that only its owner can enter it. A folder that is there is left as it is.
func makeFolder(path string) error {
	return os.MkdirAll(filepath.Dir(path), 0o700)
}
