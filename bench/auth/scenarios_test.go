package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// TestScenarios prints what each scenario costs the account, for this module and for programs with
// other libraries, and fails if this module misses a bound. Hours pass in fake time.
func TestScenarios(t *testing.T) {
	header := []any{"", ""}
	for _, library := range libraries {
		header = append(header, library.name)
	}
	table := newTable("What a scenario costs the account: logins sent / calls lost / logins over the limit", append(header, "bound of this module")...)
	for _, scenario := range scenarios {
		t.Run(scenario.id, func(t *testing.T) {
			row := []any{scenario.id, scenario.title}
			for i, library := range libraries {
				if i > 0 && scenario.alone {
					row = append(row, "-")
					continue
				}
				var worst cost
				t.Run(library.name, func(t *testing.T) {
					for name, play := range scenario.variants {
						t.Run(name, func(t *testing.T) {
							cost := playOne(t, library, play)
							if i == 0 {
								scenario.bound.check(t, cost)
							}
							worst = worst.worst(cost)
						})
					}
				})
				row = append(row, scenario.bound.show(worst))
			}
			table.row(append(row, scenario.bound)...)
		})
	}
	table.print()
	fmt.Println(legend)
	for _, library := range libraries {
		fmt.Printf("  %s: %s\n", library.name, library.use)
	}
}

const legend = `Logins sent are all requests to the login service, retries included. A call is lost if it fails although
its organization accepts the account, and there are valid tokens or a login within 30 s would get some.
The limit is 20 logins in any minute. The login service rejects the next ones, which then do not count for
the limit. A row with several inputs has the worst of each column. What the cases saw on Windows runs on
this system here.

Only this module shares a store. With the other libraries, each process logs in by itself, without retries.
For tokens of seconds, they are set to renew in the last tenth. "-": the library has nothing like it. Uses:`

// cost is what the account pays. burst is the most logins in 100 ms.
type cost struct{ logins, lost, over, burst, perMinute int }

func (c cost) worst(other cost) cost {
	return cost{
		max(c.logins, other.logins), max(c.lost, other.lost), max(c.over, other.over),
		max(c.burst, other.burst), max(c.perMinute, other.perMinute),
	}
}

const anyNumber = -1

// bound is the most that this module may cost, and the fewest logins without which it did nothing.
// burst and perMinute are without a bound if 0.
type bound struct {
	fewest int
	cost
}

// show returns the columns with a bound.
func (b bound) show(c cost) string {
	columns := strings.ReplaceAll(fmt.Sprintf("%d / %d / %d", c.logins, c.lost, c.over), fmt.Sprint(anyNumber), "any")
	if b.burst > 0 {
		columns += fmt.Sprintf(", %d in 100 ms", c.burst)
	}
	if b.perMinute > 0 {
		columns += fmt.Sprintf(", %d in 1 min", c.perMinute)
	}
	return columns
}

func (b bound) String() string { return b.show(b.cost) }

func (b bound) check(t *testing.T, c cost) {
	t.Helper()
	above := func(value, bound int) bool { return bound != anyNumber && value > bound }
	if c.logins < b.fewest || above(c.logins, b.logins) || above(c.lost, b.lost) || above(c.over, b.over) ||
		b.burst > 0 && c.burst > b.burst || b.perMinute > 0 && c.perMinute > b.perMinute {
		t.Errorf("cost %s, want at most %v, and at least %d logins", b.show(c), b, b.fewest)
	}
}

// run is a scenario with one library.
type run struct {
	*testing.T
	*service
	library library
	calls   atomic.Int64
	lost    atomic.Int64
}

// playOne runs a variant of a scenario. It begins in a bubble, or makes its own.
func playOne(t *testing.T, library library, play func(*run)) cost {
	r := &run{T: t, service: &service{}, library: library}
	play(r)
	if r.calls.Load() == 0 {
		t.Error("no calls")
	}
	return cost{
		len(r.logins), int(r.lost.Load()), len(r.logins) - len(r.counted),
		r.most(100 * time.Millisecond), r.most(time.Minute),
	}
}

