//go:build unix

package authn

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/privatefile"
)

// saveKey returns a directory store with an entry, and the entry's file.
func saveKey(t *testing.T) (store *FileStore, file string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	store = NewDirStore(dir)
	if err := store.Save(t.Context(), "key", Entry{Data: []byte("data"), Version: 1}); err != nil {
		t.Fatal(err)
	}
	return store, filepath.Join(dir, "key.json")
}

// expectUnusable fails unless all operations of the store fail at once with the part in the error.
func expectUnusable(t *testing.T, store *FileStore, parts ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, load := store.Load(ctx, "key")
	_, locked, lock := store.TryLock(ctx, "key", time.Minute)
	for operation, err := range map[string]error{"load": load, "save": store.Save(ctx, "key", Entry{Version: 2}), "lock": lock} {
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %q", operation, err, part)
			}
		}
	}
	if locked {
		t.Error("locked")
	}
}

// When the file was checked before it was opened, a pipe that replaced it in between made the
// program hang. Now what was opened is checked, which any pipe shows.
func TestA16_StoreSwappedForPipe(t *testing.T) {
	store, file := saveKey(t)
	for _, path := range []string{file, file + ".lock"} {
		os.Remove(path)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expectUnusable(t, store, "is not a regular file", "remove it", file)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, flag := range []int{os.O_RDONLY, os.O_CREATE | os.O_RDWR} {
		_, err := bounded(ctx, &store.abandoned, func() (*os.File, error) { return privatefile.Open(file, flag) }, nil)
		if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("flag %x: %v", flag, err)
		}
	}
	for _, path := range []string{file, file + ".lock"} {
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
			t.Errorf("the pipe was replaced: %v, %v", info, err)
		}
	}
}

// When the lock file was opened like any other, a link there created or locked a file elsewhere.
func TestA17_LinkInsteadOfLockFile(t *testing.T) {
	for name, target := range map[string]func(dir string) string{
		"missing": func(dir string) string { return filepath.Join(dir, "created") },
		"own": func(dir string) string {
			path := filepath.Join(dir, "own")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		},
		"directory": func(dir string) string { return dir },
		"pipe": func(dir string) string {
			path := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, file := saveKey(t)
			lock, target := file+".lock", target(t.TempDir())
			if err := os.Symlink(target, lock); err != nil {
				t.Fatal(err)
			}
			_, locked, err := store.TryLock(t.Context(), "key", time.Minute)
			if err == nil || locked || !strings.Contains(err.Error(), lock) || !strings.Contains(err.Error(), "remove it") {
				t.Errorf("%v, %v", locked, err)
			}
			if _, err := os.Lstat(target); name == "missing" && err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

func TestA17_LockFileOfOthers(t *testing.T) {
	store, file := saveKey(t)
	lock := file + ".lock"
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(lock, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.TryLock(t.Context(), "key", time.Minute); err == nil || !strings.Contains(err.Error(), "set it to 0600") {
		t.Errorf("got %v", err)
	}
}

// Directories that everyone may write to, or of another user, were used.
func TestA17_UnsafeDirectory(t *testing.T) {
	const other = 12345
	for name, test := range map[string]struct {
		mode  fs.FileMode
		owner int    // 0: this user
		want  string // "" if it is safe
	}{
		"private":                     {0o700, 0, ""},
		"readable":                    {0o755, 0, ""},
		"writable by the group":       {0o775, 0, ""},
		"writable by everyone":        {0o777, 0, "set it to 0700"},
		"write only":                  {0o733, 0, "set it to 0700"},
		"sticky":                      {0o777 | fs.ModeSticky, 0, ""},
		"of another user":             {0o700, other, "another user"},
		"of another user, readable":   {0o755, other, "another user"},
		"of another user, for anyone": {0o777, other, "set it to 0700"},
		"of another user, sticky":     {0o777 | fs.ModeSticky, other, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if test.owner != 0 && os.Geteuid() != 0 {
				t.Skip("only the superuser can give a directory away")
			}
			store, file := saveKey(t)
			dir := filepath.Dir(file)
			if test.owner != 0 {
				if err := os.Chown(dir, test.owner, -1); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, test.mode); err != nil {
				t.Fatal(err)
			}
			if test.want != "" {
				expectUnusable(t, store, test.want, dir, "name a")
				return
			}
			if entry, err := store.Load(t.Context(), "key"); err != nil || entry.Version != 1 {
				t.Errorf("%v, %v", entry, err)
			}
			if err := store.Save(t.Context(), "key", Entry{Version: 2}); err != nil {
				t.Error(err)
			}
			if _, locked, err := store.TryLock(t.Context(), "key", time.Minute); err != nil || !locked {
				t.Errorf("%v, %v", locked, err)
			}
		})
	}
}

// With a umask that takes rights from the owner, the directories could not be used, not even by the
// next program.
func TestA32_Umask(t *testing.T) {
	for _, umask := range []int{0o177, 0o777, 0o277, 0} {
		dir := t.TempDir()
		store := NewDirStore(filepath.Join(dir, "a", "b"))
		before := syscall.Umask(umask)
		save := store.Save(t.Context(), "key", Entry{Version: 1})
		unlock, locked, lock := store.TryLock(t.Context(), "key", time.Minute)
		syscall.Umask(before)
		if save != nil || lock != nil || !locked {
			t.Fatalf("umask %o: %v, %v", umask, save, lock)
		}
		unlock()
		for path, want := range map[string]fs.FileMode{"a": 0o700, "a/b": 0o700, "a/b/key.json": 0o600, "a/b/key.json.lock": 0o600} {
			if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %o, %s: %v, %v, want %v", umask, path, info.Mode(), err, want)
			}
		}
	}
}
