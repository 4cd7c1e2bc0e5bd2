package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// storage is the token store of the settings. It observes the token source.
type storage struct {
	store authn.Store // nil for none
	files *authn.FileStore
	err   error  // why the setting is not valid
	path  string // of the account's file, once the account is known

	mu       sync.Mutex
	degraded []error
}

func (e *examination) openStore() storage {
	store, err := authn.ParseStore(e.setting(TokenStore).Value)
	files, _ := store.(*authn.FileStore)
	return storage{store: store, files: files, err: err}
}

// TokenChanged implements [authn.Observer].
func (*storage) TokenChanged(*authn.Token, bool) {}

// LoginFailed implements [authn.Observer].
func (*storage) LoginFailed(*authn.Error) {}

// StoreDegraded implements [authn.Observer].
func (s *storage) StoreDegraded(_ string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.degraded = append(s.degraded, err)
}

// failure returns the first failure that the token source has met.
func (s *storage) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.degraded) == 0 {
		return nil
	}
	return s.degraded[0]
}

const storeRemedy = "name a directory of yours on a local disk with --token-store or XSALE_TOKEN_STORE, such as ~/xsale/"

// checkStore examines the token store, its lock, and what is in it.
func (e *examination) checkStore(ctx context.Context) []Check {
	from := e.setting(TokenStore).From
	skip := func(reason string) []Check {
		return []Check{{Name: "lock", Verdict: Skipped, Detail: reason}, {Name: "rate", Verdict: Skipped, Detail: reason}}
	}
	switch {
	case e.store.err != nil:
		return append([]Check{{Name: "store", Verdict: Failed, Detail: fmt.Sprintf("%v (from %s)", e.store.err, from), Remedy: storeRemedy}}, skip("there is no token store")...)
	case e.store.files == nil:
		return append([]Check{{Name: "store", Verdict: Warning, Detail: fmt.Sprintf("tokens are kept in memory (from %s): each command logs in for itself", from), Remedy: storeRemedy}},
			skip("there is no token store")...)
	}
	e.store.path = e.store.files.Path("")
	if e.source == nil {
		check, _ := e.checkFiles(e.store.path, false)
		return append([]Check{check}, skip("the account is not known: see configuration and credentials")...)
	}
	key, err := e.source.StoreKey(ctx)
	if err == nil {
		e.store.path = e.store.files.Path(key)
	}
	store, usable := e.checkFiles(e.store.path, true)
	if !usable {
		return append([]Check{store}, skip("the token store cannot be used")...)
	}
	if status, err := e.source.Status(ctx); err == nil {
		e.status.Store(&status)
	}
	if err := e.store.failure(); store.Verdict == OK && err != nil {
		store.Verdict, store.Detail = Warning, err.Error()
		store.Remedy = "the next login replaces the entry; if this stays, remove " + e.store.path
	}
	return []Check{store, e.checkLock(ctx), e.checkRate(ctx)}
}

// checkFiles examines the file of a store and its directory. With file it is one of an account;
// otherwise only the directory is known.
func (e *examination) checkFiles(path string, file bool) (check Check, usable bool) {
	check = Check{Name: "store", Verdict: OK, Detail: filepath.Dir(path)}
	dir, err := existing(filepath.Dir(path))
	if err == nil && dir == filepath.Dir(path) {
		err = privatefile.CheckParent(path)
	} else if err == nil {
		check.Detail += " does not exist yet, and will be created"
	}
	if err == nil {
		err = tryDir(dir)
	}
	if err != nil && !errors.Is(err, errNoLocks) {
		check.Verdict = Failed
		check.Detail, check.Remedy = explainStorage(err)
		return check, false
	}
	var problems []problem
	if err != nil {
		problems = append(problems, problem{Warning, fmt.Sprintf("the file system of %s cannot lock files, so programs do not wait for each other's login", dir), storeRemedy})
	} else if kind := networkFileSystem(dir); kind != "" {
		problems = append(problems, problem{Warning, fmt.Sprintf("%s is on a network file system (%s), whose locks are not reliable", dir, kind), storeRemedy})
	}
	if file {
		data, err := privatefile.Read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			check.Verdict = Failed
			check.Detail, check.Remedy = explainStorage(err)
			return check, false
		case !validStore(data):
			problems = append(problems, problem{Warning, fmt.Sprintf("token file %s is damaged", path), "remove it; the next login replaces it too"})
		}
	}
	if from := e.setting(TokenStore).From; !filepath.IsAbs(path) && !strings.HasPrefix(from, "-") {
		problems = append(problems, problem{Warning, fmt.Sprintf("%s is a relative path: each working directory has its own tokens", from), "write an absolute path into " + from})
	}
	if count := leftovers(dir, filepath.Base(path), e.Now()); count > 0 {
		problems = append(problems, problem{Warning, fmt.Sprintf("%s has %d temporary files of programs that were killed", dir, count), "remove the files whose names begin with a dot and end in .tmp; the next login in this store removes its own"})
	}
	return summary("store", problems, check.Detail), true
}

