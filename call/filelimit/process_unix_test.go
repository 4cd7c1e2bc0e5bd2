//go:build unix

package filelimit_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call/filelimit"
	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// api is an API with its login service that notes when calls come, and from which program.
type api struct {
	*httptest.Server
	mu    sync.Mutex
	start time.Time
	calls []arrival
	limit int // the call that gets a 429 with Retry-After: 2; 0 for none
}

type arrival struct {
	at      time.Duration
	program string
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{start: time.Now()}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/token" {
			fmt.Fprint(w, `{"access_token":"access","id_token":"id","expires_in":86400,"token_type":"Bearer"}`)
			return
		}
		a.mu.Lock()
		a.calls = append(a.calls, arrival{time.Since(a.start), request.URL.Query().Get("program")})
		limited := len(a.calls) == a.limit
		a.mu.Unlock()
		if limited {
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		fmt.Fprint(w, `{}`)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *api) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.calls)
}

func (a *api) newClient(t *testing.T, path string, options ...xsale.Option) *xsale.Client {
	t.Helper()
	return newClient(t, a.URL, path, options...)
}

func newClient(t *testing.T, url, path string, options ...xsale.Option) *xsale.Client {
	t.Helper()
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithBaseURL(url), xsale.WithTokenURL(url + "/token"),
		xsale.WithCredentials(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("s"), Username: "user", Password: authn.NewSecret("p")}),
		xsale.WithLimiter(filelimit.New(path)),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// program is a separate process that runs one role of TestHelperProcess.
type program struct{ *exec.Cmd }

func startProgram(t *testing.T, role, name string, a *api, path string, perSecond float64) *program {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	command.Env = append(os.Environ(), "XSALE_TEST_ROLE="+role, "XSALE_TEST_NAME="+name, "XSALE_TEST_URL="+a.URL, "XSALE_TEST_PATH="+path,
		"XSALE_TEST_RATE="+strconv.FormatFloat(perSecond, 'g', -1, 64))
	output, outputErr := command.StdoutPipe()
	_, inputErr := command.StdinPipe() // it ends when this process does
	if err := errors.Join(outputErr, inputErr, command.Start()); err != nil {
		t.Fatal(err)
	}
	p := &program{command}
	t.Cleanup(p.end)
	if ready, err := bufio.NewReader(output).ReadString('\n'); ready != "ready\n" {
		t.Fatalf("the program wrote %q, %v, want ready", ready, err)
	}
	return p
}

func (p *program) end() {
	p.Process.Kill()
	p.Wait()
}

