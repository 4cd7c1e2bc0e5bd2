package xsaletest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestResetReturnsToTheStart(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(2), xsaletest.WithEscapedStrings())
	start := c.call(http.MethodGet, ":/orders", "").body
	sandbox := c.sandbox
	c.create(":/orders", validOrder)
	handleStatus(t, sandbox)
	sandbox.Clock().Advance(time.Hour)
	for range 10 {
		tryLogin(t, sandbox, "password", "wrong")
	}
	if blocked := sandbox.BlockedUsers(); !slices.Equal(blocked, []string{xsaletest.Username}) {
		t.Errorf("blocked: %v", blocked)
	}
	sandbox.Fail(xsaletest.AnyOperation, xsaletest.Status(503).Always())
	sandbox.Fail(xsaletest.Login, xsaletest.Status(503).Always())
	if err := sandbox.Change(func(s *xsaletest.Settings) {
		*s = xsaletest.Settings{AccessTokenLifetime: time.Hour, IDTokenLifetime: time.Hour}
	}); err != nil {
		t.Fatal(err)
	}
	if err := sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	if sandbox.Logins() != 0 || sandbox.TokenRequests() != 0 || sandbox.Calls() != 0 || len(sandbox.Requests()) != 0 || len(sandbox.Faults()) != 0 {
		t.Errorf("%d logins, %d token requests, %d calls, %d requests, faults %v",
			sandbox.Logins(), sandbox.TokenRequests(), sandbox.Calls(), len(sandbox.Requests()), sandbox.Faults())
	}
	if got := c.call(http.MethodGet, ":/orders", ""); got.body != start { // with the old tokens
		t.Errorf("status %d, body %.200s", got.status, got.body)
	}
	if reply := c.call(http.MethodPut, ":/orders/1/status", `{"Name":"Nowe"}`); reply.status != http.StatusNotFound {
		t.Errorf("the handler responds with %d", reply.status)
	}
	if number := sandbox.Requests()[0].Number; number != 1 {
		t.Errorf("the first request is number %d", number)
	}
	login(t, sandbox)
	if settings := sandbox.Settings(); !settings.EscapedStrings || settings.AccessTokenLifetime != 24*time.Hour {
		t.Errorf("settings %+v", settings)
	}
	if age := time.Since(sandbox.Clock().Now()).Abs(); age > time.Minute {
		t.Errorf("the clock is off by %v", age)
	}
}

// Tokens of different logins do not fit together, although the logins have the same number.
func TestTokensAfterAResetAreOtherTokens(t *testing.T) {
	c := newCaller(t)
	before := c.tokens
	if err := c.sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	after := login(t, c.sandbox)
	c.tokens = tokens{Access: before.Access, ID: after.ID}
	if reply := c.call(http.MethodGet, "/me", ""); reply.status != http.StatusUnauthorized {
		t.Errorf("status %d", reply.status)
	}
}

// A request sees one data set, while another replaces it.
func TestDataIsReplacedAsAWhole(t *testing.T) {
	c := newCaller(t)
	seeds := make([]xsaletest.Seed, 2)
	for i := range seeds {
		for range 50 {
			seeds[i].Orders = append(seeds[i].Orders, xsaletest.SeedOrder{Order: fmt.Sprintf(`{"Note":%d}`, i)})
		}
	}
	var replacing sync.WaitGroup
	stop := make(chan struct{})
	replacing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := c.sandbox.ReplaceData(seeds[i%2]); err != nil {
				t.Error(err)
			}
		}
	})
	for range 100 {
		body := c.call(http.MethodGet, ":/orders", "").body
		if first, second := strings.Count(body, `"Note":0`), strings.Count(body, `"Note":1`); first > 0 && first != 50 || second > 0 && (second != 50 || first > 0) {
			t.Errorf("%d and %d orders", first, second)
		}
	}
	close(stop)
	replacing.Wait()
}

// A request that is under way during a reset is no request of the new start.
func TestResetDuringARequest(t *testing.T) {
	c := newCaller(t)
	sandbox := c.sandbox
	arrived, finish := make(chan struct{}), make(chan struct{})
	err := sandbox.HandleFunc("GET /slow", func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-finish
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan reply)
	go func() { done <- c.call(http.MethodGet, "/slow", "") }()
	<-arrived
	if err := sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	c.call(http.MethodGet, "/me", "")
	watching, awaited := make(chan struct{}, 3), make(chan []xsaletest.Request)
	go func() {
		ended, err := sandbox.WaitForRequests(t.Context(), 1, func(r xsaletest.Request) bool {
			watching <- struct{}{}
			return r.Number != 1 || r.Operation != "getMe"
		})
		if err != nil {
			t.Error(err)
		}
		awaited <- ended
	}()
	<-watching // the request to /me
	close(finish)
	if reply := <-done; reply.status != http.StatusOK {
		t.Errorf("status %d", reply.status)
	}
	c.call(http.MethodGet, ":/statuses", "")
	if ended := <-awaited; len(ended) != 1 || ended[0].Operation != "listStatuses" {
		t.Errorf("awaited %+v", ended)
	}
	requests := sandbox.Requests()
	if len(requests) != 2 || requests[0].Operation != "getMe" || sandbox.DroppedRequests() != 0 || sandbox.Calls() != 2 {
		t.Errorf("%+v, %d dropped, %d calls", requests, sandbox.DroppedRequests(), sandbox.Calls())
	}
}
