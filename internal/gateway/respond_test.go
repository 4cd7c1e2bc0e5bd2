package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/gateway"
	"github.com/xsale-go/xsale/xsaletest"
)

// Every status comes back as the API sent it: its header and its whole body.
func TestResponsesAreUnchanged(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header()["X-Reason"] = []string{"1", "2"}
		w.Header()["Date"] = []string{"Fri, 27 Nov 2026 18:00:00 GMT"}
		w.Header()["Content-Type"] = nil
		w.Header().Set("Www-Authenticate", `Bearer error="insufficient_scope"`)
		w.WriteHeader(status)
		if status != 204 && status != 304 {
			io.WriteString(w, long)
		}
	}), nil, xsale.WithRetries(0))
	for _, status := range []int{200, 201, 204, 206, 207, 300, 304, 400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 503, 599, 999} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			response, body := send(t, method, fmt.Sprint(address, "/", status), "", nil)
			wantBody := long
			if status == 204 || status == 304 || method == http.MethodHead {
				wantBody = ""
			}
			if response.StatusCode != status || body != wantBody {
				t.Errorf("%s %d: %d with %d bytes", method, status, response.StatusCode, len(body))
			}
			header := fmt.Sprint(response.Header["X-Reason"], response.Header["Date"], response.Header["Content-Type"], response.Header["Www-Authenticate"])
			if header != `[1 2] [Fri, 27 Nov 2026 18:00:00 GMT] [] [Bearer error="insufficient_scope"]` {
				t.Errorf("%s %d: %s", method, status, header)
			}
			if want := method == http.MethodPost && status >= 500 && status != 501; (response.Header.Get("Xsale-Maybe-Processed") == "true") != want {
				t.Errorf("%s %d: Xsale-Maybe-Processed: %v", method, status, response.Header["Xsale-Maybe-Processed"])
			}
		}
	}
}

// The caller gets nothing of the tokens, wherever the API shows them, nor cookies and claims about
// the gateway.
func TestTokensAreNotReturned(t *testing.T) {
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		access, id := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.Header.Get("X-Id-Token")
		w.Header().Set("Link", "</me>; token="+access)
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("X-Access", access)
		w.Header().Set("X-Id", "id="+id)
		w.Header().Set("Authorization", "Bearer "+access)
		w.Header().Set("Set-Cookie", "session="+id)
		w.Header().Set("Location", "/me?token="+id)
		w.Header().Set("Trailer", "X-Late")
		w.Header().Set("Alt-Svc", `h3=":443"`)
		w.Header().Set("Xsale-Attempts", "99")
		w.Header().Set("Xsale-Maybe-Processed", "true")
		w.Header().Set("Xsale-Proxy-Error", "secret")
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(status)
		for _, token := range []string{access, id} {
			fmt.Fprintf(w, `{"header":"Bearer %s","signature":"%s","cut":"%s"}`, token, token[strings.LastIndex(token, ".")+1:], token[:len(token)-30])
			for i := range token { // in pieces
				io.WriteString(w, token[i:i+1])
				w.(http.Flusher).Flush()
			}
		}
		w.Header().Set("X-Late", id)
	}), nil, xsale.WithRetries(0))
	for _, status := range []int{200, 302, 400, 500} {
		connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "GET /%d HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s: %s\r\n\r\n", status, gateway.SecretHeader, secret)
		data, err := io.ReadAll(connection)
		if err != nil {
			t.Fatal(err)
		}
		response := string(data)
		for _, part := range []string{"ImF1ZCI", "Set-Cookie", "Alt-Svc", "Xsale-Proxy-Error", "Maybe-Processed", "99", "103 Early", "X-Late"} {
			if strings.Contains(response, part) {
				t.Errorf("%d: the response contains %s", status, part)
			}
		}
		if strings.Count(response, "[redacted]") < 8 {
			t.Errorf("%d: not all redacted:\n%s", status, response)
		}
		for field := range strings.FieldsFuncSeq(response, func(r rune) bool { return strings.ContainsRune("\r\n \"=;{}", r) }) {
			if len(field) > 60 && strings.Trim(field, "[redact]*") != "" {
				t.Errorf("%d: looks like a part of a token: %s", status, field)
			}
		}
	}
}

