// Package filelimit shares a rate limit among the programs of one user on one machine through a
// file.
//
//	limiter := filelimit.New("/var/lib/importer/acme.limit")
//	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRateLimit(1.6, 1), xsale.WithLimiter(limiter))
//
// Only the owner can read the file, and it contains no secret. The system frees the lock on it when
// a program dies. If a program is stopped while it holds the lock, or the disk fails, each of the
// others goes on with its share of the limit; see [call.Limiter].
package filelimit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/filelock"
	"github.com/xsale-go/xsale/internal/privatefile"
)

const (
	maxFileBytes = 1 << 20
	blockBytes   = 512              // the file is written in whole blocks
	lockInterval = time.Millisecond // between two tries to lock the file, on average
	keptFor      = 24 * time.Hour   // after the last use
)

// Limiter is a [call.Limiter] in a file. It is safe for concurrent use.
type Limiter struct{ path string }

// New returns a Limiter in the named file, for the programs that use one account of the vendor. The
// file is created if missing, with mode 0600, and its directory with mode 0700. A symbolic link or
// another irregular file is rejected and, except on Windows, a file or a directory that another
// user could read or replace, as an [github.com/xsale-go/xsale/authn.FileStore] does. The file must
// be on a local disk: network file systems do not lock reliably. On a system without file locks,
// such as Plan 9, each program goes on alone.
func New(path string) *Limiter { return &Limiter{path} }

var _ call.Limiter = (*Limiter)(nil)

// Path returns the name of the file.
func (l *Limiter) Path() string { return l.path }

// content is that of the file: the state of each key.
type content struct {
	States map[string]entry `json:"xsale_rate_limit_states"`
}

// beginning is that of a file of this package. Nothing else is overwritten.
const beginning = `{"xsale_rate_limit_states":`

type entry struct {
	Used  time.Time       `json:"used"`
	State json.RawMessage `json:"state"`
}

// Update implements [call.Limiter]. The clock is the machine's.
func (l *Limiter) Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	file, err := l.lock(ctx)
	if err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	defer file.Close() // unlocks it, too
	old, err := io.ReadAll(io.LimitReader(file, maxFileBytes))
	if err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	if !own(old) {
		return fmt.Errorf("rate limit: %s is not a rate limit file: name another file, or remove it", l.path)
	}
	var all content
	var garbage []byte
	if len(bytes.Trim(old, emptyBytes)) > 0 && json.Unmarshal(old, &all) != nil {
		all, garbage = content{}, old // which change reports
	}
	if all.States == nil {
		all.States = map[string]entry{}
	}
	now := time.Now().Round(0)
	stored := []byte(all.States[key].State)
	if garbage != nil {
		stored = garbage
	}
	state, err := change(stored, now)
	if err != nil {
		return err
	}
	for other, entry := range all.States {
		if age := now.Sub(entry.Used); age > keptFor || age < -keptFor {
			delete(all.States, other)
		}
	}
	all.States[key] = entry{now, state}
	data, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	length := len(old)
	if garbage != nil {
		length, err = 0, file.Truncate(0)
	}
	if err := errors.Join(err, overwrite(file, data, length)); err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	return nil
}

// emptyBytes are those of an empty file, also after a crash.
const emptyBytes = " \t\r\n\x00"

// own reports whether a file was written by this package, perhaps in part, or is empty.
func own(data []byte) bool {
	data = bytes.Trim(data, emptyBytes)
	return bytes.HasPrefix(data, []byte(beginning)[:min(len(data), len(beginning))])
}

// overwrite replaces the content in one write, which a killed program makes whole or not at all.
// Spaces fill the last block, so that the file need not be cut. It is not forced to the disk: after
// a crash of the machine, the state is old or invalid, and replaced.
func overwrite(file *os.File, data []byte, length int) error {
	size := max(length, len(data)+1)
	size = (size + blockBytes - 1) / blockBytes * blockBytes
	padded := append(data, bytes.Repeat([]byte{' '}, size-len(data))...)
	padded[len(padded)-1] = '\n'
	_, err := file.WriteAt(padded, 0)
	return err
}

// lock opens and locks the file.
func (l *Limiter) lock(ctx context.Context) (*os.File, error) {
	for {
		if err := privatefile.MakeParent(l.path); err != nil {
			return nil, err
		}
		if err := privatefile.CheckParent(l.path); err != nil {
			return nil, err
		}
		file, err := privatefile.Open(l.path, os.O_CREATE|os.O_RDWR)
		if err != nil {
			return nil, err
		}
		if err := waitForLock(ctx, file); err != nil {
			file.Close()
			return nil, err
		}
		locked, err := file.Stat()
		if current, nowErr := os.Lstat(l.path); err == nil && nowErr == nil && os.SameFile(locked, current) {
			return file, nil
		}
		file.Close() // it was removed meanwhile
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
	}
}

// waitForLock waits at random intervals: no system call waits for a lock until a deadline. Programs
// hold it for microseconds.
func waitForLock(ctx context.Context, file *os.File) error {
	for {
		locked, err := filelock.Try(file)
		if locked || err != nil {
			return err
		}
		select {
		case <-time.After(rand.N(2 * lockInterval)):
		case <-ctx.Done():
			return fmt.Errorf("%s is locked by another program: %w", file.Name(), context.Cause(ctx))
		}
	}
}
