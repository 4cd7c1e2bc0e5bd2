package authn

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// crowd calls Token from many goroutines at once. It returns the results and the longest wait.
func crowd(t *testing.T, source *Source, callers int) (tokens []*Token, errs []error, longest time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var waiting sync.WaitGroup
	start := time.Now()
	for range callers {
		waiting.Go(func() {
			token, err := source.Token(t.Context())
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, time.Since(start))
			if err != nil {
				errs = append(errs, err)
			} else {
				tokens = append(tokens, token)
			}
		})
	}
	waiting.Wait()
	return tokens, errs, longest
}

// When each caller started its own login, 1000 logins were sent.
func TestF01_HerdSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1).after(200*time.Millisecond))
		tokens, errs, longest := crowd(t, server.source(t), 1000)
		if server.posts() != 1 || len(tokens) != 1000 || longest > 215*time.Millisecond {
			t.Errorf("%d logins, %d tokens, %d errors, longest wait %v", server.posts(), len(tokens), len(errs), longest)
		}
	})
}

// Without sharing the failure and latching it, 1000 logins were sent one after the other, in 20 s.
func TestF02_HerdFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, wrongPassword().after(20*time.Millisecond))
		_, errs, longest := crowd(t, server.source(t), 1000)
		if server.posts() != 1 || len(errs) != 1000 || longest > 30*time.Millisecond {
			t.Errorf("%d logins, %d errors, longest wait %v", server.posts(), len(errs), longest)
		}
		for _, err := range errs {
			if err != errs[0] || !errors.Is(err, ErrInvalidCredentials) {
				t.Fatalf("callers got different errors: %v and %v", errs[0], err)
			}
		}
	})
}

// When waitFor ignored the caller's context, the caller returned after 2 s.
func TestF06_WaiterContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1).after(2*time.Second))
		source := server.source(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := source.Token(ctx)
		if waited := time.Since(start); waited > 60*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("returned %v after %v", err, waited)
		}
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 1 {
			t.Errorf("the login did not continue: %v, %d logins", err, server.posts())
		}
	})
}

// When the login used the first caller's context, it died with that caller, and the others failed
// or logged in again.
func TestF07_LeaderContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1).after(500*time.Millisecond))
		source := server.source(t)
		leader, cancel := context.WithCancel(t.Context())
		var led sync.WaitGroup
		led.Go(func() {
			if _, err := source.Token(leader); !errors.Is(err, context.Canceled) {
				t.Errorf("leader: got %v, want context.Canceled", err)
			}
		})
		synctest.Wait()
		time.AfterFunc(50*time.Millisecond, cancel)
		tokens, errs, _ := crowd(t, source, 100)
		led.Wait()
		if server.posts() != 1 || len(tokens) != 100 {
			t.Errorf("%d logins, %d tokens, errors %v", server.posts(), len(tokens), errs)
		}
	})
}

// Without the timeout of the login, the callers hung for as long as the test ran.
func TestF08_ServiceHangs(t *testing.T) {
	silent := func(connection net.Conn) { io.Copy(io.Discard, connection) }
	dripping := func(connection net.Conn) {
		defer connection.Close()
		gone := make(chan struct{})
		go func() {
			io.Copy(io.Discard, connection)
			close(gone)
		}()
		for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + string(make([]byte, 1000))) {
			if _, err := connection.Write([]byte{b}); err != nil {
				return
			}
			select {
			case <-time.After(time.Second):
			case <-gone:
				return
			}
		}
	}
	for name, hang := range map[string]func(net.Conn){"silent": silent, "dripping": dripping} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, step{hijack: hang})
				source := server.source(t, func(c *Config) { c.LoginTimeout = 10 * time.Second })
				_, errs, longest := crowd(t, source, 20)
				if len(errs) != 20 || longest != 10*time.Second || !errors.Is(errs[0], ErrUnavailable) {
					t.Fatalf("%d errors after %v: %v", len(errs), longest, errs)
				}
				server.set(success(2))
				time.Sleep(maxCoolDown)
				if _, err := source.Token(t.Context()); err != nil {
					t.Errorf("login after the timeout: %v", err)
				}
			})
		})
	}
}

// When the two tokens were stored one after the other, readers saw tokens of different logins.
func TestF28_TokensNeverMixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		source := server.source(t)
		var readers sync.WaitGroup
		for range 32 {
			readers.Go(func() {
				for range 200 {
					token, err := source.Token(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if token.AccessToken()[len(canaryAccessToken):] != token.IDToken()[len(canaryIDToken):] {
						t.Errorf("tokens of different logins: %s and %s", token.AccessToken(), token.IDToken())
					}
					header := http.Header{}
					token.SetHeaders(header)
					if header.Get("Authorization") != "Bearer "+token.AccessToken() || header.Get("x-id-token") != token.IDToken() {
						t.Error("headers of another login")
					}
					time.Sleep(10 * time.Minute)
				}
			})
		}
		readers.Wait()
		if server.posts() < 2 {
			t.Errorf("%d logins: the tokens never changed", server.posts())
		}
	})
}

// When Close did not cancel the Source's context, the waiters hung until the login timed out.
func TestF37_Close(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1).after(30*time.Second))
		source := server.source(t)
		var waiting sync.WaitGroup
		for range 20 {
			waiting.Go(func() {
				if _, err := source.Token(t.Context()); !errors.Is(err, ErrClosed) {
					t.Errorf("waiter: got %v, want ErrClosed", err)
				}
			})
		}
		synctest.Wait()
		start := time.Now()
		if err := source.Close(); err != nil {
			t.Error(err)
		}
		waiting.Wait()
		if took := time.Since(start); took != 0 {
			t.Errorf("Close took %v", took)
		}
		if _, err := source.Token(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if source.Close() != nil {
			t.Error("second Close failed")
		}

		idle := newFakeServer(t).source(t)
		if _, err := idle.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		idle.Close()
		if _, err := idle.Token(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("valid tokens after Close: got %v, want ErrClosed", err)
		}
		// The bubble fails the test if a goroutine is left.
	})
}
