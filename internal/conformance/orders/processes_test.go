//go:build unix

package orders

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/pgserver"
	_ "github.com/xsale-go/xsale/internal/conformance/quickexit"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/transfer/postgres"
	"github.com/xsale-go/xsale/transfer/sqlite"
)

// task is the task of a process.
type task struct {
	World    string // "pull", "pull with a transaction" or "push"
	Seed     chance
	Life     int
	URL      string // of the systems on both ends
	File     string // of SQLite, or
	Location string // of PostgreSQL
}

// TestWorkerProcess is the main function of a process. It does nothing unless another test starts it.
func TestWorkerProcess(t *testing.T) {
	text := os.Getenv("ORDERS_TASK")
	if text == "" {
		return
	}
	var k task
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		io.Copy(io.Discard, os.Stdin) // ends with the test
		stop()
	}()
	timeout = 10 * time.Second // a process that is stopped has more time
	var err error
	if k.File != "" {
		var database *sqlite.Database
		if database, err = sqlite.Open(ctx, k.File); err == nil {
			err = work(ctx, k, database)
		}
	} else {
		var database *postgres.Database
		if database, err = postgres.Open(ctx, k.Location); err == nil {
			err = work(ctx, k, database)
		}
	}
	if ctx.Err() == nil {
		t.Fatal(err)
	}
}

// work runs a flow again and again.
func work[Tx any](ctx context.Context, k task, database transfer.Database[Tx]) error {
	outside, l := &absent{k}, &life{number: k.Life}
	for ctx.Err() == nil {
		var err error
		if k.World == "push" {
			push := pushFlow(k.Seed, l, database, outside, false)
			if _, err = push.AddAll(ctx, outside.placed(ctx)); err == nil {
				_, err = push.Run(ctx)
			}
		} else {
			_, err = pullFlow(k.Seed, l, database, outside, k.World != "pull").Run(ctx)
		}
		if err != nil && !errors.Is(err, errDown) && !errors.Is(err, errBroken) {
			return err
		}
		time.Sleep(5 * time.Millisecond) // until there is more
	}
	return nil
}

// absent represents the systems at both ends to a program in another process.
type absent struct{ task }

// question is a call of a system, and reply is what it returns.
type question struct {
	What    string
	Life    int
	Item    transfer.Item[order]
	Outcome transfer.Outcome
}

type reply struct {
	ID       int64
	Found    bool
	Elements []element
	Error    string // of faults
	Panic    string
}

// element is an element of a list, or an error in its position.
type element struct {
	Order order
	Unfit json.RawMessage `json:",omitempty"`
	Error string
}

func (a *absent) ask(ctx context.Context, q question) (reply, error) {
	q.Life = a.Life
	body, err := json.Marshal(q)
	if err != nil {
		return reply{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	var r reply
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
		return reply{}, err
	}
	if r.Panic != "" {
		panic(r.Panic)
	}
	return r, faults[r.Error]
}

func (a *absent) list(ctx context.Context) iter.Seq2[order, error] {
	return func(yield func(order, error) bool) {
		r, err := a.ask(ctx, question{What: "list"})
		for _, e := range r.Elements {
			err := faults[e.Error]
			if e.Unfit != nil {
				err = &call.ElementError{JSON: e.Unfit, Err: errors.New("want a string")}
			}
			if !yield(e.Order, err) {
				return
			}
		}
		if err != nil {
			yield(order{}, err)
		}
	}
}

func (a *absent) placed(ctx context.Context) iter.Seq2[string, order] {
	return func(yield func(string, order) bool) {
		r, _ := a.ask(ctx, question{What: "placed"})
		for id := range r.ID {
			if !yield(key(id+1), order{id + 1, total(id + 1)}) {
				return
			}
		}
	}
}

func (a *absent) fault(ctx context.Context, step string, item transfer.Item[order]) error {
	_, err := a.ask(ctx, question{What: "fault", Item: item})
	return err
}

func (a *absent) handle(ctx context.Context, item transfer.Item[order]) error {
	_, err := a.ask(ctx, question{What: "handle", Item: item})
	return err
}

func (a *absent) handOver(ctx context.Context, item transfer.Item[order], outcome transfer.Outcome) error {
	_, err := a.ask(ctx, question{What: "hand-over", Item: item, Outcome: outcome})
	return err
}

func (a *absent) send(ctx context.Context, item transfer.Item[order]) (int64, error) {
	r, err := a.ask(ctx, question{What: "send", Item: item})
	return r.ID, err
}

func (a *absent) find(ctx context.Context, item transfer.Item[order]) (int64, bool, error) {
	r, err := a.ask(ctx, question{What: "find", Item: item})
	return r.ID, r.Found, err
}

// herd runs processes in a world, and kills them.
type herd[Tx any] struct {
	t      *testing.T
	task   task
	pulls  *pulls[Tx] // or
	pushes *pushes[Tx]

	mu      sync.Mutex
	asked   *sync.Cond
	count   int                  // calls
	workers map[int]*worker      // by life, those of the past included
	touched map[string]int       // the life that asked about an element last
	left    map[string]time.Time // elements of the last killed process that nobody has taken up
	resumed []time.Duration      // from the start of a process to its first element
	taken   []time.Duration      // from a kill until somebody takes up an element
}

// worker is a process.
type worker struct {
	life    *life
	command *exec.Cmd
	stdin   io.Closer
	started time.Time
	first   bool // it has asked about an element
}

// start starts a process.
func (h *herd[Tx]) start() *worker {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := h.task
	k.Life = len(h.workers) + 1
	text, err := json.Marshal(k)
	if err != nil {
		h.t.Fatal(err)
	}
	w := &worker{life: &life{number: k.Life}, command: exec.Command(os.Args[0], "-test.run=^TestWorkerProcess$"), started: time.Now()}
	zones := []string{"Europe/Warsaw", "UTC", "America/New_York", "Pacific/Kiritimati"}
	w.command.Env = append(os.Environ(), "ORDERS_TASK="+string(text), "TZ="+zones[k.Life%len(zones)])
	w.command.Stdout, w.command.Stderr = os.Stderr, os.Stderr
	if w.stdin, err = w.command.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	h.workers[k.Life] = w
	if err := w.command.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { w.command.Process.Kill() })
	return w
}

