package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
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
	fmt.Printf("%s/%s, fake time\n\n", runtime.GOOS, runtime.GOARCH)
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
					for name, play := range scenario.inputs {
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

const legend = `Logins sent: requests to the login service, retries included.
Calls lost: calls that fail although the organization accepts the account, and although there are valid
tokens or a login within 30 s would get some. Calls that must fail do not count.
Over the limit: logins after 20 others in a minute. The login service rejects them with too_many_logins,
and does not count them for the limit.
A row with several inputs has the worst of each column. "-": the library has nothing like it. A11 and A12
are cases from Windows; this run is on the system above.

Only this module has a store that programs share. With the other libraries, each process logs in, without
retries; a program may keep a token in a file of its own, which is not measured. For tokens of seconds,
they renew in the last tenth of the lifetime, not earlier. How each library is used:`

// scenario is a row of the table. The inputs share its bound.
type scenario struct {
	id, title string
	bound     bound
	alone     bool // the other libraries have nothing like it
	inputs    map[string]func(*run)
}

// one is the input of a scenario that has no others.
func one(play func(*run)) map[string]func(*run) { return map[string]func(*run){"one": play} }

var scenarios = []scenario{{
	id: "A01", title: "a firewall rejects one login; a daemon and a command",
	bound:  bound{cost{logins: 5, lost: 120}, 2}, // a call a second for two minutes
	inputs: one(oneFailure(http.StatusForbidden, "error code: 1020")),
}, {
	id: "A02", title: "the same with a proxy, an ingress or a gateway (9 inputs)",
	bound: bound{cost{logins: 5, lost: 120}, 2},
	inputs: map[string]func(*run){
		"404 text":      oneFailure(http.StatusNotFound, "default backend - 404"),
		"401 HTML":      oneFailure(http.StatusUnauthorized, "<html><h1>401 Authorization Required</h1></html>"),
		"400 HTML":      oneFailure(http.StatusBadRequest, "<html><center>nginx</center></html>"),
		"421":           oneFailure(http.StatusMisdirectedRequest, ""),
		"425":           oneFailure(http.StatusTooEarly, ""),
		"407":           oneFailure(http.StatusProxyAuthRequired, ""),
		"431":           oneFailure(http.StatusRequestHeaderFieldsTooLarge, ""),
		"501":           oneFailure(http.StatusNotImplemented, ""),
		"403 Forbidden": oneFailure(http.StatusForbidden, `{"message":"Forbidden"}`),
	},
}, {
	id: "A03", title: "30 processes start, the first is stopped in its login",
	bound:  bound{cost{logins: 3}, 1},
	inputs: one(startTogether(true, func() authn.Store { return &authn.MemoryStore{} })),
}, {
	id: "A04", title: "Redis: the first of 30 is killed; no right to lock (2 inputs)",
	bound: bound{cost{logins: 3}, 1},
	inputs: map[string]func(*run){
		"killed":   startTogether(true, func() authn.Store { return leases{&authn.MemoryStore{}} }),
		"no locks": startTogether(false, func() authn.Store { return broken{MemoryStore: &authn.MemoryStore{}, locks: true} }),
	},
}, {
	id: "A04", title: "Redis, read-only or out of memory; 30 start (2 inputs)",
	bound: bound{cost{logins: 30, lost: 10, over: 10, burst: 15}, 30}, // jitter: at most half at once
	inputs: map[string]func(*run){
		"read-only":     startTogether(false, func() authn.Store { return broken{MemoryStore: &authn.MemoryStore{}, locks: true, saves: true} }),
		"out of memory": startTogether(false, func() authn.Store { return broken{MemoryStore: &authn.MemoryStore{}, saves: true} }),
	},
}, {
	id: "A05", title: "a command 25 times in 6 s, each call gets a 401",
	bound: bound{cost{logins: 2}, 1},
	inputs: one(bubble(func(r *run) {
		store := sharing(&authn.MemoryStore{})
		for range 25 {
			r.command(r.denied, store)
			time.Sleep(240 * time.Millisecond)
		}
	})),
}, {
	id: "A06", title: "a call a second for an hour, each gets a 401",
	bound: bound{cost{logins: 12}, 1},
	inputs: one(bubble(func(r *run) {
		p := r.start()
		everySecond(time.Hour, func() { r.denied(p) })
	})),
}, {
	id: "A07", title: "two organizations for 10 min, one rejects all calls",
	bound:  bound{cost{logins: 4}, 1},
	inputs: one(twoOrganizations("")),
}, {
	id: "A07", title: "the same, and says insufficient_scope",
	bound:  bound{cost{logins: 1}, 1},
	inputs: one(twoOrganizations(`Bearer realm="api", error="insufficient_scope"`)),
}, {
	id: "A08", title: "502 while the clock is a year ahead; then it is set",
	bound:  bound{cost{logins: 10, lost: 60}, 2}, // a call a second for a minute
	inputs: one(clockSetBack),
}, {
	id: "A09", title: "one 401 while logins fail, then 600 calls elsewhere (3 inputs)",
	bound: bound{cost{logins: anyNumber}, 1},
	inputs: map[string]func(*run){
		"503":     rejectedDuring(&rejection{http.StatusServiceUnavailable, "{}"}),
		"429":     rejectedDuring(&rejection{http.StatusTooManyRequests, "{}"}),
		"blocked": rejectedDuring(&rejection{http.StatusTooManyRequests, `{"error":"too_many_attempts"}`}),
	},
}, {
	id: "A10", title: "logins fail while tokens of an hour last; a call a second",
	bound: bound{cost{logins: anyNumber}, 1},
	inputs: one(bubble(func(r *run) {
		r.lifetime = time.Hour
		p := r.start()
		r.served(p)
		r.fail(&rejection{http.StatusServiceUnavailable, "{}"}, false)
		everySecond(r.lifetime-time.Second, func() { r.served(p) })
	})),
}, {
	id: "A11", title: "300 saves next to 8 readers; lost are saves and loads",
	alone:  true,
	inputs: one(savesNextToReaders),
}, {
	id: "A12", title: "30 processes whose tokens have just ended, 10 rounds",
	bound: bound{cost{logins: 30}, 10},
	inputs: one(bubble(func(r *run) {
		r.lifetime = time.Hour
		store := sharing(authn.NewDirStore(r.TempDir()))
		programs := r.startMany(30, store)
		for range 10 {
			r.together(programs)
			time.Sleep(r.lifetime + time.Minute)
		}
	})),
}, {
	id: "A21", title: "two wrong passwords in turn, a call a second for 10 min",
	bound: bound{cost{logins: 2}, 2},
	inputs: one(bubble(func(r *run) {
		asked := 0
		p := r.start(func(p *process) {
			p.password = func() string {
				asked++
				return fmt.Sprint("wrong-", asked%2)
			}
		})
		everySecond(10*time.Minute, func() { r.denied(p) })
	})),
}, {
	id: "A30", title: "tokens of 1 or 2 s, 100 calls a second for 2 min (2 inputs)",
	bound: bound{cost{logins: anyNumber, perMinute: 19}, 2},
	inputs: map[string]func(*run){
		"1 s": shortLived(time.Second),
		"2 s": shortLived(2 * time.Second),
	},
}, {
	id: "A31", title: "20 starts with two keys or client secrets in turn (2 inputs)",
	bound: bound{cost{logins: 2}, 2},
	inputs: map[string]func(*run){
		"keys":    twoPrograms(func(p *process) { p.storeKey = strings.Repeat("k", 32) }),
		"secrets": twoPrograms(func(p *process) { p.secret = "other" }),
	},
}}

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

// startTogether starts 30 processes with a store. If the first is stopped in its login, the others
// start a second later.
func startTogether(stop bool, newStore func() authn.Store) func(*run) {
	return bubble(func(r *run) {
		store, processes := sharing(newStore()), 30
		if stop {
			processes--
			stopped := make(chan struct{})
			first := r.start(store, func(p *process) { p.network.stopped = stopped })
			var end sync.WaitGroup
			end.Go(func() { first.call(r.Context(), "acme") })
			defer end.Wait()
			defer close(stopped)
			time.Sleep(time.Second)
		}
		r.together(r.startMany(processes, store))
	})
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

func twoOrganizations(challenge string) func(*run) {
	return bubble(func(r *run) {
		r.challenge = challenge
		p := r.start()
		everySecond(10*time.Minute, func() {
			r.denied(p)
			r.served(p)
		})
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