// bubble runs f in fake time.
func bubble(f func(*run)) func(*run) {
	return func(r *run) {
		outer := r.T
		synctest.Test(outer, func(t *testing.T) {
			r.T = t
			f(r)
		})
		r.T = outer
	}
}

// start starts a process. It ends with the bubble.
func (r *run) start(changes ...func(*process)) program {
	r.Helper()
	p := &process{network: &network{service: r.service}, password: func() string { return rightPassword }, secret: "secret"}
	for _, change := range changes {
		change(p)
	}
	program, err := r.library.start(p)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(program.close)
	return program
}

func sharing(store authn.Store) func(*process) { return func(p *process) { p.store = store } }

// served makes a call that a better client would have served.
func (r *run) served(p program) {
	r.calls.Add(1)
	if p.call(r.Context(), "acme") != nil {
		r.lost.Add(1)
	}
}

// denied makes a call that no tokens can serve.
func (r *run) denied(p program) {
	r.calls.Add(1)
	if p.call(r.Context(), "denied") == nil {
		r.Error("a denied call succeeded")
	}
}

// command is a process with one call.
func (r *run) command(call func(program), changes ...func(*process)) {
	p := r.start(changes...)
	call(p)
	p.close()
}

// everySecond calls for a while.
func everySecond(duration time.Duration, call func()) {
	for start := time.Now(); time.Since(start) < duration; time.Sleep(time.Second) {
		call()
	}
}

// scenario is a row of the table. The variants share its bound.
type scenario struct {
	id, title string
	bound     bound
	alone     bool // the other libraries have nothing like it
	variants  map[string]func(*run)
}

// one is a scenario with one input.
func one(f func(*run)) map[string]func(*run) { return map[string]func(*run){"one": bubble(f)} }

