package authn_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// world is the login service and the API behind one client. The n-th login returns the tokens
// access-n and id-n.
type world struct {
	logins    atomic.Int32
	lifetime  int                                          // of tokens in seconds, a day if 0
	login     func(request *http.Request) (int, string)    // fails a login unless nil
	api       func(request *http.Request, body string) int // returns the status
	challenge string                                       // in a 401

	mu sync.Mutex
	at []time.Time // of the logins
}

func (w *world) RoundTrip(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		data, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	content := `{"Id":1}`
	if request.URL.Path == "/oauth/token" {
		content = w.serveLogin(request, response)
		if request.Context().Err() != nil {
			return nil, request.Context().Err()
		}
	} else if response.StatusCode = w.api(request, body); response.StatusCode != http.StatusOK {
		content = `{"message":"access denied"}`
		if response.StatusCode == http.StatusUnauthorized && w.challenge != "" {
			response.Header.Set("WWW-Authenticate", w.challenge)
		}
	}
	response.Body = io.NopCloser(strings.NewReader(content))
	return response, nil
}

func (w *world) serveLogin(request *http.Request, response *http.Response) (content string) {
	time.Sleep(100 * time.Millisecond)
	n := w.logins.Add(1)
	w.mu.Lock()
	w.at = append(w.at, time.Now())
	w.mu.Unlock()
	if w.login != nil {
		response.StatusCode, content = w.login(request)
		return content
	}
	return fmt.Sprintf(`{"access_token":"access-%d","id_token":"id-%d","expires_in":%d}`, n, n, cmp.Or(w.lifetime, 86400))
}

// mostInAMinute returns the largest number of logins in any minute.
func (w *world) mostInAMinute() (most int) {
	for i, from := range w.at {
		count := 0
		for _, at := range w.at[i:] {
			if at.Sub(from) < time.Minute {
				count++
			}
		}
		most = max(most, count)
	}
	return most
}

func (w *world) client(t *testing.T, options ...xsale.Option) *xsale.Client {
	t.Helper()
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithHTTPClient(&http.Client{Transport: w}),
		xsale.WithOrganization("acme"),
		xsale.WithCredentials(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password")}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func fromLogin(request *http.Request, n int) bool {
	return request.Header.Get("Authorization") == fmt.Sprintf("Bearer access-%d", n) && request.Header.Get("x-id-token") == fmt.Sprintf("id-%d", n)
}

// Without the replay in the client's auth step, the call failed with the 401 of revoked tokens.
func TestF24_UnauthorizedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		w := &world{}
		w.api = func(request *http.Request, body string) int {
			bodies = append(bodies, body)
			if fromLogin(request, 2) {
				return http.StatusOK
			}
			return http.StatusUnauthorized
		}
		_, err := w.client(t).Call(t.Context(), "POST", "/acme/orders", map[string]int{"IntegrationId": 1})
		if err != nil || w.logins.Load() != 2 || len(bodies) != 2 || bodies[0] != `{"IntegrationId":1}` || bodies[1] != bodies[0] {
			t.Errorf("%v, %d logins, bodies %q", err, w.logins.Load(), bodies)
		}
	})
}

// When Invalidate did not compare the rejected tokens with the current ones, 99 calls failed with
// the 401 of the old tokens. Without the interval between rejections, a third login was sent.
func TestF25_RevocationStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var revoked atomic.Bool
		var slow atomic.Int32
		w := &world{}
		w.api = func(request *http.Request, _ string) int {
			time.Sleep(time.Duration(slow.Add(2)%200) * time.Millisecond)
			if revoked.Load() && fromLogin(request, 1) {
				return http.StatusUnauthorized
			}
			return http.StatusOK
		}
		client := w.client(t)
		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		revoked.Store(true)
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				if _, err := client.Me(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if w.logins.Load() != 2 {
			t.Errorf("%d logins in all", w.logins.Load())
		}
	})
}

// Without the interval between rejections, a thousand calls sent a thousand logins.
func TestF26_APIRejectsEveryToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{api: func(*http.Request, string) int { return http.StatusUnauthorized }}
		client := w.client(t)
		start := time.Now()
		for range 1000 {
			_, err := client.Me(t.Context())
			failure, ok := errors.AsType[*xsale.Error](err)
			if !ok || !errors.Is(err, xsale.ErrUnauthorized) || failure.Message != "access denied" {
				t.Fatalf("got %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if allowed := 2 + int(time.Since(start)/(30*time.Second)); int(w.logins.Load()) > allowed {
			t.Errorf("%d logins in %v", w.logins.Load(), time.Since(start))
		}
	})
}

// Without the check whether the body can be read again, the call was replayed with an empty body.
func TestF27_BodyNotReplayable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		w := &world{}
		w.api = func(request *http.Request, body string) int {
			bodies = append(bodies, body)
			if fromLogin(request, 1) {
				return http.StatusUnauthorized
			}
			return http.StatusOK
		}
		client := w.client(t)
		reader, writer := io.Pipe()
		go func() {
			io.WriteString(writer, `{"once":true}`)
			writer.Close()
		}()
		_, err := client.Call(t.Context(), "POST", "/acme/orders", reader)
		if !errors.Is(err, xsale.ErrUnauthorized) || len(bodies) != 1 || bodies[0] != `{"once":true}` {
			t.Errorf("%v, bodies %q", err, bodies)
		}
		if _, err := client.Me(t.Context()); err != nil || w.logins.Load() != 2 {
			t.Errorf("rejected tokens are still in use: %v, %d logins", err, w.logins.Load())
		}
	})
}

// cache is a second cache in front of a Source. Like x/oauth2's ReuseTokenSource, it keeps a token
// until ten seconds before its expiry.
type cache struct {
	source *authn.Source
	token  *authn.Token
	asked  int
}

func (c *cache) Token(t *testing.T) (*authn.Token, error) {
	if c.token != nil && time.Until(c.token.ExpiresAt()) > 10*time.Second {
		return c.token, nil
	}
	c.asked++
	token, err := c.source.Token(t.Context())
	c.token = token
	return token, err
}

// Without the margin before expiry, the outer cache got tokens that it considered expired, and
// asked twice per login.
func TestF40_SecondCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		source := w.client(t).TokenSource()
		front := &cache{source: source}
		for range 5 * 24 * 360 { // five days, every ten seconds
			token, err := front.Token(t)
			if err != nil {
				t.Fatal(err)
			}
			if !token.ExpiresAt().After(time.Now()) {
				t.Fatal("got expired tokens")
			}
			time.Sleep(10 * time.Second)
		}
		if logins := int(w.logins.Load()); logins > 7 || front.asked > logins {
			t.Errorf("%d logins and %d requests for tokens in five days", logins, front.asked)
		}
	})
}
