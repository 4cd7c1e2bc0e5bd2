// Package stub has the small servers, transports and token sources that tests of several packages
// use.
package stub

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xsale-go/xsale/authn"
)

// DoerFunc is a Doer made of a function.
type DoerFunc func(*http.Request) (*http.Response, error)

func (f DoerFunc) Do(request *http.Request) (*http.Response, error) { return f(request) }

// RoundTripFunc is an HTTP transport made of a function.
type RoundTripFunc func(*http.Request) (*http.Response, error)

func (f RoundTripFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// Response returns a response as a server would send it, with headers given as names and values.
func Response(status int, body string, header ...string) *http.Response {
	response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		response.Header.Set(header[i], header[i+1])
	}
	return response
}

// Login is the transport of a login service. Its n-th login returns the tokens access-n and id-n.
type Login struct{ Count atomic.Int32 }

func (l *Login) RoundTrip(*http.Request) (*http.Response, error) {
	n := l.Count.Add(1)
	return Response(http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","id_token":"id-%d","expires_in":86400,"token_type":"Bearer"}`, n, n)), nil
}

// Source returns a token source with its own login service.
func Source(t *testing.T) (*authn.Source, *Login) {
	t.Helper()
	login := &Login{}
	source, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{
			ClientID:     "client",
			ClientSecret: authn.NewSecret("client-secret"),
			Username:     "user",
			Password:     authn.NewSecret("password"),
		}),
		HTTPClient: &http.Client{Transport: login},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source, login
}

// CloseRecorder is a body that records whether it was closed.
type CloseRecorder struct {
	io.Reader
	Closed bool
}

func (c *CloseRecorder) Close() error {
	c.Closed = true
	return nil
}

// Responses is a Doer that plays a script, repeats its last entry, and keeps the requests.
type Responses struct {
	Script   []func() (*http.Response, error)
	Requests []*http.Request
	Bodies   []string
}

func (r *Responses) Do(request *http.Request) (*http.Response, error) {
	body := ""
	if request.Body != nil {
		data, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	r.Requests = append(r.Requests, request)
	r.Bodies = append(r.Bodies, body)
	return r.Script[min(len(r.Requests), len(r.Script))-1]()
}

// Status is a script entry: a response without a body.
func Status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return Response(code, "", header...), nil }
}

// Broken is a script entry: no response.
func Broken(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

// Request returns a request to the API as a service would send it.
func Request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, authn.DefaultAPIURL+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// HangingBody reads what its reader has and then blocks until its context ends.
type HangingBody struct {
	io.Reader
	Context context.Context
}

func (b *HangingBody) Read(p []byte) (int, error) {
	if n, err := b.Reader.Read(p); err == nil {
		return n, nil
	}
	<-b.Context.Done()
	return 0, b.Context.Err()
}

func (b *HangingBody) Close() error { return nil }

// CheckLine fails the test unless s is one printable line of at most length bytes and an ellipsis.
func CheckLine(t *testing.T, s string, length int) {
	t.Helper()
	if len(s) > length+len("…") || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not a line of at most %d bytes: %q", length, s)
	}
}
