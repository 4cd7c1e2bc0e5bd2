package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/gateway"
)

// The API gets the caller's request, with the tokens of the gateway and nothing about the caller.
func TestHeadersOfTheRequest(t *testing.T) {
	got := make(chan *http.Request, 1)
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got <- r }), nil)
	sent := http.Header{
		"Authorization": {"Bearer caller"}, "X-Id-Token": {"caller"}, "X_Id_Token": {"caller"}, "Cookie": {"a=b"}, "Proxy-Authorization": {"Basic x"},
		"Connection": {"keep-alive, X-Hop"}, "X-Hop": {"1"}, "Keep-Alive": {"timeout=5"}, "Te": {"trailers"}, "Expect": {"100-continue"},
		"Upgrade": {"h2c"}, "Http2-Settings": {"x"}, "X-Forwarded-For": {"10.0.0.1"}, "Forwarded": {"for=10.0.0.1"}, "Referer": {"http://127.0.0.1/" + secret},
		"X-Quoted": {"the secret is " + secret}, "Accept-Encoding": {"br"}, "Accept": {"text/csv"}, "User-Agent": {"php/8"}, "If-Match": {`"1"`}, "X-Custom": {"1", "2"},
		"Sec-Fetch-Mode": {"cors"},
	}
	response, _ := send(t, http.MethodPost, address+"/orders", `{}`, sent)
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	r := <-got
	for _, name := range []string{"Authorization", "X-Id-Token"} {
		if token := r.Header.Get(name); len(token) < 100 {
			t.Errorf("%s: %q", name, token)
		}
		r.Header.Del(name)
	}
	want := http.Header{
		"Accept": {"text/csv"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"php/8"}, "If-Match": {`"1"`}, "X-Custom": {"1", "2"}, "Content-Length": {"2"},
	}
	if fmt.Sprint(r.Header) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", r.Header, want)
	}
	if strings.Contains(address, r.Host) {
		t.Errorf("the Host is that of the gateway: %s", r.Host)
	}
}

// A short body is sent again, whether its length is announced or not. A long one is passed on once.
func TestBodies(t *testing.T) {
	var attempts atomic.Int64
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if attempts.Add(1) == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprintf(w, "%d of %d", len(body), r.ContentLength)
	}), nil)
	const limit = 256 << 10
	for name, test := range map[string]struct {
		size     int
		chunked  bool
		response string
		attempts string
	}{
		"empty":         {0, false, "0 of 0", "2"},
		"empty chunked": {0, true, "0 of 0", "2"},
		"short":         {10, false, "10 of 10", "2"},
		"short chunked": {10, true, "10 of 10", "2"},
		"at the limit":  {limit, true, "262144 of 262144", "2"},
		"long":          {limit + 1, false, "", "1"},
		"long chunked":  {limit + 1, true, "", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			attempts.Store(0)
			request, err := http.NewRequest(http.MethodPost, address+"/orders", bytes.NewReader(make([]byte, test.size)))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(gateway.SecretHeader, secret)
			if test.chunked {
				request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, test.size))), -1
			}
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil || string(body) != test.response || response.Header.Get("Xsale-Attempts") != test.attempts {
				t.Errorf("%d %s, %v attempts, %v", response.StatusCode, body, response.Header["Xsale-Attempts"], err)
			}
		})
	}
}

// A body that is no HTTP is not sent on.
func TestBrokenBody(t *testing.T) {
	address := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("sent on") }), nil)
	response := sendRaw(t, address, "POST /orders HTTP/1.1\r\nHost: localhost\r\n"+gateway.SecretHeader+": "+secret+"\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n")
	if !strings.HasPrefix(response, "HTTP/1.1 400 ") || !strings.Contains(response, `"kind":"body"`) {
		t.Errorf("%q", response)
	}
}

// Bodies of any size pass through in both directions with little memory.
func TestLongBodiesAreStreamed(t *testing.T) {
	const size = 64 << 20
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if received, err := io.Copy(io.Discard, r.Body); r.Method == http.MethodPut && (received != size || err != nil) {
			t.Errorf("the API received %d bytes, %v", received, err)
		}
		io.Copy(w, io.LimitReader(zeros{}, size))
	}), nil, xsale.WithMaxResponseBytes(1<<20))
	for _, method := range []string{http.MethodPut, http.MethodGet} {
		request, err := http.NewRequest(method, address+"/file", nil)
		if err != nil {
			t.Fatal(err)
		}
		if method == http.MethodPut {
			request.Body = io.NopCloser(io.LimitReader(zeros{}, size))
		}
		request.Header.Set(gateway.SecretHeader, secret)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		length, err := io.Copy(io.Discard, response.Body)
		runtime.ReadMemStats(&after)
		if err != nil || length != size {
			t.Errorf("%s: %d bytes, %v", method, length, err)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > size/8 {
			t.Errorf("%s: allocated %d bytes for %d", method, allocated, size)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