var scenarios = []scenario{
	{"A01", "login answered once by a firewall's 403; a daemon and a command", bound{1, cost{5, 120, 0, 0, 0}}, false,
		map[string]func(*run){"one": oneFailure(http.StatusForbidden, "error code: 1020")}},
	{"A02", "the same by a proxy, an ingress or a gateway (9 inputs)", bound{1, cost{5, 120, 0, 0, 0}}, false, map[string]func(*run){
		"404 text":      oneFailure(http.StatusNotFound, "default backend - 404"),
		"401 HTML":      oneFailure(http.StatusUnauthorized, "<html><h1>401 Authorization Required</h1></html>"),
		"400 HTML":      oneFailure(http.StatusBadRequest, "<html><center>nginx</center></html>"),
		"421":           oneFailure(http.StatusMisdirectedRequest, ""),
		"425":           oneFailure(http.StatusTooEarly, ""),
		"407":           oneFailure(http.StatusProxyAuthRequired, ""),
		"431":           oneFailure(http.StatusRequestHeaderFieldsTooLarge, ""),
		"501":           oneFailure(http.StatusNotImplemented, ""),
		"403 Forbidden": oneFailure(http.StatusForbidden, `{"message":"Forbidden"}`),
	}},
	{"A03", "30 processes start, the first is stopped in its login", bound{1, cost{3, 0, 0, 0, 0}}, false, one(func(r *run) {
		r.startTogether(true, sharing(&authn.MemoryStore{}))
	})},
	{"A04", "Redis: the first of 30 is killed; no right to lock (2 inputs)", bound{1, cost{3, 0, 0, 0, 0}}, false, map[string]func(*run){
		"killed":   bubble(func(r *run) { r.startTogether(true, sharing(leases{&authn.MemoryStore{}})) }),
		"no locks": bubble(func(r *run) { r.startTogether(false, sharing(broken{MemoryStore: &authn.MemoryStore{}, locks: true})) }),
	}},
	{"A04", "Redis, read-only or out of memory; 30 start (2 inputs)", bound{1, cost{30, 10, 10, 10, 0}}, false, map[string]func(*run){
		"read-only": bubble(func(r *run) {
			r.startTogether(false, sharing(broken{MemoryStore: &authn.MemoryStore{}, locks: true, saves: true}))
		}),
		"out of memory": bubble(func(r *run) { r.startTogether(false, sharing(broken{MemoryStore: &authn.MemoryStore{}, saves: true})) }),
	}},
	{"A05", "a command 25 times in 6 s, each call gets a 401", bound{1, cost{2, 0, 0, 0, 0}}, false, one(func(r *run) {
		store := sharing(&authn.MemoryStore{})
		for range 25 {
			r.command(r.denied, store)
			time.Sleep(240 * time.Millisecond)
		}
	})},
	{"A06", "a call a second for an hour, each gets a 401", bound{1, cost{12, 0, 0, 0, 0}}, false, one(func(r *run) {
		p := r.start()
		everySecond(time.Hour, func() { r.denied(p) })
	})},
	{"A07", "two organizations for 10 min, one answers 401", bound{1, cost{4, 0, 0, 0, 0}}, false, one(func(r *run) { r.mixed("") })},
	{"A07", "the same with the challenge insufficient_scope", bound{1, cost{1, 0, 0, 0, 0}}, false, one(func(r *run) {
		r.mixed(`Bearer realm="api", error="insufficient_scope"`)
	})},
	{"A08", "502 while the clock is a year ahead; then it is set", bound{1, cost{10, 60, 0, 0, 0}}, false,
		map[string]func(*run){"one": clockSetBack}},
	{"A09", "one 401 while logins fail, then 600 calls elsewhere (3 inputs)", bound{1, cost{anyNumber, 0, 0, 0, 0}}, false, map[string]func(*run){
		"503":     rejectedDuring(&rejection{http.StatusServiceUnavailable, "{}"}),
		"429":     rejectedDuring(&rejection{http.StatusTooManyRequests, "{}"}),
		"blocked": rejectedDuring(&rejection{http.StatusTooManyRequests, `{"error":"too_many_attempts","error_description":"Your account has been blocked"}`}),
	}},
	{"A10", "logins fail while tokens of an hour last; a call a second", bound{1, cost{anyNumber, 0, 0, 0, 0}}, false, one(func(r *run) {
		r.lifetime = time.Hour
		p := r.start()
		r.served(p)
		r.fail(&rejection{http.StatusServiceUnavailable, "{}"}, false)
		everySecond(time.Hour-time.Second, func() { r.served(p) })
	})},
	{"A11", "300 saves next to 8 readers; lost are saves and loads", bound{0, cost{0, 0, 0, 0, 0}}, true,
		map[string]func(*run){"one": savesNextToReaders}},
	{"A12", "30 processes whose tokens have just ended, 10 rounds", bound{10, cost{30, 0, 0, 0, 0}}, false, one(func(r *run) {
		r.lifetime = time.Hour
		dir := r.TempDir()
		var programs []program
		for range 30 {
			programs = append(programs, r.start(sharing(authn.NewDirStore(dir))))
		}
		for range 10 {
			r.together(programs)
			time.Sleep(r.lifetime + time.Minute)
		}
	})},
	{"A21", "two wrong passwords in turn, a call a second for 10 min", bound{1, cost{2, 0, 0, 0, 0}}, false, one(func(r *run) {
		asked := 0
		p := r.start(func(p *process) {
			p.password = func() string {
				asked++
				return fmt.Sprint("wrong-", asked%2)
			}
		})
		everySecond(10*time.Minute, func() { r.denied(p) })
	})},
	{"A30", "tokens of 1 or 2 s, 100 calls a second for 2 min (2 inputs)", bound{1, cost{anyNumber, 0, 0, 0, 19}}, false, map[string]func(*run){
		"1 s": shortLived(time.Second),
		"2 s": shortLived(2 * time.Second),
	}},
	{"A31", "20 starts with two keys or client secrets in turn (2 inputs)", bound{1, cost{2, 0, 0, 0, 0}}, false, map[string]func(*run){
		"keys":    twoPrograms(func(p *process) { p.storeKey = strings.Repeat("k", 32) }),
		"secrets": twoPrograms(func(p *process) { p.secret = "other" }),
	}},
}

// oneFailure is a login service that fails once, with a response that may not be its own.
func oneFailure(status int, body string) func(*run) {
	return bubble(func(r *run) {
		store := sharing(&authn.MemoryStore{})
		r.fail(&rejection{status, body}, true)
		p := r.start(store)
		everySecond(2*time.Minute, func() { r.served(p) })
		r.command(r.served, store)
		everySecond(8*time.Minute, func() { r.served(p) })
	})
}