// TestHelperProcess is the main function of a program. It does nothing unless another test starts
// it.
func TestHelperProcess(t *testing.T) {
	role, path := os.Getenv("XSALE_TEST_ROLE"), os.Getenv("XSALE_TEST_PATH")
	if role == "" {
		return
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	switch role {
	case "hold":
		filelimit.New(path).Update(t.Context(), "key", func([]byte, time.Time) ([]byte, error) {
			fmt.Println("ready")
			select {}
		})
	case "call":
		var options []xsale.Option
		if perSecond, err := strconv.ParseFloat(os.Getenv("XSALE_TEST_RATE"), 64); err == nil && perSecond > 0 {
			options = append(options, xsale.WithRateLimit(perSecond, 5))
		}
		client := newClient(t, os.Getenv("XSALE_TEST_URL"), path, options...)
		fmt.Println("ready")
		for range 4 {
			go func() {
				for {
					client.Call(t.Context(), "GET", "/x?program="+os.Getenv("XSALE_TEST_NAME"), nil)
				}
			}()
		}
		select {}
	}
}

// Programs that are killed and stopped at random keep the limit together, and do not stop each
// other.
func TestProgramsKeepALimitTogether(t *testing.T) {
	const perSecond, burst, count, duration = 60.0, 5, 6, 4 * time.Second
	a, path := newAPI(t), filepath.Join(t.TempDir(), "limit")
	random := rand.New(rand.NewPCG(1, 2))
	programs := make([]*program, count)
	for i := range programs {
		programs[i] = startProgram(t, "call", strconv.Itoa(i), a, path, perSecond)
	}
	a.mu.Lock()
	first, from := time.Now(), len(a.calls)
	a.mu.Unlock()
	for time.Since(first) < duration {
		i := random.IntN(count)
		if random.IntN(4) == 0 {
			programs[i].end()
			programs[i] = startProgram(t, "call", strconv.Itoa(i), a, path, perSecond)
			continue
		}
		programs[i].Process.Signal(syscall.SIGSTOP)
		time.Sleep(rand.N(200 * time.Millisecond))
		programs[i].Process.Signal(syscall.SIGCONT)
	}
	a.mu.Lock()
	took, calls := time.Since(first), a.calls[from:]
	a.mu.Unlock()
	if most := perSecond*took.Seconds() + burst; float64(len(calls)) > most+1 {
		t.Errorf("%d calls in %v, want at most %v", len(calls), took, most)
	}
	if least := 0.6 * perSecond * took.Seconds(); float64(len(calls)) < least { // slots of killed programs are lost
		t.Errorf("%d calls in %v, want at least %v", len(calls), took, least)
	}
}

// A pause reaches the other programs, also those without a limit, before they send again.
func TestAPauseReachesOtherPrograms(t *testing.T) {
	a, path := newAPI(t), filepath.Join(t.TempDir(), "limit")
	for i := range 3 {
		startProgram(t, "call", strconv.Itoa(i), a, path, 0)
	}
	a.mu.Lock()
	a.limit = len(a.calls) + 50
	a.mu.Unlock()
	for deadline := time.Now().Add(30 * time.Second); a.count() < a.limit; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d calls", a.count())
		}
	}
	time.Sleep(time.Second) // half of the pause
	a.mu.Lock()
	defer a.mu.Unlock()
	limited, programs, late := a.calls[a.limit-1].at, map[string]bool{}, 0
	for _, call := range a.calls {
		programs[call.program] = true
		switch delay := call.at - limited; {
		case delay > 500*time.Millisecond:
			t.Fatalf("program %s sent a call %v after the 429", call.program, delay)
		case delay > 100*time.Millisecond: // a busy machine may delay calls on their way
			late++
		}
	}
	if late > 3 {
		t.Errorf("%d calls came more than 100 ms after the 429", late)
	}
	if len(programs) != 3 {
		t.Errorf("only programs %v have sent calls", programs)
	}
}

// A program that is stopped while it holds the lock delays each of the others once, and briefly.
func TestAStoppedProgramDoesNotStopOthers(t *testing.T) {
	a, path := newAPI(t), filepath.Join(t.TempDir(), "limit")
	var log stub.Log
	logger := slog.New(slog.NewTextHandler(&log, nil))
	client := a.newClient(t, path, xsale.WithRateLimit(20, 1), xsale.WithLogger(logger))
	call := func(count int) time.Duration {
		start := time.Now()
		for range count {
			if _, err := client.Call(t.Context(), "GET", "/x", nil); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(start)
	}
	call(1)
	holder := startProgram(t, "hold", "", a, path, 0)
	holder.Process.Signal(syscall.SIGSTOP)
	if took := call(1); took > time.Second {
		t.Errorf("the first call took %v", took)
	}
	if took := call(20); took < 900*time.Millisecond || took > 3*time.Second {
		t.Errorf("20 calls at 20 a second took %v", took)
	}
	holder.end()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "works again"); call(1) {
		if time.Now().After(deadline) {
			t.Fatalf("the file is not used again: %s", log.String())
		}
	}
	if strings.Count(log.String(), "WARN") != 1 || !strings.Contains(log.String(), path+" is locked by another program") {
		t.Error(log.String())
	}
}
