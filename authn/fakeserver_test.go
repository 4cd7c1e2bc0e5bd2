package authn

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Secrets that no test output may contain.
const (
	canaryPassword     = "canary-password-5d1f"
	canaryClientSecret = "canary-client-secret-77aa"
	canaryAccessToken  = "canary-access-"
	canaryIDToken      = "canary-id-"
)

// step is a scripted response of the fake login service.
type step struct {
	delay  time.Duration
	status int // 200 when 0
	header http.Header
	body   string
	hijack func(net.Conn) // takes over the connection instead of responding
}

// fakeServer is a login service that follows a script, repeating its last step, and records every
// request.
type fakeServer struct {
	*httptest.Server

	mu       sync.Mutex
	script   []step
	respond  func(n int) step // overrides the script
	requests []recorded
}

// recorded is one request as received.
type recorded struct {
	method, path string
	header       http.Header
	body         string
	at           time.Time
}

// newFakeServer starts the service over TLS. Connections are pipes, so that time stands still in a
// synctest bubble while they are served.
func newFakeServer(t *testing.T, script ...step) *fakeServer {
	t.Helper()
	f := &fakeServer{script: script}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	listener := newPipeListener()
	f.Listener.Close()
	f.Listener = listener
	f.StartTLS()
	transport := f.Client().Transport.(*http.Transport)
	transport.DialContext = listener.dial
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

func (f *fakeServer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.requests = append(f.requests, recorded{r.Method, r.URL.Path, r.Header, string(body), time.Now()})
	n := len(f.requests)
	var s step
	switch {
	case f.respond != nil:
		s = f.respond(n)
	case len(f.script) > 0:
		s = f.script[min(n, len(f.script))-1]
	default:
		s = success(n)
	}
	f.mu.Unlock()

	if s.delay > 0 {
		timer := time.NewTimer(s.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	if s.hijack != nil {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			s.hijack(connection)
		}
		return
	}
	for name, values := range s.header {
		w.Header()[name] = values
	}
	if s.status == 0 {
		s.status = http.StatusOK
	}
	w.WriteHeader(s.status)
	io.WriteString(w, s.body)
}

// posts returns the number of login requests.
func (f *fakeServer) posts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}

func (f *fakeServer) recorded() []recorded {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// set replaces the script.
func (f *fakeServer) set(script ...step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.respond = func(int) step {
		s := script[0]
		if len(script) > 1 {
			script = script[1:]
		}
		return s
	}
}

// config configures a Source that logs in to f.
func (f *fakeServer) config() Config {
	return Config{
		Credentials: Static(testCredentials()),
		TokenURL:    f.URL + "/oauth/token",
		APIURL:      "https://api.example",
		HTTPClient:  f.Client(),
	}
}

// source returns a Source that logs in to f and is closed with the test.
func (f *fakeServer) source(t *testing.T, change ...func(*Config)) *Source {
	t.Helper()
	config := f.config()
	for _, c := range change {
		c(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func testCredentials() Credentials {
	return Credentials{
		ClientID:     "client-id",
		ClientSecret: NewSecret(canaryClientSecret),
		Username:     "user@example.com",
		Password:     NewSecret(canaryPassword),
	}
}

// pipeListener accepts in-memory connections.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-l.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func newRequest(t *testing.T, address string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}
