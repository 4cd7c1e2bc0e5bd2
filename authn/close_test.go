package authn

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// When waitFor ignored Close, the waiters hung until the slow function returned.
func TestCloseReleasesWaitersOfSlowFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newFakeServer(t).source(t, func(c *Config) {
			c.Credentials = func(context.Context) (Credentials, error) {
				time.Sleep(time.Minute) // ignores ctx
				return testCredentials(), nil
			}
		})
		var waiter sync.WaitGroup
		waiter.Go(func() {
			start := time.Now()
			if _, err := source.Token(t.Context()); !errors.Is(err, ErrClosed) || time.Since(start) != time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		})
		time.Sleep(time.Second)
		source.Close()
		waiter.Wait()
	})
}

// Without mu in Close, a login started after Close had begun to wait; the race detector reports it.
func TestCloseDuringCalls(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			source := newFakeServer(t, step{status: 500}).source(t)
			var callers sync.WaitGroup
			for range 4 {
				callers.Go(func() { source.Token(t.Context()) })
			}
			source.Close()
			callers.Wait()
		})
	}
}

// Without CloseIdleConnections, connections stayed open for a minute and a half.
func TestCloseClosesConnections(t *testing.T) {
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(success(1).body))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	defer server.Close()
	source, err := New(Config{Credentials: Static(testCredentials()), TokenURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	source.Close()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the connection to the login service is still open")
	}
}
