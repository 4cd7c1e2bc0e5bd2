package call_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

type limitedServer struct {
	mu        sync.Mutex
	perSecond int
	second    int64
	inSecond  int
	refusals  int
	served    int
	hint      string
}

func (s *limitedServer) Do(*http.Request) (*http.Response, error) {
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now().Unix(); now != s.second {
		s.second, s.inSecond = now, 0
	}
	if s.inSecond++; s.inSecond > s.perSecond {
		s.refusals++
		return stub.Response(429, "", "Retry-After", s.hint), nil
	}
	s.served++
	return stub.Response(200, `[]`), nil
}

func TestAllCallsPauseAfterA429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Duration
		start := time.Now()
		client := newTestClient(t, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if sent = append(sent, time.Since(start)); len(sent) == 1 {
				return stub.Response(429, "", "Retry-After", "5"), nil
			}
			return stub.Response(200, `{}`), nil
		}, xsale.WithRetries(0))
		if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
			t.Fatal(err)
		}
		var calls sync.WaitGroup
		for range 3 {
			calls.Go(func() {
				if _, err := client.Me(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if len(sent) != 4 || sent[1] != 5*time.Second || sent[2] != 7*time.Second || sent[3] <= sent[2] {
			t.Errorf("sent at %v", sent)
		}
		if _, err := client.Me(t.Context(), call.Timeout(time.Minute)); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusedCallWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){
			stub.Status(429, "Retry-After", "5"), stub.Status(429, "Retry-After", "7"), func() (*http.Response, error) { return stub.Response(200, `{}`), nil },
		}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); err != nil || time.Since(start) != 12*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestAPauseLongerThanTheCallMayTakeFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(429, "Retry-After", "3600")}}
		client := newTestClient(t, server.Do)
		start := time.Now()
		if _, err := client.Me(t.Context()); !errors.Is(err, call.ErrRateLimited) {
			t.Fatal(err)
		}
		_, err := client.Me(t.Context(), call.Timeout(10*time.Second))
		if _, ok := errors.AsType[*call.Error](err); !ok || !errors.Is(err, call.ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 || len(server.Requests) != 1 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := client.Me(t.Context(), call.Timeout(time.Minute)); !errors.Is(err, call.ErrRateLimited) || time.Since(start) != call.MaxRetryWait {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestManyCallersFindTheRateOfTheServer(t *testing.T) {
	for name, options := range map[string][]xsale.Option{"without a limit": nil, "with a limit above the server's": {xsale.WithRateLimit(50, 10)}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &limitedServer{perSecond: 10, hint: "1"}
				client := newTestClient(t, server.Do, append(options, xsale.WithRetries(10))...)
				var callers sync.WaitGroup
				for range 8 {
					callers.Go(func() {
						for range 100 {
							if _, err := client.Call(t.Context(), "GET", "/x", nil); err != nil {
								t.Error(err)
							}
						}
					})
				}
				start := time.Now()
				callers.Wait()
				took := time.Since(start)
				if server.served != 800 || server.refusals > 200 || took > 4*time.Minute {
					t.Errorf("%d served, %d refused in %v", server.served, server.refusals, took)
				}
			})
		})
	}
}
