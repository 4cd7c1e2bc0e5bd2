package authn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// When only 200 was a success, fifteen logins in ten minutes succeeded, and all were refused.
func TestA34_EverySuccessIsUsed(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 206, 226, 299} {
		synctest.Test(t, func(t *testing.T) {
			s := success(1)
			s.status = status
			server := newFakeServer(t, s)
			source := server.source(t)
			for range 2 {
				if token, err := source.Token(t.Context()); err != nil || token.AccessToken() != canaryAccessToken+"1" || server.posts() != 1 {
					t.Errorf("%d: %d logins, %v", status, server.posts(), err)
				}
			}
		})
	}
}

func TestA34_SuccessWithoutTokens(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 204, 205} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, step{status: status}, success(2))
			source := server.source(t)
			_, err := source.Token(t.Context())
			failure, ok := errors.AsType[*Error](err)
			if !ok || failure.Reason != ErrInvalidResponse || failure.StatusCode != status || failure.Err == nil || server.posts() != 1 {
				t.Errorf("%d: %d logins, %v", status, server.posts(), err)
			}
			time.Sleep(2 * time.Minute)
			if _, err := source.Token(t.Context()); err != nil {
				t.Errorf("%d, 2 minutes later: %v", status, err)
			}
		})
	}
}

// Without the check of the status, the login waited for a body until its timeout: after 101,
// net/http no longer ends the connection with the context.
func TestA13_SwitchingProtocols(t *testing.T) {
	for _, protocol := range []string{"Connection: Upgrade\r\nUpgrade: websocket\r\n", ""} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, step{hijack: func(connection net.Conn) {
				fmt.Fprintf(connection, "HTTP/1.1 101 Switching Protocols\r\n%s\r\n", protocol)
				io.Copy(io.Discard, connection)
			}})
			source := server.source(t, func(c *Config) { c.LoginTimeout = time.Second })
			start := time.Now()
			_, err := source.Token(t.Context())
			if took := time.Since(start); !errors.Is(err, ErrInvalidResponse) || took > 0 {
				t.Errorf("%v after %v", err, took)
			}
			source.Close()
			if took := time.Since(start); took > time.Second {
				t.Errorf("closed after %v", took)
			}
		})
	}
}

// blocking is a body that returns from Read when released, whatever happens to the request.
type blocking struct{ released chan struct{} }

func (b blocking) Read([]byte) (int, error) { <-b.released; return 0, io.EOF }
func (blocking) Close() error               { return nil }

// Without abandonable, each row hung forever, and so did Close.
func TestA13_TransportThatIgnoresItsContext(t *testing.T) {
	for name, respond := range map[string]func(blocking) (*http.Response, error){
		"no response": func(b blocking) (*http.Response, error) { b.Read(nil); return nil, errors.New("late") },
		"the body":    func(b blocking) (*http.Response, error) { return &http.Response{StatusCode: 200, Body: b}, nil },
		"a 101":       func(b blocking) (*http.Response, error) { return &http.Response{StatusCode: 101, Body: b}, nil },
		"a failure":   func(b blocking) (*http.Response, error) { return &http.Response{StatusCode: 500, Body: b}, nil },
		"drips": func(b blocking) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"access_`), b))}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := blocking{make(chan struct{})}
				source := newFakeServer(t).source(t, func(c *Config) {
					c.LoginTimeout = time.Second
					c.HTTPClient = &http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) { return respond(body) })}
				})
				start := time.Now()
				_, err := source.Token(t.Context())
				if took := time.Since(start); err == nil || took > 1100*time.Millisecond || name != "a 101" && !strings.Contains(err.Error(), "no login within 1s") {
					t.Errorf("%v after %v", err, took)
				}
				time.Sleep(time.Minute)
				go source.Token(context.Background())
				synctest.Wait()
				start = time.Now()
				source.Close()
				if took := time.Since(start); took > time.Second {
					t.Errorf("closed after %v", took)
				}
				close(body.released)
			})
		})
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// When hints were read by this machine's clock, a login that should wait 5 s waited for hours, or
// not at all.
func TestA20_HintsByTheServersClock(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Hour, -10 * time.Minute, 0, 10 * time.Minute, 365 * 24 * time.Hour} {
		for name, hint := range map[string]func(at time.Time) string{
			"Retry-After":       func(at time.Time) string { return at.UTC().Format(http.TimeFormat) },
			"X-Ratelimit-Reset": func(at time.Time) string { return fmt.Sprint(at.Unix()) },
		} {
			t.Run(fmt.Sprint(name, " ", skew), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := time.Now().Add(-skew) // as this machine's clock is off by skew
					server := newFakeServer(t, oauthError(429, "too_many_requests", "", "Date", service.UTC().Format(http.TimeFormat), name, hint(service.Add(5*time.Second))), success(2))
					start := time.Now()
					if _, err := server.source(t).Token(t.Context()); err != nil {
						t.Fatal(err)
					}
					if waited := time.Since(start); waited < 5*time.Second || waited > 10*time.Second {
						t.Errorf("waited %v", waited)
					}
				})
			})
		}
	}
}
