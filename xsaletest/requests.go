package xsaletest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/xsale-go/xsale/wire/codec"
)

// Limits of the request log. The oldest requests are dropped first.
const (
	maxRequests     = 10_000
	maxRequestsSize = 64 << 20 // of bodies, headers, paths and queries together
	maxRequestBytes = 10 << 20
)

// Request is an API request that the sandbox received, see [Sandbox.Requests].
type Request struct {
	Number     int    // starts at 1
	Operation  string // operationId, or pattern of HandleFunc; empty for any other path and method
	Method     string
	Route      string // path template, such as /{organizationName}/orders; the path itself without an operation
	PathValues map[string]string
	Query      url.Values
	Header     http.Header // tokens and cookies are [redacted]
	Body       []byte      // up to 10 MiB; longer bodies are rejected with 413
	Status     int         // of the response; 0 if the connection was cut before it, or it is not sent yet
	Fault      Fault       // injected into the request; the zero Fault for none
}

// Decode decodes the JSON body of a request, for example into an
// [github.com/xsale-go/xsale.CreateOrder]. An error names the request and contains no value of
// the body.
func Decode[T any](request Request) (T, error) {
	var value, zero T
	if err := codec.Unmarshal(request.Body, &value); err != nil {
		return zero, fmt.Errorf("xsaletest: decode the body of request %d, %s %s, as %T: %w", request.Number, request.Method, request.Route, zero, err)
	}
	return value, nil
}

// Requests returns a copy of the API requests in the order they arrived: all of them, or those of
// some operations, such as createOrder or a pattern of [Sandbox.HandleFunc]. It includes rejected
// requests, but no logins: see [Sandbox.Logins] and [Sandbox.TokenRequests]. The sandbox keeps the
// last 10,000 requests, up to 64 MiB; see [Sandbox.DroppedRequests].
func (s *Sandbox) Requests(operationIDs ...string) []Request {
	return s.requests.list(operationIDs)
}

// DroppedRequests returns how many of the oldest API requests [Sandbox.Requests] no longer returns.
func (s *Sandbox) DroppedRequests() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.count - len(s.requests.kept)
}

type requestLog struct {
	mu    sync.Mutex
	count int // of all requests
	kept  []*loggedRequest
	size  int // of the kept requests
}

type loggedRequest struct {
	log     *requestLog
	request Request
	size    int
}

// begin logs a request and reads its body.
func (l *requestLog) begin(w http.ResponseWriter, c *apiCall) {
	r := c.request
	e := &loggedRequest{log: l, request: Request{Method: r.Method, Route: r.URL.Path, Query: r.URL.Query(), Header: redacted(r.Header)}}
	if c.served() {
		e.request.Operation, e.request.Route, e.request.PathValues = c.name(), c.Path, c.Variables
	}
	l.mu.Lock()
	l.count++
	e.request.Number = l.count
	l.kept = append(l.kept, e)
	l.grow(e, len(r.RequestURI)+sizeOf(e.request.Header))
	l.mu.Unlock()

	c.logged = e
	c.body, c.bodyErr = io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	l.mu.Lock()
	defer l.mu.Unlock()
	e.request.Body = c.body
	l.grow(e, len(c.body))
}

// grow counts the memory of a request and drops the oldest requests beyond the limits. The caller
// holds the lock.
func (l *requestLog) grow(e *loggedRequest, size int) {
	if len(l.kept) > 0 && e.request.Number >= l.kept[0].request.Number { // not dropped yet
		e.size += size
		l.size += size
	}
	for len(l.kept) > maxRequests || l.size > maxRequestsSize {
		l.size -= l.kept[0].size
		l.kept[0] = nil
		l.kept = l.kept[1:]
	}
}

func (e *loggedRequest) setFault(fault Fault) {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.request.Fault = fault
}

func (l *requestLog) list(operationIDs []string) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var requests []Request
	for _, e := range l.kept {
		if len(operationIDs) == 0 || slices.Contains(operationIDs, e.request.Operation) {
			requests = append(requests, e.request.clone())
		}
	}
	return requests
}

func (r Request) clone() Request {
	r.PathValues = maps.Clone(r.PathValues)
	r.Query = url.Values(http.Header(r.Query).Clone())
	r.Header = r.Header.Clone()
	r.Body = bytes.Clone(r.Body)
	return r
}

var secretHeaders = []string{accessTokenHeader, http.CanonicalHeaderKey(idTokenHeader), "Cookie", "Proxy-Authorization"}

func redacted(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range secretHeaders {
		for i := range header[name] {
			header[name][i] = "[redacted]"
		}
	}
	return header
}

func sizeOf(header http.Header) (size int) {
	for name, values := range header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// statusWriter logs the status of a response before the client can see it.
type statusWriter struct {
	http.ResponseWriter
	logged *loggedRequest
}

func (w *statusWriter) WriteHeader(status int) {
	w.logged.log.mu.Lock()
	w.logged.request.Status = status
	w.logged.log.mu.Unlock()
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
