package authn_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
)

// organizations is an API that responds with 401 to calls of one organization, with a challenge or
// without.
func (w *world) organizations(challenge string) {
	w.api = func(request *http.Request, _ string) int {
		if strings.HasPrefix(request.URL.Path, "/denied/") {
			return http.StatusUnauthorized
		}
		return http.StatusOK
	}
	w.challenge = challenge
}

// Each command is a program of its own that shares the store: it has no memory but the store's.
// Without the login budget in the store, 25 commands sent 26 logins.
func TestA05_CommandsWithA401(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store := &world{}, &authn.MemoryStore{}
		w.organizations("")
		for range 25 {
			client := w.client(t, xsale.WithTokenStore(store))
			if _, err := client.Call(t.Context(), "GET", "/denied/orders", nil); !errors.Is(err, xsale.ErrUnauthorized) {
				t.Fatal(err)
			}
			client.Close()
			time.Sleep(240 * time.Millisecond)
		}
		if w.logins.Load() > 2 {
			t.Errorf("25 commands in 6 s sent %d logins", w.logins.Load())
		}
		// The wait doubles for commands too.
		for range 60 {
			time.Sleep(time.Minute)
			client := w.client(t, xsale.WithTokenStore(store))
			client.Call(t.Context(), "GET", "/denied/orders", nil)
			client.Close()
		}
		if w.logins.Load() > 9 {
			t.Errorf("%d logins after an hour", w.logins.Load())
		}
	})
}

// With a fixed wait, a program whose calls were all rejected sent 121 logins in an hour.
func TestA06_EveryCallRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		w.organizations("")
		client := w.client(t)
		var at []time.Time
		for start := time.Now(); time.Since(start) < time.Hour; {
			before := w.logins.Load()
			client.Call(t.Context(), "GET", "/denied/orders", nil)
			if w.logins.Load() > before {
				at = append(at, time.Now())
			}
			time.Sleep(time.Second)
		}
		if logins := w.logins.Load(); logins < 6 || logins > 12 {
			t.Errorf("%d logins in an hour", logins)
		}
		for i := 3; i < len(at); i++ {
			if wait, before := at[i].Sub(at[i-1]), at[i-1].Sub(at[i-2]); wait < before*3/2 {
				t.Errorf("login %d came %v after the last one, which had waited %v", i, wait, before)
			}
		}
		// Tokens that help end the wait.
		w.api = func(request *http.Request, _ string) int {
			if fromLogin(request, int(w.logins.Load())) && w.logins.Load() > int32(len(at)+1) {
				return http.StatusOK
			}
			return http.StatusUnauthorized
		}
		time.Sleep(time.Hour)
		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		last := w.logins.Load()
		w.api = func(request *http.Request, _ string) int {
			if fromLogin(request, int(last)+1) {
				return http.StatusOK
			}
			return http.StatusUnauthorized
		}
		if _, err := client.Me(t.Context()); err != nil {
			t.Errorf("revoked after a login that had helped: %v", err)
		}
	})
}

// Without the memory of successes, an organization that responds with 401 next to others cost 21
// logins.
func TestA07_OneOrganizationRejected(t *testing.T) {
	for challenge, most := range map[string]int32{"": 4, `Bearer realm="x", error="insufficient_scope"`: 1, `Bearer error=invalid_token`: 4} {
		t.Run(challenge, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				w.organizations(challenge)
				client := w.client(t)
				for start := time.Now(); time.Since(start) < 10*time.Minute; time.Sleep(time.Second) {
					if _, err := client.Call(t.Context(), "GET", "/denied/orders", nil); !errors.Is(err, xsale.ErrUnauthorized) {
						t.Fatal(err)
					}
					if _, err := client.Me(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if w.logins.Load() > most {
					t.Errorf("%d logins, want at most %d", w.logins.Load(), most)
				}
			})
		})
	}
}

// A 403 never costs a login.
func TestA07_Forbidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{api: func(*http.Request, string) int { return http.StatusForbidden }}
		client := w.client(t)
		for range 100 {
			client.Me(t.Context())
			time.Sleep(time.Minute)
		}
		if w.logins.Load() != 1 {
			t.Errorf("%d logins", w.logins.Load())
		}
	})
}

// When a 401 dropped the tokens, 600 calls to another organization failed while the login service
// did.
func TestA09_RejectionWhileLoginsFail(t *testing.T) {
	for name, failure := range map[string]string{
		"503": "503 {}", "429": "429 {}", "blocked": `429 {"error":"too_many_attempts"}`, "wrong password": `403 {"error":"invalid_grant"}`, "silence": "",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				w.organizations("")
				client := w.client(t)
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.login = func(request *http.Request) (int, string) {
					if failure == "" {
						<-request.Context().Done()
						return 0, ""
					}
					var status int
					var body string
					fmt.Sscanf(failure, "%d %s", &status, &body)
					return status, body
				}
				var denied sync.WaitGroup
				denied.Go(func() {
					_, err := client.Call(t.Context(), "GET", "/denied/orders", nil)
					if _, ok := errors.AsType[*authn.Error](err); !ok {
						t.Errorf("got %v, want the failed login", err)
					}
				})
				for range 600 {
					start := time.Now()
					if _, err := client.Me(t.Context()); err != nil || time.Since(start) > 0 {
						t.Fatalf("%v after %v", err, time.Since(start))
					}
					time.Sleep(time.Second)
				}
				denied.Wait()
			})
		})
	}
}

