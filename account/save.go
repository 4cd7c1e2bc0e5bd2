package account

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExists means that an account of the name is saved already.
var ErrExists = errors.New("an account of that name exists")

// Added is the result of [Add].
type Added struct {
	Replaced *Account // the account that had the name before, or nil
	Current  bool     // it has become the current account, because none was

	// KeyringError is why the secrets are in a file, although Account.Secrets did not ask for one.
	KeyringError error
	// Removed are files of Replaced that belong to its API, such as a registered spec. They are
	// kept if the new account has the same.
	Removed []string
	// LeftError is why the secrets of Replaced are still where they were.
	LeftError error
}

// Add saves a new account with its secrets, which go to the keyring unless Account.Secrets names
// another location. If the keyring cannot be used, they go to a file that only the user can read. Add
// sets Account.Secrets. Unless replace is true, an account that has the name is an [ErrExists].
func Add(ctx context.Context, a *Account, secrets Secrets, replace bool) (Added, error) {
	var added Added
	if err := a.check(); err != nil {
		return added, err
	}
	err := changeFile(ctx, func(f *file) (err error) {
		if old, err := f.find(a.Name); err == nil {
			if !replace {
				return fmt.Errorf("account %s: %w", old.Name, ErrExists)
			}
			added.Replaced = old
			a.Name = old.Name
			if !sameAPI(old, a) {
				if added.Removed, err = old.removeDir(); err != nil {
					return err
				}
			}
		}
		if added.KeyringError, err = a.writeSecrets(ctx, secrets); err != nil {
			return err
		}
		if old := added.Replaced; old != nil && old.Secrets != a.Secrets {
			if _, err := old.deleteSecrets(ctx); !isMissing(err) {
				added.LeftError = err
			}
		}
		f.set(a)
		if f.current == "" {
			f.setCurrent(a.Name)
			added.Current = true
		}
		return nil
	})
	return added, err
}

// Use makes an account the current one, and returns the name of the one before, which may be empty.
func Use(ctx context.Context, name string) (before string, err error) {
	err = changeFile(ctx, func(f *file) error {
		a, err := f.find(name)
		if err != nil {
			return err
		}
		before = f.current
		f.setCurrent(a.Name)
		return nil
	})
	return before, err
}

// Remove removes an account with its secrets and its directory. It returns what it has removed, even
// with an error, which names what is left.
func Remove(ctx context.Context, name string) (removed []string, err error) {
	var left error
	err = changeFile(ctx, func(f *file) error {
		a, err := f.find(name)
		if err != nil {
			return err
		}
		where, err := a.deleteSecrets(ctx)
		switch {
		case err == nil && where != "":
			removed = append(removed, where)
		case !isMissing(err):
			left = fmt.Errorf("%s: %w", where, err)
		}
		files, err := a.removeDir()
		removed = append(removed, files...)
		left = errors.Join(left, err)
		f.remove(a.Name)
		removed = append(removed, fmt.Sprintf("account %s in %s", a.Name, f.path))
		if current, err := f.find(f.current); err == nil && current == a {
			f.setCurrent("")
			removed = append(removed, "the choice of the current account")
		}
		return nil
	})
	return removed, errors.Join(err, left)
}

// isMissing reports whether there was nothing to delete.
func isMissing(err error) bool {
	return err == nil || errors.Is(err, errNotStored) || errors.Is(err, fs.ErrNotExist)
}

func sameAPI(a, b *Account) bool {
	first, _, _ := a.endpoints() // both are checked
	second, _, _ := b.endpoints()
	return first.String() == second.String()
}

// removeDir removes the directory of the account, and returns the files in it.
func (a *Account) removeDir() (files []string, err error) {
	dir, err := a.Dir()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		files = append(files, filepath.Join(dir, entry.Name()))
	}
	return files, errors.Join(err, os.RemoveAll(dir))
}
