package xsaletest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// reply is a whole response.
type reply struct {
	status int
	header http.Header
	body   string
}

func decode[T any](t testing.TB, r reply) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		t.Fatalf("status %d, body %.200s: %v", r.status, r.body, err)
	}
	return value
}

// send sends a request to the sandbox. A body is JSON unless the header has another Content-Type.
func send(t testing.TB, sandbox *xsaletest.Sandbox, method, path, body string, header http.Header) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, sandbox.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(request.Header, header)
	response, err := sandbox.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(data)}
}

// tokens are the tokens of one login.
type tokens struct {
	Access string `json:"access_token"`
	ID     string `json:"id_token"`
}

func (p tokens) header() http.Header {
	header := make(http.Header)
	header.Set("Authorization", "Bearer "+p.Access)
	header.Set("x-id-token", p.ID)
	return header
}

// grant returns the fields of a valid login, with changes by name and value. An empty value
// removes a field.
func grant(changes ...string) map[string]string {
	fields := map[string]string{
		"client_id":     xsaletest.ClientID,
		"client_secret": xsaletest.ClientSecret,
		"audience":      xsaletest.Audience,
		"username":      xsaletest.Username,
		"password":      xsaletest.Password,
		"grant_type":    "password",
		"scope":         "openid profile email xsale production",
	}
	for change := range slices.Chunk(changes, 2) {
		fields[change[0]] = change[1]
		if change[1] == "" {
			delete(fields, change[0])
		}
	}
	return fields
}

// tryLogin requests tokens with the fields of [grant].
func tryLogin(t testing.TB, sandbox *xsaletest.Sandbox, changes ...string) reply {
	t.Helper()
	body, err := json.Marshal(grant(changes...))
	if err != nil {
		t.Fatal(err)
	}
	return send(t, sandbox, http.MethodPost, "/oauth/token", string(body), nil)
}

func login(t testing.TB, sandbox *xsaletest.Sandbox) tokens {
	t.Helper()
	reply := tryLogin(t, sandbox)
	if reply.status != http.StatusOK {
		t.Fatalf("login: status %d, body %s", reply.status, reply.body)
	}
	return decode[tokens](t, reply)
}

// caller is a logged-in client.
type caller struct {
	t       testing.TB
	sandbox *xsaletest.Sandbox
	tokens  tokens
}

func newCaller(t testing.TB, options ...xsaletest.Option) *caller {
	t.Helper()
	sandbox := xsaletest.New(t, options...)
	return &caller{t, sandbox, login(t, sandbox)}
}

// call calls a path of the API. A leading colon stands for the organization.
func (c *caller) call(method, path, body string) reply {
	c.t.Helper()
	if relative, ok := strings.CutPrefix(path, ":"); ok {
		path = "/" + xsaletest.Organization + relative
	}
	return send(c.t, c.sandbox, method, path, body, c.tokens.header())
}

// do calls a path and wants a status.
func (c *caller) do(method, path, body string, status int) reply {
	c.t.Helper()
	reply := c.call(method, path, body)
	if reply.status != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, reply.status, status, reply.body)
	}
	return reply
}

// create returns the id of the created object.
func (c *caller) create(path, body string) int64 {
	c.t.Helper()
	reply := c.call(http.MethodPost, path, body)
	if reply.status != http.StatusCreated {
		c.t.Fatalf("POST %s: status %d, body %s", path, reply.status, reply.body)
	}
	return decode[struct{ Id int64 }](c.t, reply).Id
}

// listOrders lists orders with a query such as "?statusidin=1".
func (c *caller) listOrders(query string) []listedOrder {
	c.t.Helper()
	reply := c.call(http.MethodGet, ":/orders"+query, "")
	if reply.status != http.StatusOK {
		c.t.Fatalf("GET orders%s: status %d, body %s", query, reply.status, reply.body)
	}
	return decode[[]listedOrder](c.t, reply)
}

type listedOrder struct {
	Id            int64
	IntegrationId int64
	PurchaseDate  string
	Items         []struct {
		OfferId              int64
		Quantity             json.RawMessage
		PriceNet, PriceGross json.RawMessage
		OrderItemArticles    json.RawMessage
	}
}

// problem is the body of an error response.
type problem struct {
	Type, Title, Detail string
	Status              int
	Errors              []problemError
}

type problemError struct{ Pointer, Detail string }

// wantProblem checks the status and the form of a problem, and its pointers in any order.
func wantProblem(t testing.TB, reply reply, status int, pointers ...string) problem {
	t.Helper()
	if reply.status != status {
		t.Fatalf("got status %d, want %d: %s", reply.status, status, reply.body)
	}
	if contentType := reply.header.Get("Content-Type"); contentType != "application/problem+json" {
		t.Errorf("Content-Type %q", contentType)
	}
	p := decode[problem](t, reply)
	if p.Status != status || p.Title != http.StatusText(status) || p.Type == "" || p.Detail == "" {
		t.Errorf("incomplete problem: %+v", p)
	}
	var got []string
	for _, e := range p.Errors {
		got = append(got, e.Pointer)
		if e.Detail == "" {
			t.Errorf("no detail for %q", e.Pointer)
		}
		if strings.Contains(p.Detail, e.Detail) { // a client that prints both would report it twice
			t.Errorf("the detail repeats an error: %s", reply.body)
		}
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(pointers))) {
		t.Errorf("got pointers %q, want %q: %s", got, pointers, reply.body)
	}
	return p
}

// clock is a clock that tests advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2025, time.May, 5, 8, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const validOrder = `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,
	"Items":[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]}`

// recordedTest records its failures and its log.
type recordedTest struct {
	testing.TB
	mu     sync.Mutex
	errors []string
	logs   []string
}

func (r *recordedTest) Error(arguments ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprint(arguments...))
}

func (r *recordedTest) Logf(format string, arguments ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprintf(format, arguments...))
}

func (r *recordedTest) Errorf(format string, arguments ...any) {
	r.Error(fmt.Sprintf(format, arguments...))
}

// pipeListener accepts connections in memory, for tests with testing/synctest.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

// dial is for the DialContext of a transport.
func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.connections <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
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

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// pipeLogin logs in with a custom client.
func pipeLogin(t testing.TB, client *http.Client, sandbox *xsaletest.Sandbox) (issued tokens) {
	t.Helper()
	body, err := json.Marshal(grant())
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Post(sandbox.TokenURL(), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&issued); err != nil {
		t.Fatal(err)
	}
	return issued
}