// When tokens were given up before their end, 14 calls failed.
func TestA10_LoginsFailUntilTheEnd(t *testing.T) {
	for name, options := range map[string][]xsale.Option{"ahead": nil, "on demand": {xsale.WithOnDemandLogin()}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{api: func(*http.Request, string) int { return http.StatusOK }, lifetime: 3600}
				client := w.client(t, options...)
				start := time.Now()
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.login = func(*http.Request) (int, string) { return 503, "" }
				for time.Since(start) < time.Hour-time.Second {
					if _, err := client.Me(t.Context()); err != nil {
						t.Fatalf("after %v: %v", time.Since(start), err)
					}
					time.Sleep(time.Second)
				}
				time.Sleep(5 * time.Second)
				if _, err := client.Me(t.Context()); !errors.Is(err, authn.ErrUnavailable) {
					t.Errorf("with expired tokens: %v", err)
				}
			})
		})
	}
}

// Tokens that live for a second must not lead to more logins than Auth0 allows.
func TestA30_TokensLiveForSeconds(t *testing.T) {
	for _, lifetime := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{api: func(*http.Request, string) int { return http.StatusOK }, lifetime: lifetime}
			client := w.client(t)
			var calls sync.WaitGroup
			for range 100 * 60 * fewer.UnderRace(5, 2) {
				calls.Go(func() {
					if _, err := client.Me(t.Context()); err != nil {
						t.Error(err)
					}
				})
				time.Sleep(10 * time.Millisecond)
			}
			calls.Wait()
			if most := w.mostInAMinute(); most > 15 {
				t.Errorf("tokens of %d s: %d logins in a minute", lifetime, most)
			}
		})
	}
}

// Clients of one program share the budget without a store.
func TestA30_ClientsOfOneProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{api: func(*http.Request, string) int { return http.StatusOK }}
		shared := &http.Client{Transport: w}
		for range 60 {
			client := w.client(t, xsale.WithHTTPClient(shared))
			if _, err := client.Me(t.Context()); err != nil {
				t.Fatal(err)
			}
			client.Close()
		}
		if most := w.mostInAMinute(); most > 15 {
			t.Errorf("%d logins in a minute", most)
		}
	})
}

// When one program of a fleet logs in after a revocation, the others wait for its tokens. They
// returned the 401 while that login was running.
func TestA05_FleetWithRevokedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store := &world{api: func(*http.Request, string) int { return http.StatusOK }}, &authn.MemoryStore{}
		var clients []*xsale.Client
		for range 30 {
			client := w.client(t, xsale.WithTokenStore(store))
			if _, err := client.Me(t.Context()); err != nil {
				t.Fatal(err)
			}
			clients = append(clients, client)
		}
		w.api = func(request *http.Request, _ string) int {
			if fromLogin(request, 1) {
				return http.StatusUnauthorized
			}
			return http.StatusOK
		}
		var calls sync.WaitGroup
		for _, client := range clients {
			calls.Go(func() {
				if _, err := client.Me(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if w.logins.Load() != 2 {
			t.Errorf("%d logins", w.logins.Load())
		}
	})
}

// A command that exits right after its only call still confirms that a login has helped: the next
// revocation may cost a login at once.
func TestA05_CommandConfirmsALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store := &world{}, &authn.MemoryStore{}
		valid := int32(1)
		w.api = func(request *http.Request, _ string) int {
			if fromLogin(request, int(valid)) {
				return http.StatusOK
			}
			return http.StatusUnauthorized
		}
		for revocation := range 5 {
			client := w.client(t, xsale.WithTokenStore(store))
			if _, err := client.Me(t.Context()); err != nil {
				t.Fatalf("revocation %d: %v", revocation, err)
			}
			client.Close()
			time.Sleep(5 * time.Second)
			valid++
		}
	})
}

// An API that is down in more than one way costs no more logins than one that rejects all tokens.
// When any other status of the second try confirmed the login, there were 156 in ten minutes.
func TestA06_RejectionsNextToFailures(t *testing.T) {
	for _, status := range []int{302, 403, 404, 429, 500, 503} {
		synctest.Test(t, func(t *testing.T) {
			w, n := &world{}, 0
			w.api = func(*http.Request, string) int {
				if n++; n%2 == 1 {
					return http.StatusUnauthorized
				}
				return status
			}
			client := w.client(t, xsale.WithRetries(0), xsale.WithRateLearning(false))
			for range 600 {
				client.Me(t.Context())
				time.Sleep(time.Second)
			}
			if w.logins.Load() > 8 {
				t.Errorf("401 and %d: %d logins in ten minutes", status, w.logins.Load())
			}
		})
	}
}