// startTogether starts 30 processes. If the first is stopped in its login, the others start a second
// later.
func (r *run) startTogether(stop bool, change func(*process)) {
	processes := 30
	if stop {
		processes--
		stopped := make(chan struct{})
		first := r.start(change, func(p *process) { p.network.stopped = stopped })
		var end sync.WaitGroup
		end.Go(func() { first.call(r.Context(), "acme") })
		defer end.Wait()
		defer close(stopped)
		time.Sleep(time.Second)
	}
	var programs []program
	for range processes {
		programs = append(programs, r.start(change))
	}
	r.together(programs)
}

// together makes one call with each program at once.
func (r *run) together(programs []program) {
	var calls sync.WaitGroup
	for _, p := range programs {
		calls.Go(func() { r.served(p) })
	}
	calls.Wait()
}

// leases is a store whose locks outlive a killed program. Logins are shorter than its leases here, so
// that it need not renew them.
type leases struct{ *authn.MemoryStore }

func (l leases) HoldLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	return l.TryLock(ctx, key, lease)
}

// broken is a store with operations that fail.
type broken struct {
	*authn.MemoryStore
	locks, saves bool
}

var errBroken = errors.New("not allowed")

func (b broken) Save(ctx context.Context, key string, entry authn.Entry) error {
	if b.saves {
		return errBroken
	}
	return b.MemoryStore.Save(ctx, key, entry)
}

func (b broken) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	if b.locks {
		return nil, false, errBroken
	}
	return b.MemoryStore.TryLock(ctx, key, lease)
}

func (r *run) mixed(challenge string) {
	r.challenge = challenge
	p := r.start()
	everySecond(10*time.Minute, func() {
		r.denied(p)
		r.served(p)
	})
}

// clockSetBack uses two bubbles: the clock of each starts with the same date, so that the second one
// is where the clock has been set back.
func clockSetBack(r *run) {
	store := sharing(&authn.MemoryStore{})
	bubble(func(r *run) {
		time.Sleep(365 * 24 * time.Hour)
		r.fail(&rejection{http.StatusBadGateway, "<html>"}, false)
		p := r.start(store)
		if p.call(r.Context(), "acme") == nil {
			r.Error("a call succeeded without tokens")
		}
	})(r)
	r.fail(nil, false)
	bubble(func(r *run) {
		p := r.start(store)
		everySecond(2*time.Minute, func() { r.served(p) })
	})(r)
}

func rejectedDuring(failure *rejection) func(*run) {
	return bubble(func(r *run) {
		p := r.start()
		r.served(p)
		r.fail(failure, false)
		r.denied(p)
		everySecond(10*time.Minute, func() { r.served(p) })
	})
}

// savesNextToReaders needs no fake time: nothing waits.
func savesNextToReaders(r *run) {
	store := authn.NewFileStore(filepath.Join(r.TempDir(), "tokens.json"))
	count := func(err error) {
		r.calls.Add(1)
		if err != nil {
			r.lost.Add(1)
		}
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					_, err := store.Load(r.Context(), "key")
					count(err)
				}
			}
		})
	}
	for version := range int64(300) {
		count(store.Save(r.Context(), "key", authn.Entry{Data: []byte("{}"), Version: version + 1, Expires: time.Now().Add(time.Hour)}))
	}
	close(done)
	readers.Wait()
}

func shortLived(lifetime time.Duration) func(*run) {
	return bubble(func(r *run) {
		r.lifetime = lifetime
		p := r.start(func(p *process) { p.lifetime = lifetime })
		var calls sync.WaitGroup
		for range 100 * 120 {
			calls.Go(func() { r.served(p) })
			time.Sleep(10 * time.Millisecond)
		}
		calls.Wait()
	})
}

func twoPrograms(other func(*process)) func(*run) {
	return bubble(func(r *run) {
		store := sharing(&authn.MemoryStore{})
		for range 10 {
			r.command(r.served, store)
			r.command(r.served, store, other)
			time.Sleep(time.Minute)
		}
	})
}