// A Location in the API stays in the gateway, for both ways to send the secret.
func TestLocation(t *testing.T) {
	var base string
	locations := make(chan string, 1)
	address := startBelow(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base = "http://" + r.Host
		w.Header()["Location"] = []string{strings.ReplaceAll(<-locations, "BASE", base)}
		w.WriteHeader(http.StatusCreated)
	}), "/v1")
	for location, want := range map[string]string{
		"BASE/v1/a/orders/5?x=1#f": "./../a/orders/5?x=1#f",
		"/v1/me":                   "./../me",
		"orders/5":                 "./../a/orders/5",
		"/v2/me":                   "/v2/me",
		"BASE/v12/me":              "BASE/v12/me",
		"https://evil.example/me":  "https://evil.example/me",
		"//evil.example/me":        "//evil.example/me",
		"://":                      "://",
	} {
		for _, prefix := range []string{"", "/" + secret} {
			locations <- location
			response, _ := send(t, http.MethodPost, address+prefix+"/a/orders", "{}", nil)
			if got := strings.ReplaceAll(response.Header.Get("Location"), base, "BASE"); got != want {
				t.Errorf("%s: %s, want %s", location, got, want)
			}
			if followed, err := response.Request.URL.Parse(want); strings.HasPrefix(want, ".") && (err != nil || !strings.HasPrefix(followed.Path, prefix+"/")) {
				t.Errorf("%s leads to %s, %v", want, followed, err)
			}
		}
	}
}

// A read is repeated; a create is not, if it may have been processed, and the caller learns that.
func TestRetries(t *testing.T) {
	statuses := make(chan int, 4)
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		status := <-statuses
		w.Header().Set("Retry-After", "0")
		w.Header().Set("Connection", "close") // net/http repeats a read if a used connection breaks
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
		io.WriteString(w, strconv.Itoa(status))
	}), nil)
	for name, test := range map[string]struct {
		method   string
		statuses []int
		status   int
		body     string
		attempts string
		maybe    string
		kind     string
	}{
		"read after 503":   {"GET", []int{503, 503, 200}, 200, "200", "3", "", ""},
		"put after 503":    {"PUT", []int{503, 200}, 200, "200", "2", "", ""},
		"read after a cut": {"GET", []int{0, 200}, 200, "200", "2", "", ""},
		"create after 503": {"POST", []int{503}, 503, "503", "1", "true", ""},
		"create after 429": {"POST", []int{429, 201}, 201, "201", "2", "", ""},
		"create, then cut": {"POST", []int{0}, 502, "", "1", "true", "connection"},
		"rejected create":  {"POST", []int{422}, 422, "422", "1", "", ""},
		"down":             {"GET", []int{503, 502, 503, 500}, 500, "500", "4", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, status := range test.statuses {
				statuses <- status
			}
			response, body := send(t, test.method, address+"/orders", "{}", nil)
			kind := kindOf(t, response, body)
			if kind != "" {
				body = ""
			}
			if response.StatusCode != test.status || body != test.body || kind != test.kind || len(statuses) != 0 ||
				response.Header.Get("Xsale-Attempts") != test.attempts || response.Header.Get("Xsale-Maybe-Processed") != test.maybe {
				t.Errorf("%d %q %s, %v", response.StatusCode, body, kind, response.Header)
			}
		})
	}
}

// Net/http repeats a read if a reused connection breaks before the response. That is no attempt of
// the gateway's, as its page says.
func TestRepeatsOfTheTransport(t *testing.T) {
	var requests atomic.Int64
	address := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if requests.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
	}), nil)
	for range 2 {
		response, body := send(t, http.MethodGet, address+"/orders", "", nil)
		if response.StatusCode != http.StatusOK || response.Header.Get("Xsale-Attempts") != "1" {
			t.Errorf("%s: %s, %v", response.Status, body, response.Header)
		}
	}
	if requests.Load() != 3 {
		t.Errorf("%d requests", requests.Load())
	}
}

// A response that breaks off does not pass for a whole one.
func TestResponseBreaksOff(t *testing.T) {
	for name, announce := range map[string]bool{"of known length": true, "of unknown length": false} {
		t.Run(name, func(t *testing.T) {
			address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if announce {
					w.Header().Set("Content-Length", "10")
				}
				io.WriteString(w, "12345")
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}), nil)
			request, err := http.NewRequest(http.MethodGet, address+"/me", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(gateway.SecretHeader, secret)
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			// The end of a connection may overtake the last bytes, as under Wine.
			if body, err := io.ReadAll(response.Body); err == nil || !strings.HasPrefix("12345", string(body)) {
				t.Errorf("%s, %v", body, err)
			}
		})
	}
}

// A slow response arrives part by part, and ends at the API when the caller leaves.
func TestPartsArriveAndLeavingCancels(t *testing.T) {
	left := make(chan struct{})
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: 1\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(left)
	}), nil)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/"+secret+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if line, err := bufio.NewReader(response.Body).ReadString('\n'); line != "data: 1\n" {
		t.Errorf("%q, %v", line, err)
	}
	leave()
	<-left
}

// A caller who leaves before the response cancels the request, too.
func TestLeavingBeforeTheResponseCancels(t *testing.T) {
	arrived, left := make(chan struct{}), make(chan struct{})
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // net/http notices the end of a connection after the body
		close(arrived)
		<-r.Context().Done()
		close(left)
	}), nil)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/"+secret+"/orders", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		leave()
	}()
	if _, err := http.DefaultTransport.RoundTrip(request); err == nil {
		t.Error("no error")
	}
	<-left
}