// kill kills a process. Its pending calls have no effect.
func (h *herd[Tx]) kill(w *worker) {
	if err := w.command.Process.Kill(); err != nil {
		h.t.Error(err)
	}
	w.command.Wait()
	w.life.mu.Lock()
	w.life.dead = true
	w.life.mu.Unlock()
	h.mu.Lock()
	clear(h.left) // the last kill counts, after which the others live on
	for key, life := range h.touched {
		if life == w.life.number {
			h.left[key] = time.Now()
		}
	}
	h.taken = nil
	h.mu.Unlock()
	if h.pulls != nil {
		h.pulls.afterDeath(w.life)
	}
}

// wait waits for a number of calls.
func (h *herd[Tx]) wait(calls int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for until := h.count + calls; h.count < until; {
		h.asked.Wait()
	}
}

// run kills processes, each after a few calls, and then lets the last ones finish.
func (h *herd[Tx]) run(c chance, programs, rounds int, arrive func(int), size int, finished func() bool) {
	var working []*worker
	for range programs {
		working = append(working, h.start())
	}
	var stopped *worker
	for round := range rounds {
		arrive(size * (round + 1) / rounds)
		h.wait(1 + c.below(8*programs, "calls", round))
		if stopped != nil && round%20 != 11 { // one in 20 is taken for dead if anybody can be
			stopped.command.Process.Signal(syscall.SIGCONT)
			stopped = nil
		}
		at := c.below(programs, "which", round)
		h.kill(working[at])
		working[at] = h.start()
		if programs > 1 && round%10 == 0 {
			if stopped != nil {
				stopped.command.Process.Signal(syscall.SIGCONT)
			}
			stopped = working[(at+1)%programs]
			stopped.command.Process.Signal(syscall.SIGSTOP)
		}
	}
	if stopped != nil {
		stopped.command.Process.Signal(syscall.SIGCONT)
	}
	for !finished() && !h.t.Failed() {
		h.wait(1)
	}
	for _, w := range working {
		w.stdin.Close()
		if err := w.command.Wait(); err != nil {
			h.t.Error(err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	slices.Sort(h.resumed)
	h.t.Logf("%d processes killed; from the start of one to its first element: %v in the middle, %v at most",
		rounds, h.resumed[len(h.resumed)/2], h.resumed[len(h.resumed)-1])
	if len(h.taken) > 0 {
		h.t.Logf("after the last kill, its elements were taken up within %v", slices.Max(h.taken))
	}
	if programs == 1 && rounds > 50 && h.resumed[len(h.resumed)/2] > time.Second {
		h.t.Error("a process resumes too late: want less than a second")
	}
}

// ServeHTTP executes a call of a process.
func (h *herd[Tx]) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	var q question
	if err := json.NewDecoder(request.Body).Decode(&q); err != nil {
		return // the process died
	}
	h.mu.Lock()
	w := h.workers[q.Life]
	if q.Item.Key != "" {
		if !w.first {
			w.first = true
			h.resumed = append(h.resumed, time.Since(w.started))
		}
		if since, ok := h.left[q.Item.Key]; ok && !w.life.isDead() {
			delete(h.left, q.Item.Key)
			h.taken = append(h.taken, time.Since(since))
		}
		h.touched[q.Item.Key] = q.Life
	}
	h.mu.Unlock()
	r := h.answer(request.Context(), w, q)
	json.NewEncoder(response).Encode(r)
	h.mu.Lock()
	h.count++
	if q.What == "hand-over" && r.Error == "" && r.Panic == "" {
		delete(h.touched, q.Item.Key)
	}
	h.mu.Unlock()
	h.asked.Broadcast()
}

func (h *herd[Tx]) answer(ctx context.Context, w *worker, q question) (r reply) {
	defer func() {
		if value := recover(); value != nil {
			r.Panic = fmt.Sprint(value)
		}
	}()
	var err error
	switch q.What {
	case "placed":
		r.ID = h.pushes.placed.Load()
	case "send":
		r.ID, err = (&presentVendor{h.pushes.vendor, w.life}).send(ctx, q.Item)
	case "find":
		r.ID, r.Found, err = (&presentVendor{h.pushes.vendor, w.life}).find(ctx, q.Item)
	case "fault":
		err = (&present[Tx]{h.pulls, w.life}).fault(ctx, "handle", q.Item)
	case "handle":
		err = (&present[Tx]{h.pulls, w.life}).handle(ctx, q.Item)
	case "hand-over":
		err = (&present[Tx]{h.pulls, w.life}).handOver(ctx, q.Item, q.Outcome)
	case "list":
		for o, err := range h.pulls.source.list(w.life)(ctx) {
			e := element{Order: o, Error: name(err)}
			if unfit, ok := errors.AsType[*call.ElementError](err); ok {
				e.Unfit = unfit.JSON
			}
			r.Elements = append(r.Elements, e)
		}
	}
	r.Error = name(err)
	return r
}

// name returns the name of a fault.
func name(err error) string {
	for name, fault := range faults {
		if err == fault {
			return name
		}
	}
	return ""
}

// kills runs processes in a world of each kind.
func kills[Tx any](t *testing.T, newStore func(testing.TB) (store[Tx], task), programs int) {
	rounds := 3 // for each kind
	if given := os.Getenv("ORDERS_ROUNDS"); given != "" {
		if _, err := fmt.Sscan(given, &rounds); err != nil {
			t.Fatalf("ORDERS_ROUNDS %q: %v", given, err)
		}
	}
	const seed = 1
	var all group
	size := 10 * rounds
	for _, world := range []string{"pull", "pull with a transaction", "push"} {
		all.run(t, world, func(t *testing.T) {
			s, task := newStore(t)
			h := &herd[Tx]{t: t, task: task, workers: map[int]*worker{}, touched: map[string]int{}, left: map[string]time.Time{}}
			h.asked = sync.NewCond(&h.mu)
			service := httptest.NewServer(h)
			defer service.Close()
			h.task.World, h.task.Seed, h.task.URL = world, seed, service.URL
			s.observe(t).exec("CREATE TABLE erp (id bigint)")
			if world == "push" {
				h.pushes = newPushes(t, seed, s, false, size, rounds)
				h.run(seed, programs, rounds, h.pushes.arrive, size, h.pushes.complete)
				h.pushes.lives, h.pushes.deaths = len(h.workers), rounds
				h.pushes.check()
				return
			}
			h.pulls = newPulls(t, seed, s, world != "pull", size, rounds)
			h.run(seed, programs, rounds, h.pulls.arrive, size, h.pulls.complete)
			h.pulls.lives, h.pulls.deaths = len(h.workers), rounds
			h.pulls.check()
		})
	}
	all.Wait()
}

// TestKilledProcessesOnSQLite is not parallel: for a moment a new process has all files of this one,
// with the locks of other tests.
func TestKilledProcessesOnSQLite(t *testing.T) {
	kills(t, func(t testing.TB) (store[*sql.Tx], task) {
		f := newFile(t)
		return f, task{File: f.path}
	}, 1)
}

func TestKilledProcessesOnPostgreSQL(t *testing.T) {
	server := pgserver.New(t)
	kills(t, func(t testing.TB) (store[pgx.Tx], task) {
		s := newServer(t, server)
		return s, task{Location: s.location}
	}, 3)
}
