package xsale

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale/authn"
)

// doerFunc is a step made of a function.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(request *http.Request) (*http.Response, error) { return f(request) }

// roundTripFunc is an HTTP transport made of a function.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// answer returns a response as a server would send it.
func answer(status int, body string, header ...string) *http.Response {
	response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		response.Header.Set(header[i], header[i+1])
	}
	return response
}

// answers is a step that gives one answer after the other, the last one for ever, and keeps what it was sent.
type answers struct {
	script   []func() (*http.Response, error)
	requests []*http.Request
	bodies   []string
}

func (a *answers) Do(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		data, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	a.requests = append(a.requests, request)
	a.bodies = append(a.bodies, body)
	return a.script[min(len(a.requests), len(a.script))-1]()
}

func status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return answer(code, "", header...), nil }
}

func broken(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

// newRequest returns a request to the API as a service would send it.
func newRequest(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, DefaultBaseURL+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// loginTransport is a login service whose n-th login gives the tokens access-n and id-n.
type loginTransport struct{ logins atomic.Int32 }

func (l *loginTransport) RoundTrip(*http.Request) (*http.Response, error) {
	n := l.logins.Add(1)
	return answer(http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","id_token":"id-%d","expires_in":86400,"token_type":"Bearer"}`, n, n)), nil
}

// newTestSource returns a token source on a login service of its own.
func newTestSource(t *testing.T) (*authn.Source, *loginTransport) {
	t.Helper()
	service := &loginTransport{}
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{
			ClientID:     "client",
			ClientSecret: authn.NewSecret("client-secret"),
			Username:     "user",
			Password:     authn.NewSecret("password"),
		}),
		HTTPClient: &http.Client{Transport: service},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source, service
}

// newTestClient returns a client whose API answers with serve.
func newTestClient(t *testing.T, serve func(*http.Request) (*http.Response, error), options ...Option) *Client {
	t.Helper()
	source, _ := newTestSource(t)
	client, err := New(append([]Option{
		WithTokenSource(source),
		WithOrganization("acme"),
		WithHTTPClient(&http.Client{Transport: roundTripFunc(serve)}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// closeRecorder tells whether a body was closed.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}

func mustFail[T any](t *testing.T) func(T, error) error {
	return func(_ T, err error) error {
		t.Helper()
		if err == nil {
			t.Fatal("no error")
		}
		return err
	}
}
