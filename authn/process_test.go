package authn_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// program is a separate process that runs one role of TestHelperProcess.
type program struct {
	*exec.Cmd
	start io.WriteCloser
}

// startProgram starts a program and waits until it is ready.
func startProgram(t *testing.T, role string, environment ...string) *program {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	command.Env = append(append(os.Environ(), "XSALE_TEST_ROLE="+role), environment...)
	command.Stderr = os.Stderr
	output, outputErr := command.StdoutPipe()
	start, startErr := command.StdinPipe()
	if err := errors.Join(outputErr, startErr, command.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	if ready, err := bufio.NewReader(output).ReadString('\n'); ready != "ready\n" {
		t.Fatalf("the program wrote %q, %v, want ready", ready, err)
	}
	return &program{command, start}
}

// TestHelperProcess is the main function of a program. It does nothing unless another test
// starts it.
func TestHelperProcess(t *testing.T) {
	role, dir := os.Getenv("XSALE_TEST_ROLE"), os.Getenv("XSALE_TEST_DIR")
	untilStarted := func() {
		fmt.Println("ready")
		io.Copy(io.Discard, os.Stdin)
	}
	switch role {
	case "":
		return
	case "login":
		source := newDirSource(t, os.Getenv("XSALE_TEST_TOKEN_URL"), dir)
		untilStarted()
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	case "lock":
		key := os.Getenv("XSALE_TEST_KEY")
		if _, locked, err := authn.NewDirStore(dir).TryLock(t.Context(), key, time.Minute); err != nil || !locked {
			t.Fatal(locked, err)
		}
		untilStarted() // forever
	case "full disk":
		failWrites(t)
		source := newDirSource(t, os.Getenv("XSALE_TEST_TOKEN_URL"), dir)
		untilStarted()
		for range 10 {
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	case "write":
		fmt.Println("ready")
		store := authn.NewDirStore(dir)
		for version := int64(1); ; version++ {
			if err := store.Save(t.Context(), "key", bigEntry(version)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func bigEntry(version int64) authn.Entry {
	return authn.Entry{Data: bytes.Repeat([]byte{byte(version)}, 100_000), Version: version, Expires: time.Now().Add(time.Hour)}
}

var testCredentials = authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password")}

func newDirSource(t *testing.T, tokenURL, dir string) *authn.Source {
	t.Helper()
	source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: tokenURL, Store: authn.NewDirStore(dir)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// countingLogin starts a login service on loopback that takes 200 ms and counts logins.
func countingLogin(t *testing.T) (url string, posts *atomic.Int32) {
	t.Helper()
	posts = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := posts.Add(1)
		time.Sleep(200 * time.Millisecond) // long enough for the programs to overlap
		fmt.Fprintf(w, `{"access_token":"access-%d","id_token":"id-%d","expires_in":86400}`, n, n)
	}))
	t.Cleanup(server.Close)
	return server.URL, posts
}

// Without the lock, 16 programs sent 16 logins.
func TestF33_ProcessesStartTogether(t *testing.T) {
	dir := t.TempDir()
	url, posts := countingLogin(t)
	var programs []*program
	for range 16 {
		programs = append(programs, startProgram(t, "login", "XSALE_TEST_DIR="+dir, "XSALE_TEST_TOKEN_URL="+url))
	}
	for _, program := range programs {
		program.start.Close()
	}
	for _, program := range programs {
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	}
	if posts.Load() != 1 {
		t.Errorf("16 programs sent %d logins", posts.Load())
	}
}

// When the lock was a file that is created and removed, nobody could take it after its holder had
// been killed, and the next program waited half a minute.
func TestF33_KilledWhileHoldingLock(t *testing.T) {
	dir := t.TempDir()
	url, posts := countingLogin(t)
	source := newDirSource(t, url, dir)
	key, err := source.StoreKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	holder := startProgram(t, "lock", "XSALE_TEST_DIR="+dir, "XSALE_TEST_KEY="+key)
	if _, locked, err := authn.NewDirStore(dir).TryLock(t.Context(), key, time.Minute); err != nil || locked {
		t.Fatalf("TryLock: %v, %v, want false while the program has the lock", locked, err)
	}
	holder.Process.Kill()
	holder.Wait()
	seen := &recorder{}
	waiting, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: authn.NewDirStore(dir), Observer: seen})
	check(t, err)
	defer waiting.Close()
	if _, err := waiting.Token(t.Context()); err != nil || posts.Load() != 1 || len(seen.operations) > 0 {
		t.Errorf("%v, %d logins, store failures %q", err, posts.Load(), seen.operations)
	}
	if _, err := newDirSource(t, url, dir).Token(t.Context()); err != nil || posts.Load() != 1 {
		t.Errorf("tokens were not stored: %v, %d logins", err, posts.Load())
	}
}

// When the file was written in place instead of renamed, a partial entry was read.
func TestF33_KilledWhileWriting(t *testing.T) {
	for range 10 {
		dir := t.TempDir()
		writer := startProgram(t, "write", "XSALE_TEST_DIR="+dir)
		store := authn.NewDirStore(dir)
		check := func() int64 {
			entry, err := store.Load(t.Context(), "key")
			if err != nil {
				t.Fatalf("torn: %v", err)
			}
			if entry.Version > 0 && !bytes.Equal(entry.Data, bigEntry(entry.Version).Data) {
				t.Fatalf("torn: version %d", entry.Version)
			}
			return entry.Version
		}
		for check() < 5 { // until the writer is busy
		}
		writer.Process.Kill()
		writer.Wait()
		last := check()
		if err := store.Save(t.Context(), "key", bigEntry(last+1)); err != nil || check() != last+1 {
			t.Fatalf("the store is unusable afterwards: %v", err)
		}
	}
}

// recorder records the failed operations of a store.
type recorder struct{ operations []string }

func (r *recorder) TokenChanged(*authn.Token, bool) {}
func (r *recorder) LoginFailed(*authn.Error)        {}
func (r *recorder) StoreDegraded(operation string, err error) {
	r.operations = append(r.operations, fmt.Sprintf("%s: %v", operation, err))
}

// Without the check of owner and mode, tokens were read from a file that everyone could write, and
// links were followed. When a store failure was fatal, the calls failed.
func TestF34_UntrustedFiles(t *testing.T) {
	windows := runtime.GOOS == "windows"
	for name, test := range map[string]struct {
		spoil func(t *testing.T, file string)
		kept  bool // the file must not change
	}{
		"readable by others": {func(t *testing.T, file string) { check(t, os.Chmod(file, 0o644)) }, true},
		"writable by group":  {func(t *testing.T, file string) { check(t, os.Chmod(file, 0o620)) }, true},
		"symbolic link": {func(t *testing.T, file string) {
			check(t, os.Rename(file, file+".real"))
			check(t, os.Symlink(file+".real", file))
		}, true},
		"directory": {func(t *testing.T, file string) {
			check(t, os.Remove(file))
			check(t, os.Mkdir(file, 0o700))
		}, true},
		"owned by another user": {func(t *testing.T, file string) {
			if os.Geteuid() == 0 {
				check(t, os.Chown(file, 12345, -1))
			} else {
				check(t, os.Chmod(file, 0o666)) // only root can chown
			}
		}, true},
		"garbage":        {func(t *testing.T, file string) { check(t, os.WriteFile(file, []byte("\x00garbage"), 0o600)) }, false},
		"empty":          {func(t *testing.T, file string) { check(t, os.WriteFile(file, nil, 0o600)) }, false},
		"other format":   {func(t *testing.T, file string) { check(t, os.WriteFile(file, []byte(`{"access_token":"a"}`), 0o600)) }, false},
		"planted tokens": {plantTokens, false},
		"1 GiB":          {func(t *testing.T, file string) { check(t, os.Truncate(file, 1<<30)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if windows && test.kept && name != "directory" {
				t.Skip("needs owners, modes and links of Unix")
			}
			dir := t.TempDir()
			url, posts := countingLogin(t)
			first := newDirSource(t, url, dir)
			if _, err := first.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			key, err := first.StoreKey(t.Context())
			check(t, err)
			first.Close() // saves first
			file := filepath.Join(dir, key+".json")
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && !windows {
				t.Fatalf("%v, %v", info, err)
			}
			test.spoil(t, file)
			before := describe(t, file)

			seen := &recorder{}
			source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: authn.NewDirStore(dir), Observer: seen, LoginTimeout: 4 * time.Second})
			check(t, err)
			defer source.Close()
			for range 10 {
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			source.Close() // saves first
			if posts.Load() != 2 {
				t.Errorf("%d logins", posts.Load()-1)
			}
			if test.kept && describe(t, file) != before {
				t.Errorf("the file changed: %s, before %s", describe(t, file), before)
			}
			if test.kept && len(seen.operations) == 0 {
				t.Error("the observer received nothing")
			}
			if !test.kept {
				if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && !windows {
					t.Errorf("the file was not replaced: %v, %v", info, err)
				}
				if _, err := newDirSource(t, url, dir).Token(t.Context()); err != nil || posts.Load() != 2 {
					t.Errorf("new tokens were not stored: %v, %d logins", err, posts.Load())
				}
			}
		})
	}
}

// plantTokens replaces the tokens in the file, as someone with write access could.
func plantTokens(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	check(t, err)
	var stored struct {
		Entries map[string]authn.Entry `json:"entries"`
	}
	check(t, json.Unmarshal(data, &stored))
	for key, entry := range stored.Entries {
		entry.Data = stub.ForgeTokens(t, entry.Data)
		stored.Entries[key] = entry
	}
	data, err = json.Marshal(stored)
	check(t, errors.Join(err, os.WriteFile(file, data, 0o600)))
}

func describe(t *testing.T, file string) string {
	t.Helper()
	info, err := os.Lstat(file)
	check(t, err)
	return fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// When a store failure was fatal, the calls failed.
func TestF34_UnusableDirectories(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(occupied, nil, 0o600))
	for name, store := range map[string]authn.Store{
		"a file instead of the directory": authn.NewDirStore(filepath.Join(occupied, "dir")),
		"a directory instead of the file": authn.NewFileStore(t.TempDir()),
		"a directory that cannot exist":   authn.NewDirStore("/dev/null/dir"),
	} {
		t.Run(name, func(t *testing.T) {
			url, posts := countingLogin(t)
			seen := &recorder{}
			source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: store, Observer: seen, LoginTimeout: 4 * time.Second})
			check(t, err)
			defer source.Close()
			for range 10 {
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if posts.Load() != 1 || len(seen.operations) == 0 {
				t.Errorf("%d logins, store failures %q", posts.Load(), seen.operations)
			}
		})
	}
}

// Without any of the fields in keyOf, or the lengths in hashFields, two of the accounts shared
// tokens.
func TestF35_AccountsNeverShareTokens(t *testing.T) {
	dir := t.TempDir()
	url, posts := countingLogin(t)
	other, otherPosts := countingLogin(t)
	base := authn.Config{TokenURL: url, Store: authn.NewDirStore(dir), EncryptionKey: authn.NewSecret(strings.Repeat("k", 32))}
	with := func(change func(*authn.Config, *authn.Credentials)) authn.Config {
		config, credentials := base, testCredentials
		change(&config, &credentials)
		config.Credentials = authn.Static(credentials)
		return config
	}
	seen := map[string]bool{}
	for range 2 {
		for _, config := range []authn.Config{
			with(func(*authn.Config, *authn.Credentials) {}),
			with(func(_ *authn.Config, c *authn.Credentials) { c.Username = "other" }),
			with(func(_ *authn.Config, c *authn.Credentials) { c.ClientID = "other" }),
			with(func(a *authn.Config, c *authn.Credentials) { c.ClientID, a.Audience = "clienthttps:", "//api.xsale.ai" }), // the same concatenation
			with(func(c *authn.Config, _ *authn.Credentials) { c.Audience = "https://other.example" }),
			with(func(c *authn.Config, _ *authn.Credentials) { c.Scope = "openid other" }),
			with(func(c *authn.Config, _ *authn.Credentials) { c.TokenURL = other }),
		} {
			source, err := authn.New(config)
			check(t, err)
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			key, err := source.StoreKey(t.Context())
			check(t, err)
			seen[key] = true
			source.Close()
		}
	}
	if posts.Load() != 6 || otherPosts.Load() != 1 || len(seen) != 7 {
		t.Errorf("%d and %d logins, %d keys, want 6, 1 and 7", posts.Load(), otherPosts.Load(), len(seen))
	}
}

// Two accounts that use one file in turn keep their tokens and never get those of each other. When
// the file had one entry, each turn was a login.
func TestF35_OneFileForTwoAccounts(t *testing.T) {
	url, posts := countingLogin(t)
	store := authn.NewFileStore(filepath.Join(t.TempDir(), "tokens.json"))
	got := map[string]map[string]bool{"one": {}, "two": {}}
	for i := range 4 {
		credentials := testCredentials
		credentials.Username = []string{"one", "two"}[i%2]
		source, err := authn.New(authn.Config{Credentials: authn.Static(credentials), TokenURL: url, Store: store, EncryptionKey: authn.NewSecret(strings.Repeat("k", 32))})
		check(t, err)
		token, err := source.Token(t.Context())
		check(t, err)
		got[credentials.Username][token.AccessToken()] = true
		source.Close()
	}
	if posts.Load() != 2 || len(got["one"]) != 1 || len(got["two"]) != 1 || maps.Equal(got["one"], got["two"]) {
		t.Errorf("%d logins, tokens %v", posts.Load(), got)
	}
}
