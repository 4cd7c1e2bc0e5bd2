package mutation_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/xsaletest"
)

// exchange is a request as sent, and its response.
type exchange struct {
	operation, route string // of the client; empty for a raw call
	method           string
	target           string // path and query
	header           http.Header
	body             []byte

	status         int
	responseHeader http.Header
	responseBody   []byte
}

func (e exchange) String() string {
	return fmt.Sprintf("%s %s %.200s -> %d %.200s", e.method, e.target, e.body, e.status, e.responseBody)
}

// request returns the request without its body, which the checks take separately.
func (e exchange) request() *http.Request {
	target, err := url.Parse(e.target)
	if err != nil {
		panic(err) // it was sent before
	}
	return &http.Request{Method: e.method, URL: target, Header: e.header}
}

// recorder is the transport of the client. It records the exchanges with the API and adds responses
// that the sandbox never sends.
type recorder struct {
	next      http.RoundTripper
	call      call.Event // in progress, one at a time
	scripted  *exchange  // the next response, nil for the sandbox's
	exchanges []exchange
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Path == "/oauth/token" {
		return r.next.RoundTrip(request)
	}
	e := exchange{
		operation: r.call.Operation,
		route:     r.call.Route,
		method:    request.Method,
		target:    request.URL.RequestURI(),
		header:    request.Header.Clone(),
	}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		e.body = body
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := r.respond(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if e.responseBody, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	e.status, e.responseHeader = response.StatusCode, response.Header.Clone()
	response.Body = io.NopCloser(bytes.NewReader(e.responseBody))
	r.exchanges = append(r.exchanges, e)
	return response, nil
}

func (r *recorder) respond(request *http.Request) (*http.Response, error) {
	scripted := r.scripted
	r.scripted = nil
	if scripted == nil {
		return r.next.RoundTrip(request)
	}
	return &http.Response{
		StatusCode:    scripted.status,
		Header:        scripted.responseHeader.Clone(),
		Body:          io.NopCloser(bytes.NewReader(scripted.responseBody)),
		ContentLength: int64(len(scripted.responseBody)),
		Request:       request,
	}, nil
}

// script sets the next response. Without a body there is no content type.
func (r *recorder) script(status int, contentType, body string) {
	r.scripted = &exchange{status: status, responseHeader: http.Header{}, responseBody: []byte(body)}
	if body != "" {
		r.scripted.responseHeader.Set("Content-Type", contentType)
	}
}

// newRecorder returns a client of the sandbox and its recorder.
func newRecorder(t *testing.T, sandbox *xsaletest.Sandbox) (*xsale.Client, *recorder) {
	recorder := &recorder{next: sandbox.HTTPClient().Transport}
	client := sandbox.Client(t,
		xsale.WithHTTPClient(&http.Client{Transport: recorder}),
		xsale.WithRetries(0), // a scripted response is sent once
		xsale.WithHooks(call.Hooks{CallStart: func(ctx context.Context, event call.Event) context.Context {
			recorder.call = event
			return ctx
		}}),
	)
	return client, recorder
}
