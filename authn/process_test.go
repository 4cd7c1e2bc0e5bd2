package authn_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
)

// program is a process of its own that runs one role of TestHelperProcess.
type program struct {
	*exec.Cmd
	start io.WriteCloser
}

// startProgram starts a program and returns when it says that it is ready.
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
		t.Fatalf("the program said %q, %v", ready, err)
	}
	return &program{command, start}
}

// TestHelperProcess is a program when another test starts it, and nothing otherwise.
func TestHelperProcess(t *testing.T) {
	role, folder := os.Getenv("XSALE_TEST_ROLE"), os.Getenv("XSALE_TEST_FOLDER")
	untilStarted := func() {
		fmt.Println("ready")
		io.Copy(io.Discard, os.Stdin)
	}
	switch role {
	case "":
		return
	case "login":
		source := newFolderSource(t, os.Getenv("XSALE_TEST_TOKEN_URL"), folder)
		untilStarted()
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	case "hold the lock":
		key := os.Getenv("XSALE_TEST_KEY")
		if _, locked, err := authn.NewDirStore(folder).TryLock(t.Context(), key, time.Minute); err != nil || !locked {
			t.Fatal(locked, err)
		}
		untilStarted() // which never comes
	case "full disk":
		refuseWrites(t)
		source := newFolderSource(t, os.Getenv("XSALE_TEST_TOKEN_URL"), folder)
		untilStarted()
		for range 10 {
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	case "write":
		fmt.Println("ready")
		store := authn.NewDirStore(folder)
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

func newFolderSource(t *testing.T, tokenURL, folder string) *authn.Source {
	t.Helper()
	source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: tokenURL, Store: authn.NewDirStore(folder)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// countingLogin is a login service on loopback that takes 200 ms.
func countingLogin(t *testing.T) (url string, posts *atomic.Int32) {
	t.Helper()
	posts = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := posts.Add(1)
		time.Sleep(200 * time.Millisecond) // so that the programs overlap
		fmt.Fprintf(w, `{"access_token":"access-%d","id_token":"id-%d","expires_in":86400}`, n, n)
	}))
	t.Cleanup(server.Close)
	return server.URL, posts
}

// Taken out: the lock (everybody got it). Then 16 programs sent 16 logins.
func TestF33_ProcessesStartTogether(t *testing.T) {
	folder := t.TempDir()
	url, posts := countingLogin(t)
	var programs []*program
	for range 16 {
		programs = append(programs, startProgram(t, "login", "XSALE_TEST_FOLDER="+folder, "XSALE_TEST_TOKEN_URL="+url))
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

// Taken out: the lock of the system (a lock file was made and removed). Then nobody got the lock after the program that
// held it had been killed, and the next one waited half a minute for it.
func TestF33_KilledInsideTheLock(t *testing.T) {
	folder := t.TempDir()
	url, posts := countingLogin(t)
	source := newFolderSource(t, url, folder)
	key, err := source.StoreKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	holder := startProgram(t, "hold the lock", "XSALE_TEST_FOLDER="+folder, "XSALE_TEST_KEY="+key)
	if _, locked, err := authn.NewDirStore(folder).TryLock(t.Context(), key, time.Minute); err != nil || locked {
		t.Fatalf("the program does not hold the lock: %v, %v", locked, err)
	}
	holder.Process.Kill()
	holder.Wait()
	seen := &recorder{}
	waiting, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: authn.NewDirStore(folder), Observer: seen})
	check(t, err)
	defer waiting.Close()
	if _, err := waiting.Token(t.Context()); err != nil || posts.Load() != 1 || len(seen.operations) > 0 {
		t.Errorf("%v, %d logins, the store failed in %q", err, posts.Load(), seen.operations)
	}
	if _, err := newFolderSource(t, url, folder).Token(t.Context()); err != nil || posts.Load() != 1 {
		t.Errorf("the pair was not stored: %v, %d logins", err, posts.Load())
	}
}

// Taken out: the rename (the file was written in place). Then a part of an entry was read.
func TestF33_KilledInsideTheWrite(t *testing.T) {
	for range 10 {
		folder := t.TempDir()
		writer := startProgram(t, "write", "XSALE_TEST_FOLDER="+folder)
		store := authn.NewDirStore(folder)
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
		for check() < 5 { // so that it is in the middle of its work
		}
		writer.Process.Kill()
		writer.Wait()
		last := check()
		if err := store.Save(t.Context(), "key", bigEntry(last+1)); err != nil || check() != last+1 {
			t.Fatalf("the store cannot be used any more: %v", err)
		}
	}
}

// recorder keeps the operations in which the store failed.
type recorder struct{ operations []string }

func (r *recorder) TokenChanged(*authn.Token, bool) {}
func (r *recorder) LoginFailed(*authn.Error)        {}
func (r *recorder) StoreDegraded(operation string, err error) {
	r.operations = append(r.operations, fmt.Sprintf("%s: %v", operation, err))
}

// Taken out: checkPrivate. Then the pair of a file that everyone could write was used, and the links were followed.
// Taken out: carrying on without the store. Then the calls failed.
func TestF34_FilesThatCannotBeTrusted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the permissions of files are of Unix")
	}
	for name, test := range map[string]struct {
		spoil func(t *testing.T, file string)
		kept  bool // the file must stay as it is
	}{
		"readable by others": {func(t *testing.T, file string) { check(t, os.Chmod(file, 0o644)) }, true},
		"writable by group":  {func(t *testing.T, file string) { check(t, os.Chmod(file, 0o620)) }, true},
		"a link": {func(t *testing.T, file string) {
			check(t, os.Rename(file, file+".real"))
			check(t, os.Symlink(file+".real", file))
		}, true},
		"a folder": {func(t *testing.T, file string) {
			check(t, os.Remove(file))
			check(t, os.Mkdir(file, 0o700))
		}, true},
		"of another user": {func(t *testing.T, file string) {
			if os.Geteuid() == 0 {
				check(t, os.Chown(file, 12345, -1))
			} else {
				check(t, os.Chmod(file, 0o666)) // only root can give a file away
			}
		}, true},
		"garbage":           {func(t *testing.T, file string) { check(t, os.WriteFile(file, []byte("\x00garbage"), 0o600)) }, false},
		"empty":             {func(t *testing.T, file string) { check(t, os.WriteFile(file, nil, 0o600)) }, false},
		"of an older kind":  {func(t *testing.T, file string) { check(t, os.WriteFile(file, []byte(`{"access_token":"a"}`), 0o600)) }, false},
		"a pair put there":  {putPair, false},
		"a thousand of MiB": {func(t *testing.T, file string) { check(t, os.Truncate(file, 1<<30)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			url, posts := countingLogin(t)
			first := newFolderSource(t, url, folder)
			if _, err := first.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			key, err := first.StoreKey(t.Context())
			check(t, err)
			file := filepath.Join(folder, key+".json")
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("%v, %v", info, err)
			}
			test.spoil(t, file)
			before := describe(t, file)

			seen := &recorder{}
			source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: authn.NewDirStore(folder), Observer: seen})
			check(t, err)
			defer source.Close()
			for range 10 {
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if posts.Load() != 2 {
				t.Errorf("%d logins", posts.Load()-1)
			}
			if test.kept && describe(t, file) != before {
				t.Errorf("the file was changed: %s, before %s", describe(t, file), before)
			}
			if test.kept && len(seen.operations) == 0 {
				t.Error("nobody was told")
			}
			if !test.kept {
				if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the file was not replaced by a good one: %v, %v", info, err)
				}
				if _, err := newFolderSource(t, url, folder).Token(t.Context()); err != nil || posts.Load() != 2 {
					t.Errorf("the new pair was not stored: %v, %d logins", err, posts.Load())
				}
			}
		})
	}
}

