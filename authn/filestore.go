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

	"github.com/xsale-go/xsale/internal/atomicfile"
)

// maxEntryBytes bounds how much of a file is read.
const maxEntryBytes = 1 << 20

// FileStore is a [Store] in files that only their owner can read, for the programs of one user on
// one machine. It rejects symbolic links and other irregular files and, except on Windows, files
// that another user owns or others can read or write. Locks are separate files, and end with the
// process that holds them.
type FileStore struct {
	path func(key string) string
}

// NewFileStore returns a store in the named file, for programs that use one account. Its
// directory is created if missing. Tokens of another account in the file are ignored and
// replaced at the next login.
func NewFileStore(file string) *FileStore {
	return &FileStore{func(string) string { return file }}
}

// NewDirStore returns a store with a file for each account in dir, which is created if missing.
func NewDirStore(dir string) *FileStore {
	return &FileStore{func(key string) string { return filepath.Join(dir, key+".json") }}
}

// NewCacheStore returns a store like [NewDirStore] in the xsale directory of [os.UserCacheDir].
func NewCacheStore() (*FileStore, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find a cache directory for the token store: %w", err)
	}
	return NewDirStore(filepath.Join(dir, "xsale")), nil
}

// ParseStore returns the store for a setting such as XSALE_TOKEN_STORE: nil for "memory" or "",
// [NewCacheStore] for "cache", [NewDirStore] for a path that ends in a separator or is a directory,
// and [NewFileStore] for any other path.
func ParseStore(setting string) (Store, error) {
	switch setting {
	case "", "memory":
		return nil, nil
	case "cache":
		store, err := NewCacheStore()
		if err != nil {
			return nil, err // returning store would make a Store that is not nil
		}
		return store, nil
	}
	if info, err := os.Stat(setting); os.IsPathSeparator(setting[len(setting)-1]) || err == nil && info.IsDir() {
		return NewDirStore(setting), nil
	}
	return NewFileStore(setting), nil
}

// Path returns the file for a key.
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
		return Entry{}, fmt.Errorf("token file %s is not valid: remove it", path)
	}
	if file.Key != key {
		return Entry{}, nil
	}
	return file.Entry, nil
}

// tokenFile is the content of a file. It contains the key, because accounts may use one file in
// turn.
type tokenFile struct {
	Key string `json:"key"`
	Entry
}

// Save implements [Store]. It writes a temporary file and renames it, so that readers see either
// the old entry or the new one. It replaces a file with invalid content, but not one that fails
// the checks of owner and mode, which may belong to someone else.
func (f *FileStore) Save(ctx context.Context, key string, entry Entry) error {
	path := f.path(key)
	if err := makeParent(path); err != nil {
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
	return atomicfile.Write(path, data, 0o600)
}

// TryLock implements [Store]. It ignores the lease: the system frees the lock of a dead program.
func (f *FileStore) TryLock(_ context.Context, key string, _ time.Duration) (func(), bool, error) {
	path := f.path(key)
	if err := makeParent(path); err != nil {
		return nil, false, err
	}
	return tryLock(path + ".lock")
}

// readPrivate reads a file that nobody else could have read or written. It checks that the
// opened file is the checked one, so that nobody can swap in a link between the two.
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
	if !os.SameFile(info, opened) { // replaced in between, by new tokens or by something else
		if err := checkPrivate(path, opened); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(file, maxEntryBytes))
}

// makeParent creates the directory of a file, closed to other users. It leaves an existing one
// as is.
func makeParent(path string) error {
	return os.MkdirAll(filepath.Dir(path), 0o700)
}
