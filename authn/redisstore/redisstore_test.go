package redisstore_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/redisstore"
	"github.com/xsale-go/xsale/authn/storetest"
	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
	"github.com/xsale-go/xsale/internal/conformance/redisserver"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestStore(t *testing.T) {
	server := redisserver.New(t)
	storetest.Run(t, func(t *testing.T) (authn.Store, authn.Store) {
		prefix := t.Name() + ":"
		return redisstore.New(server.Client(), prefix), redisstore.New(server.Client(), prefix)
	})
}

// login is a login service that counts logins and can reject them.
type login struct {
	*httptest.Server
	posts  atomic.Int32
	delay  time.Duration
	reject atomic.Bool

	mu sync.Mutex
	at []time.Time
}

// mostWithin returns the largest number of logins in any span of the length.
func (l *login) mostWithin(length time.Duration) (most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, from := range l.at {
		count := 0
		for _, at := range l.at[i:] {
			if at.Sub(from) < length {
				count++
			}
		}
		most = max(most, count)
	}
	return most
}

func newLogin(t *testing.T, delay time.Duration) *login {
	t.Helper()
	l := &login{delay: delay}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := l.posts.Add(1)
		l.mu.Lock()
		l.at = append(l.at, time.Now())
		l.mu.Unlock()
		time.Sleep(l.delay)
		if l.reject.Load() {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"Wrong email or password."}`)
			return
		}
		fmt.Fprintf(w, `{"access_token":"canary-access-%d","id_token":"canary-id-%d","expires_in":86400,"token_type":"Bearer"}`, n, n)
	}))
	t.Cleanup(l.Close)
	return l
}

func credentials(password string) authn.CredentialsFunc {
	return authn.Static(authn.Credentials{
		ClientID:     "client",
		ClientSecret: authn.NewSecret("client-secret"),
		Username:     "user",
		Password:     authn.NewSecret(password),
	})
}

func newSource(t *testing.T, server *redisserver.Server, tokenURL, password string) *authn.Source {
	t.Helper()
	source, err := authn.New(authn.Config{
		Credentials: credentials(password),
		TokenURL:    tokenURL,
		Store:       redisstore.New(server.Client(), ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// Without the lock, 8 machines that start together sent 8 logins.
func TestF33_FleetStartsTogether(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 300*time.Millisecond)
	start := make(chan struct{})
	var machines sync.WaitGroup
	for range 8 {
		source := newSource(t, server, service.URL, "password")
		machines.Go(func() {
			<-start
			if _, err := source.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	machines.Wait()
	if posts := service.posts.Load(); posts != 1 {
		t.Errorf("8 machines sent %d logins", posts)
	}
}

// The same with separate processes.
func TestF33_ProcessesShareRedis(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 300*time.Millisecond)
	var starts []io.WriteCloser
	var programs []*exec.Cmd
	for range 8 {
		program := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
		program.Env = append(os.Environ(), "XSALE_TEST_REDIS="+server.Socket, "XSALE_TEST_TOKEN_URL="+service.URL)
		output, outputErr := program.StdoutPipe()
		start, startErr := program.StdinPipe()
		if err := errors.Join(outputErr, startErr, program.Start()); err != nil {
			t.Fatal(err)
		}
		if ready, err := bufio.NewReader(output).ReadString('\n'); ready != "ready\n" {
			t.Fatalf("the program wrote %q, %v, want ready", ready, err)
		}
		starts, programs = append(starts, start), append(programs, program)
	}
	for _, start := range starts {
		start.Close()
	}
	for _, program := range programs {
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	}
	if posts := service.posts.Load(); posts != 1 {
		t.Errorf("8 programs sent %d logins", posts)
	}
}

// TestHelperProcess is one program of the fleet. It does nothing unless another test starts it.
func TestHelperProcess(t *testing.T) {
	socket := os.Getenv("XSALE_TEST_REDIS")
	if socket == "" {
		return
	}
	client := redisserver.Connect(socket)
	defer client.Close()
	source, err := authn.New(authn.Config{Credentials: credentials("password"), TokenURL: os.Getenv("XSALE_TEST_TOKEN_URL"), Store: redisstore.New(client, "")})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil { // until all are ready
		t.Fatal(err)
	}
	if _, err := source.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A fleet with a wrong password tries it once. When failures were not shared, it was tried 8 times.
func TestF05_FleetWithWrongPassword(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 0)
	service.reject.Store(true)
	for range 8 {
		if _, err := newSource(t, server, service.URL, "wrong").Token(t.Context()); err == nil || !strings.Contains(err.Error(), "wrong user name or password") {
			t.Error(err)
		}
	}
	if posts := service.posts.Load(); posts != 1 {
		t.Errorf("8 machines sent the wrong password %d times", posts)
	}
	service.reject.Store(false)
	if _, err := newSource(t, server, service.URL, "right").Token(t.Context()); err != nil || service.posts.Load() != 2 {
		t.Errorf("right password: %v, %d logins", err, service.posts.Load())
	}
}

// When a failure replaced the tokens in the entry, programs with the right password had to log in
// again.
func TestWrongPasswordKeepsStoredTokens(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 0)
	if _, err := newSource(t, server, service.URL, "right").Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	service.reject.Store(true)
	if _, err := newSource(t, server, service.URL, "wrong").Token(t.Context()); err == nil {
		t.Error("a wrong password got the tokens")
	}
	if _, err := newSource(t, server, service.URL, "right").Token(t.Context()); err != nil || service.posts.Load() != 2 {
		t.Errorf("%v, %d logins", err, service.posts.Load())
	}
}

// While Redis is down, a Source logs in without it and keeps its tokens in memory. Afterwards
// tokens are shared again.
func TestF34_RedisRestarts(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 0)
	first := newSource(t, server, service.URL, "password")
	if _, err := first.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if _, err := first.Token(t.Context()); err != nil || service.posts.Load() != 1 {
		t.Errorf("tokens in memory: %v, %d logins", err, service.posts.Load())
	}
	second := newSource(t, server, service.URL, "password")
	for range 20 {
		if _, err := second.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if posts := service.posts.Load(); posts != 2 {
		t.Errorf("a source without its store sent %d logins, want 1", posts-1)
	}

	server.Start() // empty
	if _, err := second.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := newSource(t, server, service.URL, "password").Token(t.Context()); err != nil || service.posts.Load() != 3 {
		t.Errorf("after the restart of Redis: %v, %d logins", err, service.posts.Load())
	}
}

// A machine that was paused beyond its lease tries to save old tokens. Redis rejects their version.
func TestPausedMachineCannotOverwrite(t *testing.T) {
	server := redisserver.New(t)
	paused, other := redisstore.New(server.Client(), ""), redisstore.New(server.Client(), "")
	ctx := t.Context()
	unlock, locked, err := paused.TryLock(ctx, "key", 50*time.Millisecond)
	if err != nil || !locked {
		t.Fatal(locked, err)
	}
	before, err := paused.Load(ctx, "key")
	if err != nil {
		t.Fatal(err)
	}
	var otherUnlock func()
	for locked = false; !locked; { // until the lease expires
		if otherUnlock, locked, err = other.TryLock(ctx, "key", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	expires := time.Now().Add(time.Hour)
	if err := other.Save(ctx, "key", authn.Entry{Data: []byte("new"), Version: before.Version + 1, Expires: expires}); err != nil {
		t.Fatal(err)
	}
	if err := paused.Save(ctx, "key", authn.Entry{Data: []byte("old"), Version: before.Version + 1, Expires: expires}); err != nil {
		t.Fatal(err)
	}
	unlock() // must not free the lock of the other machine
	if entry, err := other.Load(ctx, "key"); err != nil || string(entry.Data) != "new" {
		t.Errorf("stored %q, %v", entry.Data, err)
	}
	if _, locked, err := paused.TryLock(ctx, "key", time.Minute); err != nil || locked {
		t.Errorf("the paused machine freed the lock of the other one: %v, %v", locked, err)
	}
	otherUnlock()
}

// Without the encryption, Redis contained the tokens, and forged ones were used.
func TestRedisSeesNoTokens(t *testing.T) {
	server, service := redisserver.New(t), newLogin(t, 0)
	source := newSource(t, server, service.URL, "canary-password")
	if _, err := source.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	source.Close() // frees the lock
	client := server.Client()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	values, err := client.HGetAll(t.Context(), keys[0]).Result()
	if err != nil || len(values["data"]) < 100 {
		t.Fatal(values, err)
	}
	var entry struct {
		Tokens map[string]struct{ Data []byte } // decodes base64, which would hide a token
	}
	if err := json.Unmarshal([]byte(values["data"]), &entry); err != nil || len(entry.Tokens) != 1 {
		t.Fatalf("no tokens in %q: %v", values["data"], err)
	}
	if all := fmt.Sprintf("%v %v %s", keys, values, entry.Tokens); strings.Contains(all, "canary") || strings.Contains(all, "user") {
		t.Errorf("Redis contains %q", all)
	}

	// Someone with write access to Redis cannot choose the tokens either.
	if err := client.HSet(t.Context(), keys[0], "data", stub.ForgeTokens(t, []byte(values["data"]))).Err(); err != nil {
		t.Fatal(err)
	}
	if token, err := newSource(t, server, service.URL, "canary-password").Token(t.Context()); err != nil || service.posts.Load() != 2 || token.AccessToken() == "forged" {
		t.Errorf("forged tokens: %v, %d logins", err, service.posts.Load())
	}
	if ttl := client.PTTL(t.Context(), keys[0]).Val(); ttl <= 0 || ttl > 24*time.Hour {
		t.Errorf("Redis drops the entry after %v", ttl)
	}
}
