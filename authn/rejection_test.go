package authn_test

import (
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

// world is the login service and the API behind one client: the n-th login gives the tokens access-n and id-n, and the API
// judges each request.
type world struct {
	logins atomic.Int32
	api    func(request *http.Request, body string) int // returns the status
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
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	text := `{"Id":1}`
	if request.URL.Path == "/oauth/token" {
		time.Sleep(100 * time.Millisecond)
		n := w.logins.Add(1)
		text = fmt.Sprintf(`{"access_token":"access-%d","id_token":"id-%d","expires_in":86400}`, n, n)
	} else if answer.StatusCode = w.api(request, body); answer.StatusCode != http.StatusOK {
		text = `{"message":"the API says no"}`
	}
	answer.Body = io.NopCloser(strings.NewReader(text))
	return answer, nil
}

func (w *world) client(t *testing.T) *xsale.Client {
	t.Helper()
	client, err := xsale.New(
		xsale.WithHTTPClient(&http.Client{Transport: w}),
		xsale.WithOrganization("acme"),
		xsale.WithCredentials(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password")}),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func isGeneration(request *http.Request, n int) bool {
	return request.Header.Get("Authorization") == fmt.Sprintf("Bearer access-%d", n) && request.Header.Get("x-id-token") == fmt.Sprintf("id-%d", n)
}

// Taken out: the replay in the client's auth step. Then the call failed with the 401 of a pair that had been revoked.
func TestF24_RefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		w := &world{}
		w.api = func(request *http.Request, body string) int {
			bodies = append(bodies, body)
			if isGeneration(request, 2) {
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

// Taken out: the comparison of the refused pair with the present one. Then 99 calls ended with the 401 of the old pair, and
// without the interval between rejections a third login was sent.
func TestF25_RevocationStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var revoked atomic.Bool
		var slow atomic.Int32
		w := &world{}
		w.api = func(request *http.Request, _ string) int {
			time.Sleep(time.Duration(slow.Add(2)%200) * time.Millisecond)
			if revoked.Load() && isGeneration(request, 1) {
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

// Taken out: the interval between two rejections. Then a thousand calls caused a thousand logins.
func TestF26_APIRefusesEveryToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{api: func(*http.Request, string) int { return http.StatusUnauthorized }}
		client := w.client(t)
		start := time.Now()
		for range 1000 {
			_, err := client.Me(t.Context())
			failure, ok := errors.AsType[*xsale.Error](err)
			if !ok || !errors.Is(err, xsale.ErrUnauthorized) || failure.Message != "the API says no" {
				t.Fatalf("got %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if allowed := 2 + int(time.Since(start)/(30*time.Second)); int(w.logins.Load()) > allowed {
			t.Errorf("%d logins in %v", w.logins.Load(), time.Since(start))
		}
	})
}

// Taken out: the check whether the body can be had again. Then the call was repeated with an empty body.
func TestF27_BodyThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		w := &world{}
		w.api = func(request *http.Request, body string) int {
			bodies = append(bodies, body)
			if isGeneration(request, 1) {
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
			t.Errorf("the refused pair is still in use: %v, %d logins", err, w.logins.Load())
		}
	})
}

// cache is a second cache in front of a Source, of the kind of x/oauth2's ReuseTokenSource: it keeps a token until ten
// seconds before its end.
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

// Taken out: the margin before a pair's end. Then the cache in front got pairs back that it held to be dead, and asked
// twice for each login.
func TestF40_SecondCacheInFront(t *testing.T) {
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
				t.Fatal("a pair that has expired was handed out")
			}
			time.Sleep(10 * time.Second)
		}
		if logins := int(w.logins.Load()); logins > 7 || front.asked > logins {
			t.Errorf("%d logins in five days, %d times asked", logins, front.asked)
		}
	})
}
