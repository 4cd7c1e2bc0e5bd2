//go:build unix

// Package herd lets many programs share the logins of an account while some of them are killed and
// stopped.
package herd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/redisstore"
	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
	"github.com/xsale-go/xsale/internal/conformance/redisserver"
)

const (
	programs     = 30
	victims      = 6 // in a round, half of them killed and half stopped
	loginTimeout = 6 * time.Second
)

// order tells a program where to get tokens.
type order struct {
	URL           string
	Dir           string // of a file store, or
	Redis, Prefix string
}

// outcome is what the program got.
type outcome struct{ Token, Err string }

// TestHelperProcess is the main function of a program. It does nothing unless another test starts
// it.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("XSALE_TEST_ROLE") != "herd" {
		return
	}
	orders, outcomes := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o order
		if err := orders.Decode(&o); err == io.EOF {
			os.Exit(0)
		} else if err != nil {
			t.Fatal(err)
		}
		if err := outcomes.Encode(o.carryOut(t)); err != nil {
			t.Fatal(err)
		}
	}
}

func (o order) carryOut(t *testing.T) outcome {
	var store authn.Store = authn.NewDirStore(o.Dir)
	if o.Redis != "" {
		client := redisserver.Connect(o.Redis)
		defer client.Close()
		store = redisstore.New(client, o.Prefix)
	}
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password")}),
		TokenURL:    o.URL, Store: store, LoginTimeout: loginTimeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	token, err := source.Token(t.Context())
	if err != nil {
		return outcome{Err: err.Error()}
	}
	return outcome{Token: token.AccessToken() + " " + token.IDToken()}
}

// program is a process that carries out orders.
type program struct {
	command  *exec.Cmd
	orders   io.WriteCloser
	outcomes chan outcome // closed when the process ends
}

func start(t *testing.T) *program {
	t.Helper()
	p := &program{command: exec.Command(os.Args[0], "-test.run=^TestHelperProcess$"), outcomes: make(chan outcome, 1)}
	p.command.Env = append(os.Environ(), "XSALE_TEST_ROLE=herd")
	p.command.Stderr = os.Stderr
	var err error
	if p.orders, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.outcomes)
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			var a outcome
			if json.Unmarshal(lines.Bytes(), &a) == nil {
				p.outcomes <- a
			}
		}
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *program) kill() {
	p.command.Process.Kill()
	p.command.Wait()
}

func (p *program) signal(t *testing.T, signal os.Signal) {
	if err := p.command.Process.Signal(signal); err != nil {
		t.Error(err)
	}
}

// service is a login service that counts the logins of each round, which is the path of its URL.
type service struct {
	*httptest.Server
	logins sync.Map // path to *atomic.Int32
}

func newService(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.count(r.URL.Path).Add(1)
		time.Sleep(50*time.Millisecond + rand.N(200*time.Millisecond))
		fmt.Fprintf(w, `{"access_token":"access%s-%d","id_token":"id%[1]s-%[2]d","expires_in":86400}`, r.URL.Path, n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) count(path string) *atomic.Int32 {
	count, _ := s.logins.LoadOrStore(path, new(atomic.Int32))
	return count.(*atomic.Int32)
}

// rounds is the number of rounds for each store: HERD_ROUNDS, or a few.
func rounds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("HERD_ROUNDS"))
	if err != nil || n < 1 {
		return 5
	}
	return n
}

// In each round thirty programs without tokens start at once, and random ones are killed and
// stopped. When a stopped program had the lock, all the others logged in after half a minute.
func TestA03_KilledAndStoppedPrograms(t *testing.T) {
	t.Run("files", func(t *testing.T) {
		run(t, func(round int) order { return order{Dir: filepath.Join(t.TempDir(), strconv.Itoa(round))} })
	})
	t.Run("Redis", func(t *testing.T) {
		server := redisserver.New(t)
		run(t, func(round int) order { return order{Redis: server.Socket, Prefix: fmt.Sprintf("round-%d:", round)} })
	})
}

func run(t *testing.T, orderOf func(round int) order) {
	service := newService(t)
	var herd []*program
	for range programs {
		herd = append(herd, start(t))
	}
	total, worst := 0, 0
	var slowest time.Duration
	for round := range rounds(t) {
		path := fmt.Sprintf("/round-%d", round)
		o := orderOf(round)
		o.URL = service.URL + path
		data, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, p := range herd {
			if _, err := p.orders.Write(append(data, '\n')); err != nil {
				t.Fatal(err)
			}
		}
		harm(t, herd, path)
		logins := int(service.count(path).Load())
		total, worst, slowest = total+logins, max(worst, logins), max(slowest, time.Since(began))
		if logins > 4 || logins < 1 {
			t.Errorf("round %d: %d logins", round, logins)
		}
	}
	mean := float64(total) / float64(rounds(t))
	t.Logf("%d rounds of %d programs: %.2f logins a round, at most %d; the slowest round took %v", rounds(t), programs, mean, worst, slowest.Round(time.Millisecond))
	if mean > 1.2 && rounds(t) >= 50 { // a few rounds say nothing of the mean
		t.Errorf("%.2f logins a round", mean)
	}
}

// harm kills and stops random programs at random moments, waits for the others, continues the
// stopped ones and waits for them, and replaces the killed ones.
func harm(t *testing.T, herd []*program, path string) {
	picked := rand.Perm(len(herd))[:victims]
	killed, stopped := picked[:victims/2], picked[victims/2:]
	var hands sync.WaitGroup
	for i, victim := range picked {
		hands.Go(func() {
			time.Sleep(rand.N(400 * time.Millisecond)) // a random moment of the login, not a wait for one
			if i < len(killed) {
				herd[victim].kill()
			} else {
				herd[victim].signal(t, syscall.SIGSTOP)
			}
		})
	}
	hands.Wait()
	await := func(p *program, who string) {
		select {
		case a := <-p.outcomes:
			if !valid(a, path) {
				t.Errorf("%s %s: %+v", path, who, a)
			}
		case <-time.After(2 * loginTimeout):
			t.Errorf("%s %s hangs", path, who)
		}
	}
	harmed := map[int]bool{}
	for _, victim := range picked {
		harmed[victim] = true
	}
	for i, p := range herd {
		if !harmed[i] {
			await(p, "a program")
		}
	}
	for _, victim := range stopped {
		herd[victim].signal(t, syscall.SIGCONT)
	}
	for _, victim := range stopped {
		await(herd[victim], "a stopped program")
	}
	for _, victim := range killed {
		herd[victim] = start(t)
	}
}

// valid reports whether the program got both tokens of one login of the round.
func valid(a outcome, path string) bool {
	access, id, ok := strings.Cut(a.Token, " ")
	return ok && strings.HasPrefix(access, "access"+path+"-") && strings.TrimPrefix(access, "access") == strings.TrimPrefix(id, "id")
}
