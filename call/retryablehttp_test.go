package call_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"

	"github.com/xsale-go/xsale/authn"
)

// These tests cover known mistakes of go-retryablehttp, the usual library for retries.

// localClient returns a client for a loopback server with its own login service.
func localClient(t *testing.T, api string, options ...xsale.Option) *xsale.Client {
	t.Helper()
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"access_token":"access","id_token":"id","expires_in":86400}`)
	}))
	t.Cleanup(login.Close)
	client, err := xsale.New(append([]xsale.Option{xsale.WithBaseURL(api), xsale.WithTokenURL(login.URL), xsale.WithCredentials(authn.Credentials{
		ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
	})}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestARedirectToAnotherHostForwardsNoToken(t *testing.T) {
	var reached atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		reached.Add(1)
		if request.Header.Get("X-Id-Token") != "" || request.Header.Get("Authorization") != "" {
			t.Error("a token reached the other host")
		}
	}))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if request.Header.Get("X-Id-Token") != "id" {
				t.Error("the API got no token")
			}
			http.Redirect(w, request, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/me", code)
		}))
		for _, method := range []string{"GET", "POST"} {
			_, err := localClient(t, api.URL).Call(t.Context(), method, "/me", nil)
			if e, ok := errors.AsType[*call.Error](err); !ok || !errors.Is(err, call.ErrRedirect) || e.StatusCode != code {
				t.Errorf("%s, %d: %v", method, code, err)
			}
		}
		api.Close()
	}
	if reached.Load() != 0 {
		t.Error("the other host was called")
	}
}

func TestAPostThatIsAnswered503IsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(503)}}
		_, err := newTestClient(t, server.Do).Call(t.Context(), "POST", "/acme/orders", []byte("{}"))
		if len(server.Requests) != 1 || !errors.Is(err, call.ErrServer) || !errors.Is(err, call.ErrMaybeProcessed) {
			t.Errorf("sent %d times, %v", len(server.Requests), err)
		}
	})
}

func TestTheLastAnswerIsOnTheErrorAfterAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stub.Responses{Script: []func() (*http.Response, error){
			stub.Status(500), stub.Status(502), func() (*http.Response, error) { return stub.Response(503, `{"message":"closed"}`), nil },
		}}
		_, err := newTestClient(t, server.Do, xsale.WithRetries(2)).Me(t.Context())
		e, ok := errors.AsType[*call.Error](err)
		if !ok || e.StatusCode != 503 || string(e.Body) != `{"message":"closed"}` || e.Message != "closed" || e.Attempts != 3 {
			t.Errorf("got %#v", err)
		}
	})
}

func TestARetryAfterOfAnHourIsReportedAndNotObeyed(t *testing.T) {
	for _, code := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			server := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(code, "Retry-After", "3600")}}
			start := time.Now()
			_, err := newTestClient(t, server.Do).Me(t.Context())
			e, ok := errors.AsType[*call.Error](err)
			if !ok || e.RetryAfter != time.Hour || e.StatusCode != code || len(server.Requests) != 1 || time.Since(start) != 0 {
				t.Errorf("%#v after %v", err, time.Since(start))
			}
		})
	}
}

// watchedReader returns zeros and measures the heap.
type watchedReader struct {
	left, peak int64
	reads      int
}

func (r *watchedReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.reads++; r.reads%256 == 0 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		r.peak = max(r.peak, int64(stats.HeapAlloc))
	}
	n := min(int64(len(p)), r.left)
	clear(p[:n])
	r.left -= n
	return int(n), nil
}

func TestAStreamedBodyIsNeitherKeptNorSentAgain(t *testing.T) {
	const length = 64 << 20
	var requests atomic.Int32
	var received atomic.Int64
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		requests.Add(1)
		n, _ := io.Copy(io.Discard, request.Body)
		received.Add(n)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer api.Close()
	client := localClient(t, api.URL)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	body := &watchedReader{left: length}
	_, err := client.Call(t.Context(), "PUT", "/files", body)
	if !errors.Is(err, call.ErrServer) || requests.Load() != 1 || received.Load() != length {
		t.Errorf("%v after %d requests of %d bytes", err, requests.Load(), received.Load())
	}
	if grown := body.peak - int64(before.HeapAlloc); body.peak == 0 || grown > length/4 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}