// existing returns the directory, or the first above it that exists.
func existing(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s is not a directory", dir)
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir:
			return "", err
		}
		dir = filepath.Dir(dir)
	}
}

var errNoLocks = errors.New("no locks")

// tryDir writes a file as large as some tokens, locks it and removes it.
func tryDir(dir string) error {
	file, err := os.CreateTemp(dir, ".xsale-doctor-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(make([]byte, 16<<10)); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if locked, err := filelock.Try(file); err != nil || !locked {
		return errNoLocks
	}
	return nil
}

// explainStorage returns what is wrong with a file or directory.
func explainStorage(err error) (detail, remedy string) {
	if detail, remedy := splitRemedy(err.Error()); remedy != "" {
		if strings.Contains(detail, "(mode D") { // of a device, which must stay
			remedy = storeRemedy
		}
		return detail, remedy
	}
	reason := err
	where := ""
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		reason, where = failed.Err, failed.Path
		if strings.HasPrefix(filepath.Base(where), ".xsale-doctor-") {
			where = filepath.Dir(where)
		}
		where += ": "
	}
	detail = where + reason.Error()
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG):
		return detail, "free space on the disk, or raise the limit of this user; or " + storeRemedy
	case errors.Is(err, syscall.EROFS):
		return detail, "mount the file system for writing, or " + storeRemedy
	case errors.Is(err, fs.ErrPermission):
		return detail, "give this user the right to read and write there, or " + storeRemedy
	}
	return detail, storeRemedy
}

// validStore reports whether data is what a file store writes. An empty file is not.
func validStore(data []byte) bool { return hasObject(data, "entries") }

// leftoverAge is an age that no temporary file of a running program has.
const leftoverAge = time.Hour

// leftovers counts the temporary files of stores that killed programs left in a directory: of the
// named one, or those of accounts.
func leftovers(dir, name string, now time.Time) (count int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	ours := regexp.MustCompile(`^\.(?:[0-9a-f]{64}\.json|` + regexp.QuoteMeta(name) + `)\.[0-9]+\.tmp$`)
	for _, entry := range entries {
		if !ours.MatchString(entry.Name()) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > leftoverAge {
			count++
		}
	}
	return count
}

// checkData examines the directory of the databases of order transfers.
func (e *examination) checkData(context.Context) []Check {
	check := Check{Name: "data", Verdict: OK}
	info, err := os.Stat(e.DataDir)
	if e.DataDir == "" || errors.Is(err, fs.ErrNotExist) {
		check.Verdict, check.Detail = Skipped, "no order has been transferred by this user"
		return []Check{check}
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a directory", e.DataDir)
	}
	if err == nil {
		err = tryDir(e.DataDir)
	}
	check.Detail = e.DataDir
	if err != nil && !errors.Is(err, errNoLocks) {
		check.Verdict = Failed
		check.Detail, check.Remedy = explainStorage(err)
		check.Remedy = strings.ReplaceAll(check.Remedy, storeRemedy, "name another file with --database")
	} else if kind := networkFileSystem(e.DataDir); kind != "" || err != nil {
		check.Verdict = Warning
		check.Detail = e.DataDir + " is on a file system whose locks are not reliable"
		check.Remedy = "name a file on a local disk with --database"
	}
	return []Check{check}
}
