package orders

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	modernc "modernc.org/sqlite"

	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

// lives contains the life of the program that has a file open, by the path of the file.
var lives sync.Map

// Every connection of this process asks the life of its program before a commit.
func init() {
	modernc.RegisterConnectionHook(func(connection modernc.ExecQuerierContext, location string) error {
		parsed, err := url.Parse(location)
		if err != nil {
			return err
		}
		found, ok := lives.Load(parsed.Path)
		if !ok || parsed.Query().Has("observer") {
			return nil
		}
		connection.(modernc.HookRegisterer).RegisterCommitHook(func() int32 {
			if found.(*life).happens(nil) {
				return 0
			}
			return 1 // rolls back
		})
		return nil
	})
}

// file is a SQLite database.
type file struct{ path string }

// newFile returns a path in memory if there is such a directory. The system outlives each program, so
// waiting for a disk would prove nothing.
func newFile(t testing.TB) *file {
	parent := "/dev/shm"
	if _, err := os.Stat(parent); err != nil {
		parent = ""
	}
	dir, err := os.MkdirTemp(parent, "orders")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	f := &file{filepath.Join(dir, "orders.db")}
	if err := os.WriteFile(f.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// mortal is a file that a program has opened. Its lock ends with the program.
type mortal struct {
	*sqlite.Database
	life *life

	mu      sync.Mutex
	release func()
}

func (m *mortal) Claim(ctx context.Context, workers int) (func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.life.isDead() {
		return nil, errDead
	}
	var err error
	m.release, err = m.Database.Claim(ctx, workers)
	return m.release, err
}

// end frees the file. The dead program cannot connect again.
func (m *mortal) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.release != nil {
		m.release()
	}
	m.Close()
}

func (f *file) open(ctx context.Context, l *life) (transfer.Database[*sql.Tx], error) {
	lives.Store(f.path, l)
	database, err := sqlite.Open(ctx, f.path)
	if err != nil {
		return nil, err
	}
	m := &mortal{Database: database, life: l}
	l.atDeath(m.end)
	return m, nil
}

func (f *file) programs() int { return 1 }

func (f *file) observe(t testing.TB) *observer {
	db, err := sql.Open("sqlite", "file:"+f.path+"?observer=1&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &observer{t, db, func(column, shift string) string {
		return "strftime('%Y-%m-%d %H:%M:%f', " + column + ", '" + shift + "')"
	}}
}
