package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/privatefile"
)

const (
	lockPatience = 2 * time.Second // a login takes less, and a change of the rate microseconds
	lockInterval = 50 * time.Millisecond
)

// checkLock examines the lock that a program holds while it logs in.
func (e *examination) checkLock(ctx context.Context) Check {
	check := Check{Name: "lock", Verdict: OK, Detail: "free"}
	path := e.store.path + ".lock"
	locked, err := held(ctx, path)
	switch {
	case err != nil:
		check.Verdict = Failed
		check.Detail, check.Remedy = explainStorage(err)
	case locked:
		check.Verdict, check.Detail = Warning, fmt.Sprintf("%s is locked%s: a login waits for it", path, byWhom(path, e.Now()))
		check.Remedy = "if this stays for more than a minute, continue or end that program"
	}
	return check
}

// held reports whether another program has a file locked for longer than it should take. A missing
// file is not locked.
func held(ctx context.Context, path string) (bool, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	file, err := privatefile.Open(path, os.O_RDWR)
	if err != nil {
		return false, err
	}
	defer file.Close() // unlocks it, too
	deadline := time.Now().Add(lockPatience)
	for {
		locked, err := filelock.Try(file)
		if err != nil || locked {
			return false, nil // a file system without locks is reported with the store
		}
		if time.Now().After(deadline) {
			return true, nil
		}
		select {
		case <-time.After(lockInterval):
		case <-ctx.Done():
			return true, nil
		}
	}
}

// byWhom describes the program that has a file open, if the system tells.
func byWhom(path string, now time.Time) string {
	holder, ok := holderOf(path)
	if !ok {
		return " by another program"
	}
	text := fmt.Sprintf(" by process %d (%s)", holder.process, holder.name)
	if age := now.Sub(holder.started); age > 0 {
		text += ", which started " + rounded(age) + " ago"
	}
	if holder.stopped {
		text += " and is stopped"
	}
	return text
}

// holder is a process that has a file open.
type holder struct {
	process int
	name    string
	started time.Time
	stopped bool
}