// What the gateway cannot get is a problem with a kind and a remedy.
func TestNoResponse(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never responds
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	login := func(faults ...xsaletest.Fault) []xsale.Option {
		sandbox := xsaletest.New(t)
		sandbox.Fail(xsaletest.Login, faults...)
		return []xsale.Option{xsale.WithTokenURL(sandbox.TokenURL())}
	}
	for name, test := range map[string]struct {
		baseURL string
		method  string
		options []xsale.Option
		status  int
		kind    string
		waits   bool // whether it has a Retry-After
		maybe   bool
	}{
		"refused":        {"http://" + closed.Addr().String(), "POST", []xsale.Option{xsale.WithRetries(0)}, 502, "connection", false, false},
		"not TLS":        {"https://" + closed.Addr().String(), "GET", []xsale.Option{xsale.WithRetries(0)}, 502, "connection", false, false},
		"silent":         {"http://" + silent.Addr().String(), "GET", []xsale.Option{xsale.WithRetries(0), xsale.WithAttemptTimeout(time.Millisecond)}, 504, "timeout", false, false},
		"silent, create": {"http://" + silent.Addr().String(), "POST", []xsale.Option{xsale.WithAttemptTimeout(20 * time.Millisecond)}, 504, "timeout", false, true},
		"blocked":        {"", "GET", login(xsaletest.BlockedAccount()), 502, "login_blocked", false, false},
		"login limited":  {"", "GET", login(xsaletest.RetryAfter(time.Hour).Always()), 503, "login_rate_limited", true, false},
		"login down":     {"", "GET", login(xsaletest.Status(503, "").WithHeader("Retry-After", "3600").Always()), 503, "login_unavailable", true, false},
		"wrong password": {"", "GET", []xsale.Option{xsale.WithCredentials(authn.Credentials{ClientID: xsaletest.ClientID, ClientSecret: authn.NewSecret(xsaletest.ClientSecret), Username: xsaletest.Username, Password: authn.NewSecret("wrong")})}, 502, "login_credentials", false, false},
		"no credentials": {"", "GET", []xsale.Option{xsale.WithCredentialsFunc(func(context.Context) (authn.Credentials, error) { return authn.Credentials{}, io.EOF })}, 502, "login_credentials", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.baseURL == "" {
				test.baseURL = "http://" + closed.Addr().String()
			}
			address := startFor(t, test.baseURL, nil, test.options...)
			response, body := send(t, test.method, address+"/orders", "", nil)
			kind := kindOf(t, response, body)
			if response.StatusCode != test.status || kind != test.kind ||
				(response.Header.Get("Retry-After") != "") != test.waits || (response.Header.Get("Xsale-Maybe-Processed") != "") != test.maybe {
				t.Errorf("%d %v\n%s", response.StatusCode, response.Header, body)
			}
		})
	}
}

// Nobody has asked the API to switch.
func TestSwitchingProtocols(t *testing.T) {
	address := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	}), nil)
	response, body := send(t, http.MethodGet, address+"/me", "", nil)
	if kind := kindOf(t, response, body); response.StatusCode != http.StatusBadGateway || kind != "connection" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// A turn that comes after the end of the call is a problem, too.
func TestNoTurn(t *testing.T) {
	address := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), nil, xsale.WithRateLimit(0.001, 1))
	if response, body := send(t, http.MethodGet, address+"/me", "", nil); response.StatusCode != http.StatusOK {
		t.Error(body)
	}
	response, body := send(t, http.MethodPost, address+"/orders", "", nil)
	if response.StatusCode != http.StatusServiceUnavailable || kindOf(t, response, body) != "rate_limit" || response.Header.Get("Xsale-Attempts") != "0" {
		t.Error(response.Header, body)
	}
}

// Requests in progress finish when the gateway stops, and new ones are not accepted.
func TestStop(t *testing.T) {
	sandbox := xsaletest.New(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	var calls atomic.Int64
	if err := sandbox.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		close(arrived)
		<-release
		io.WriteString(w, "done")
	}); err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{API: sandbox.Client(t), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, listener) }()
	address := "http://" + listener.Addr().String() + "/" + secret + "/slow"
	bodies := make(chan string, 1)
	go func() {
		_, body := send(t, http.MethodGet, address, "", nil)
		bodies <- body
	}()
	<-arrived
	stop()
	for { // until the listener is closed
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		connection.Close()
	}
	close(release)
	if body := <-bodies; body != "done" {
		t.Error(body)
	}
	if err := <-served; err != nil || calls.Load() != 1 {
		t.Error(err, calls.Load())
	}
}
