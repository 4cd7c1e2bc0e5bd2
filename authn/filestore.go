package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// FileStore is a [Store] in files that only their owner can read, for the programs of one user on
// one machine. Locks are separate files, and end with the process that holds them.
//
// It rejects symbolic links and other irregular files. Except on Windows, it also rejects files
// that another user owns or others can read or write, and directories that everyone can write to or
// that another user than the superuser owns; directories with the sticky bit, such as /tmp, are
// fine. Its methods return when ctx is done, even if the file system hangs. It is safe for
// concurrent use.
type FileStore struct {
	path      func(key string) string
	abandoned atomic.Int32
}

// NewFileStore returns a store in the named file. Its directory is created if missing. A few
// accounts may share the file.
func NewFileStore(file string) *FileStore {
	return &FileStore{path: func(string) string { return file }}
}

// NewDirStore returns a store with a file for each account in dir, which is created if missing.
func NewDirStore(dir string) *FileStore {
	return &FileStore{path: func(key string) string { return filepath.Join(dir, dirFile(key)) }}
}

// dirFile returns the name of an account's file in a directory of its own.
func dirFile(key string) string { return key + ".json" }

// NewCacheStore returns a store like [NewDirStore] in the xsale directory of [os.UserCacheDir].
func NewCacheStore() (*FileStore, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no cache directory for the token store: %w; set it in the environment, or name a directory such as /var/lib/shop/xsale/", err)
	}
	return NewDirStore(filepath.Join(dir, "xsale")), nil
}

// Path returns the file for a key.
func (f *FileStore) Path(key string) string { return f.path(key) }

// Load implements [Store].
func (f *FileStore) Load(ctx context.Context, key string) (Entry, error) {
	return bounded(ctx, &f.abandoned, func() (Entry, error) { return loadFile(f.path(key), key) }, nil)
}

func loadFile(path, key string) (Entry, error) {
	if err := privatefile.CheckParent(path); errors.Is(err, fs.ErrNotExist) {
		return Entry{}, nil
	} else if err != nil {
		return Entry{}, err
	}
	data, err := privatefile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, nil
	}
	if err != nil {
		return Entry{}, err
	}
	file, err := parseFile(path, data)
	if err != nil || !file.Entries[key].valid() {
		return Entry{}, err
	}
	return file.Entries[key], nil
}

// tokenFile is the content of a file: the entries of accounts by key.
type tokenFile struct {
	Entries map[string]Entry `json:"entries"`
}

// maxFileEntries is the number of accounts that may share a file.
const maxFileEntries = 16

func parseFile(path string, data []byte) (file tokenFile, err error) {
	if json.Unmarshal(data, &file) != nil {
		return tokenFile{}, fmt.Errorf("token file %s is not valid: the next login replaces it, or remove it", path)
	}
	return file, nil
}

// set replaces an entry, and drops those that have expired.
func (f *tokenFile) set(key string, entry Entry) {
	maps.DeleteFunc(f.Entries, func(_ string, other Entry) bool { return !other.valid() || other.Expires.Before(time.Now()) })
	if f.Entries == nil || len(f.Entries) >= maxFileEntries {
		f.Entries = map[string]Entry{}
	}
	f.Entries[key] = entry
}

// Save implements [Store]. It writes a temporary file and renames it, so that readers see either
// the old entry or the new one. It replaces a file with invalid content, but not one that fails
// the checks of owner and mode, which may belong to someone else. It also removes temporary files
// that killed programs left.
func (f *FileStore) Save(ctx context.Context, key string, entry Entry) error {
	if err := entry.check(); err != nil {
		return err
	}
	_, err := bounded(ctx, &f.abandoned, func() (struct{}, error) { return struct{}{}, saveFile(ctx, f.path(key), key, entry) }, nil)
	return err
}

func saveFile(ctx context.Context, path, key string, entry Entry) error {
	if err := privatefile.MakeParent(path); err != nil {
		return err
	}
	if err := privatefile.CheckParent(path); err != nil {
		return err
	}
	if info, err := os.Lstat(path); err == nil {
		if err := privatefile.Check(path, info); err != nil {
			return err
		}
	}
	var file tokenFile
	if old, err := privatefile.Read(path); err == nil {
		file, _ = parseFile(path, old)
	}
	if stored := file.Entries[key]; stored.valid() && stored.Version >= entry.Version {
		return nil
	}
	file.set(key, entry)
	data, err := json.Marshal(file)
	if err != nil {
		return err
	}
	if ctx.Err() != nil { // the caller has left, and may have saved elsewhere or later since
		return ctx.Err()
	}
	if err := atomicfile.Write(path, data, 0o600); err != nil {
		return err
	}
	dir, base := filepath.Split(path)
	atomicfile.RemoveLeftovers(filepath.Clean(dir), func(name string) bool {
		return name == base || base == dirFile(key) && strings.HasSuffix(name, dirFile("")) // other accounts' too
	})
	return nil
}

// unlockPatience bounds how long an unlock waits for storage that hangs.
const unlockPatience = time.Second

// TryLock implements [Store]. It ignores the lease: the system frees the lock of a dead program.
func (f *FileStore) TryLock(ctx context.Context, key string, _ time.Duration) (func(), bool, error) {
	file, err := bounded(ctx, &f.abandoned, func() (*os.File, error) { return lockFile(f.path(key)) }, closeLock)
	if err != nil || file == nil {
		return nil, false, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), unlockPatience)
		defer cancel()
		// Other operations that hang do not keep it from trying: the lock would stay until the
		// program ends.
		_, _ = bounded(ctx, new(atomic.Int32), func() (struct{}, error) { closeLock(file); return struct{}{}, nil }, nil)
	}, true, nil
}

// lockFile returns the locked file, or nil if it is locked already. The file stays when the lock is
// freed: a file that was removed and created again would be a different lock.
func lockFile(path string) (*os.File, error) {
	if err := privatefile.MakeParent(path); err != nil {
		return nil, err
	}
	if err := privatefile.CheckParent(path); err != nil {
		return nil, err
	}
	file, err := privatefile.Open(path+".lock", os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	locked, err := filelock.Try(file)
	if !locked {
		file.Close()
		return nil, err
	}
	return file, nil
}

func closeLock(file *os.File) {
	if file != nil {
		filelock.Unlock(file)
		file.Close()
	}
}
