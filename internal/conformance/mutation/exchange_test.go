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

// exchange is a request as it went over the wire, and its answer.
type exchange struct {
	operation, route string // as the client names what it calls; "" for a raw call
	method           string
	target           string // path and query
	header           http.Header
	body             []byte

	status       int
	answerHeader http.Header
	answer       []byte
}

func (e exchange) String() string {
	return fmt.Sprintf("%s %s %.200s -> %d %.200s", e.method, e.target, e.body, e.status, e.answer)
}

// request returns the request of the exchange without its body, which the checks take apart from
// it.
func (e exchange) request() *http.Request {
	target, err := url.Parse(e.target)
	if err != nil {
		panic(err) // it was sent like this
	}
	return &http.Request{Method: e.method, URL: target, Header: e.header}
}

// recorder is the transport of the client: it notes the exchanges with the API, and gives those
// answers that the sandbox never sends.
type recorder struct {
	next      http.RoundTripper
	call      call.Event // the call that is running; there is one at a time
	scripted  *exchange  // the next answer, nil for the sandbox's own
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
	response, err := r.answer(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if e.answer, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	e.status, e.answerHeader = response.StatusCode, response.Header.Clone()
	response.Body = io.NopCloser(bytes.NewReader(e.answer))
	r.exchanges = append(r.exchanges, e)
	return response, nil
}

func (r *recorder) answer(request *http.Request) (*http.Response, error) {
	scripted := r.scripted
	r.scripted = nil
	if scripted == nil {
		return r.next.RoundTrip(request)
	}
	return &http.Response{
		StatusCode:    scripted.status,
		Header:        scripted.answerHeader.Clone(),
		Body:          io.NopCloser(bytes.NewReader(scripted.answer)),
		ContentLength: int64(len(scripted.answer)),
		Request:       request,
	}, nil
}

// script sets the answer of the next call. Without a body there is no content type either.
func (r *recorder) script(status int, contentType, body string) {
	r.scripted = &exchange{status: status, answerHeader: http.Header{}, answer: []byte(body)}
	if body != "" {
		r.scripted.answerHeader.Set("Content-Type", contentType)
	}
}

// newRecorder returns a client of the sandbox, and what records its exchanges.
func newRecorder(t *testing.T, sandbox *xsaletest.Sandbox) (*xsale.Client, *recorder) {
	recorder := &recorder{next: sandbox.HTTPClient().Transport}
	client := sandbox.Client(t,
		xsale.WithHTTPClient(&http.Client{Transport: recorder}),
		xsale.WithRetries(0), // an answer that is scripted comes once
		xsale.WithHooks(call.Hooks{CallStart: func(ctx context.Context, event call.Event) context.Context {
			recorder.call = event
			return ctx
		}}),
	)
	return client, recorder
}