// putPair puts another pair into the entry, as somebody could who can write the file and knows its form.
func putPair(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	check(t, err)
	var stored authn.Entry
	var members map[string]any
	check(t, errors.Join(json.Unmarshal(data, &stored), json.Unmarshal(data, &members)))
	members["data"] = forgePair(t, stored.Data)
	data, err = json.Marshal(members)
	check(t, errors.Join(err, os.WriteFile(file, data, 0o600)))
}

// forgePair returns the data of an entry with the pair replaced by one that is not encrypted, as somebody would write it who
// knows the form but not the key.
func forgePair(t *testing.T, data []byte) []byte {
	t.Helper()
	var parts map[string]map[string]any
	if err := json.Unmarshal(data, &parts); err != nil || parts["pair"] == nil {
		t.Fatalf("no pair in the entry: %v", err)
	}
	parts["pair"]["data"] = fmt.Appendf(nil, `{"access_token":"forged","id_token":"forged","issued_at":%q,"expires_at":%q}`,
		time.Now().UTC().Format(time.RFC3339), time.Now().UTC().Add(time.Hour).Format(time.RFC3339))
	forged, err := json.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	return forged
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

// Taken out: carrying on without the store. Then the calls failed.
func TestF34_FoldersThatCannotBeUsed(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(occupied, nil, 0o600))
	for name, store := range map[string]authn.Store{
		"a file in the place of the folder": authn.NewDirStore(filepath.Join(occupied, "folder")),
		"a folder in the place of the file": authn.NewFileStore(t.TempDir()),
		"a folder that nobody can make":     authn.NewDirStore("/dev/null/folder"),
	} {
		t.Run(name, func(t *testing.T) {
			url, posts := countingLogin(t)
			seen := &recorder{}
			source, err := authn.New(authn.Config{Credentials: authn.Static(testCredentials), TokenURL: url, Store: store, Observer: seen})
			check(t, err)
			defer source.Close()
			for range 10 {
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if posts.Load() != 1 || len(seen.operations) == 0 {
				t.Errorf("%d logins, the observer was told %q", posts.Load(), seen.operations)
			}
		})
	}
}

// Taken out: any of the members in keyOf, and the lengths in hashFields. Then two of the accounts shared a pair.
func TestF35_AccountsNeverCross(t *testing.T) {
	folder := t.TempDir()
	url, posts := countingLogin(t)
	other, otherPosts := countingLogin(t)
	base := authn.Config{TokenURL: url, Store: authn.NewDirStore(folder), EncryptionKey: authn.NewSecret(strings.Repeat("k", 32))}
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
			with(func(a *authn.Config, c *authn.Credentials) { c.ClientID, a.Audience = "clienthttps:", "//api.xsale.ai" }), // the same letters
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
		t.Errorf("%d and %d logins for 6 and 1 accounts, %d keys", posts.Load(), otherPosts.Load(), len(seen))
	}
}

// One file that two accounts use in turn never gives one the pair of the other. Taken out: the key in the file together
// with the binding of the encryption to it. Then the second account got the pair of the first.
func TestF35_OneFileForTwoAccounts(t *testing.T) {
	url, posts := countingLogin(t)
	store := authn.NewFileStore(filepath.Join(t.TempDir(), "tokens.json"))
	var last string
	for i := range 4 {
		credentials := testCredentials
		credentials.Username = []string{"one", "two"}[i%2]
		source, err := authn.New(authn.Config{Credentials: authn.Static(credentials), TokenURL: url, Store: store, EncryptionKey: authn.NewSecret(strings.Repeat("k", 32))})
		check(t, err)
		token, err := source.Token(t.Context())
		if err != nil || token.AccessToken() == last {
			t.Errorf("%s got the pair of the other: %v", credentials.Username, err)
		}
		last = token.AccessToken()
		source.Close()
	}
	if posts.Load() != 4 {
		t.Errorf("%d logins", posts.Load())
	}
}
