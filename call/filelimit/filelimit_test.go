package filelimit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/call/filelimit"
)

// update stores a state and returns the one before.
func update(t *testing.T, limiter *filelimit.Limiter, key, state string) string {
	t.Helper()
	var before string
	err := limiter.Update(t.Context(), key, func(stored []byte, now time.Time) ([]byte, error) {
		before = string(stored)
		if age := time.Since(now); age < 0 || age > time.Minute {
			t.Errorf("the time is %v", now)
		}
		return []byte(state), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return before
}

func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "dir", "limit")
	limiter := filelimit.New(path)
	for i, state := range []string{`{"n":1}`, `{"n":2,"long":"` + strings.Repeat("x", 2000) + `"}`, `{"n":3}`} {
		before := update(t, limiter, "a", state)
		if i == 0 && before != "" || i == 1 && before != `{"n":1}` || i == 2 && len(before) < 2000 {
			t.Errorf("update %d: the state was %q", i, before)
		}
	}
	if before := update(t, limiter, "b", `{}`); before != "" {
		t.Errorf("another key has %q", before)
	}
	if before := update(t, filelimit.New(path), "a", `{}`); before != `{"n":3}` {
		t.Errorf("another program reads %q", before)
	}
	failed := errors.New("no")
	if err := limiter.Update(t.Context(), "a", func([]byte, time.Time) ([]byte, error) { return nil, failed }); err != failed {
		t.Error(err)
	}
	if before := update(t, limiter, "a", `{}`); before != `{}` {
		t.Errorf("after a failed update the state is %q", before)
	}
	if limiter.Path() != path {
		t.Error(limiter.Path())
	}
	if os.PathSeparator == '/' {
		file, fileErr := os.Stat(path)
		dir, dirErr := os.Stat(filepath.Dir(path))
		if err := errors.Join(fileErr, dirErr); err != nil || file.Mode().Perm() != 0o600 || dir.Mode().Perm() != 0o700 {
			t.Errorf("modes %v and %v, %v", file.Mode(), dir.Mode(), err)
		}
	}
	if names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(names) != 1 {
		t.Errorf("files: %v, %v", names, err)
	}
}

func TestUpdatesComeOneByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "limit")
	var programs sync.WaitGroup
	for range 8 {
		limiter := filelimit.New(path)
		programs.Go(func() {
			for range 50 {
				err := limiter.Update(t.Context(), "key", func(state []byte, _ time.Time) ([]byte, error) {
					return append([]byte(`1`), state...), nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	programs.Wait()
	if state := update(t, filelimit.New(path), "key", `1`); len(state) != 400 {
		t.Errorf("%d of 400 updates", len(state))
	}
}

// Content of this package that is not valid is passed on as the state, which the Client reports and
// replaces.
func TestInvalidContentIsReplaced(t *testing.T) {
	const own = `{"xsale_rate_limit_states":`
	for name, content := range map[string]string{
		"empty": "", "spaces": "  \n", "zeros": strings.Repeat("\x00", 512), "cut": own + `{"key":{"used":"2026-`, "cut at once": `{"xsale_ra`,
		"other JSON": own + `7}`, "huge": own + strings.Repeat("x", 3<<20),
	} {
		path := filepath.Join(t.TempDir(), "limit")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		limiter := filelimit.New(path)
		if before := update(t, limiter, "key", `{"n":1}`); (before == "") != (strings.Trim(content, " \n\x00") == "") {
			t.Errorf("%s: the state was %.20q", name, before)
		}
		if before := update(t, limiter, "key", `{"n":2}`); before != `{"n":1}` {
			t.Errorf("%s: then the state was %.20q", name, before)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > 1024 {
			t.Errorf("%s: the file has %d bytes, %v", name, info.Size(), err)
		}
	}
}

// A file of something else, such as the tokens or credentials, is not touched.
func TestOtherFilesAreKept(t *testing.T) {
	for _, content := range []string{`{"client_id":"x"}`, `{"entries":{}}`, "text", "null", "[]", "{}", `{"xsale":1}`} {
		path := filepath.Join(t.TempDir(), "limit")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := filelimit.New(path).Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) { return []byte("1"), nil })
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", content, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != content {
			t.Errorf("%s became %q, %v", content, data, err)
		}
	}
}

// Keys that nobody uses any more are dropped.
func TestOldKeysAreDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "limit")
	content := `{"xsale_rate_limit_states":{"old":{"used":"2020-01-01T00:00:00Z","state":{}},"ahead":{"used":"2999-01-01T00:00:00Z","state":{}}}}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	limiter := filelimit.New(path)
	if before := update(t, limiter, "ahead", `{"n":1}`); before != `{}` {
		t.Errorf("a key that a wrong clock has written: %q", before)
	}
	data, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(data), "old") || !strings.Contains(string(data), "ahead") {
		t.Errorf("%s, %v", data, err)
	}
}

// A file that was removed or replaced while a program waited for its lock is not used any more.
func TestTheFileMayBeReplaced(t *testing.T) {
	for _, replaced := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "limit")
		limiter := filelimit.New(path)
		update(t, limiter, "key", `1`)
		var waiting sync.WaitGroup
		err := limiter.Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) {
			waiting.Go(func() { update(t, filelimit.New(path), "key", `3`) })
			time.Sleep(20 * time.Millisecond) // until it waits; without that, the test tests less
			err := os.Remove(path)
			if replaced && err == nil {
				err = os.WriteFile(path, nil, 0o600)
			}
			return []byte(`2`), err
		})
		if err != nil && os.PathSeparator == '/' {
			t.Fatal(err)
		}
		waiting.Wait()
		if before := update(t, limiter, "key", `4`); before != "3" {
			t.Errorf("replaced: %v: the state was %q", replaced, before)
		}
	}
}

func TestUpdateGivesUpWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "limit")
	err := filelimit.New(path).Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := filelimit.New(path).Update(ctx, "key", func([]byte, time.Time) ([]byte, error) { return nil, nil })
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), path+" is locked by another program") || time.Since(start) > 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		return []byte(`1`), nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPathsThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(file, "limit"), ""} {
		err := filelimit.New(path).Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) { return []byte(`1`), nil })
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", path, err)
		}
	}
}
