package xsaletest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
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
	Number     int       // starts at 1
	Time       time.Time // of the sandbox's clock
	Operation  string    // operationId, or pattern of HandleFunc; empty for any other path and method
	Method     string
	Path       string // unescaped
	Route      string // path template, such as /{organizationName}/orders; the path itself without an operation
	PathValues map[string]string
	Query      url.Values
	Header     http.Header // tokens and cookies are [redacted]
	Body       []byte      // up to 10 MiB; longer bodies are rejected with 413
	Status     int         // of the response; 0 if the connection was cut before it, or it is not sent yet
	Fault      Fault       // injected into the request; the zero Fault for none
	Findings   []Finding   // of the request, with valid tokens to an operation of the spec
	Ended      bool        // the response was sent, or the connection was cut
}

// Finding is a difference between a request and the spec. It contains types and names of the spec,
// but never a value.
type Finding struct {
	Severity string `json:"severity"` // "error" if the spec rules it out, "notice" if it merely does not have it
	Location string `json:"location"` // JSON pointer into the body, or a parameter, such as "query statusidin"
	Detail   string `json:"detail"`   // what was sent, and what the spec has
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

// DroppedRequests returns the number of older API requests that [Sandbox.Requests] no longer
// returns because of its limits.
func (s *Sandbox) DroppedRequests() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.dropped
}

// ClearRequests forgets the API requests so far. It does not restart their numbers or
// [Sandbox.Calls].
func (s *Sandbox) ClearRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.clear()
}

// WaitForRequests waits until at least count matching API requests have ended, and returns all of
// them in the order in which they arrived. Earlier requests count, too. If the context ends or the
// sandbox closes first, it returns those that have ended, and an error. The function must not
// modify the request.
func (s *Sandbox) WaitForRequests(ctx context.Context, count int, match func(Request) bool) ([]Request, error) {
	w := s.requests.watch()
	defer s.requests.unwatch(w)
	var matching []Request
	var err error
	for {
		ended, cleared := s.requests.take(w)
		if cleared {
			matching = nil
		}
		for _, r := range ended {
			if match(r) {
				matching = append(matching, r.clone())
			}
		}
		if len(matching) >= count || err != nil {
			break
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.closing:
			err = http.ErrServerClosed
		}
	}
	slices.SortFunc(matching, func(a, b Request) int { return cmp.Compare(a.Number, b.Number) })
	if len(matching) < count {
		return matching, fmt.Errorf("xsaletest: wait for %d requests, got %d: %w", count, len(matching), err)
	}
	return matching, nil
}

type requestLog struct {
	mu      sync.Mutex
	count   int // of all requests
	kept    []*loggedRequest
	size    int // of the kept requests
	dropped int
	waiters []*waiter
}

// waiter gets each request that ends, so that waiting costs the same however many there are.
type waiter struct {
	ended   []Request // not to be modified
	cleared bool      // the requests before were
	wake    chan struct{}
}

type loggedRequest struct {
	log     *requestLog
	request Request
	size    int
	kept    bool
}

// begin logs a request and reads its body.
func (l *requestLog) begin(w http.ResponseWriter, c *apiCall, now time.Time) {
	r := c.request
	e := &loggedRequest{log: l, kept: true, request: Request{
		Time: now, Method: r.Method, Path: r.URL.Path, Route: r.URL.Path, Query: r.URL.Query(), Header: redacted(r.Header),
	}}
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
	if e.kept {
		e.size += size
		l.size += size
	}
	for len(l.kept) > maxRequests || l.size > maxRequestsSize {
		l.size -= l.kept[0].size
		l.kept[0].kept = false
		l.kept[0] = nil
		l.kept = l.kept[1:]
		l.dropped++
	}
}

// clear forgets all requests. The caller holds the lock.
func (l *requestLog) clear() {
	for _, e := range l.kept {
		e.kept = false
	}
	for _, w := range l.waiters {
		w.ended, w.cleared = nil, true
	}
	l.kept, l.size, l.dropped = nil, 0, 0
}

// reset forgets all requests and their number.
func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	l.count = 0
}

// end logs the end of a request with its findings.
func (e *loggedRequest) end(found []contract.Finding) {
	var findings []Finding
	for _, f := range found {
		findings = append(findings, Finding{string(f.Severity), f.Location, f.Detail()})
	}
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.request.Findings, e.request.Ended = findings, true
	if !e.kept { // it was dropped or cleared
		return
	}
	for _, w := range e.log.waiters {
		w.ended = append(w.ended, e.request)
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// watch returns a new waiter with the requests that have ended so far.
func (l *requestLog) watch() *waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &waiter{wake: make(chan struct{}, 1)}
	for _, e := range l.kept {
		if e.request.Ended {
			w.ended = append(w.ended, e.request)
		}
	}
	l.waiters = append(l.waiters, w)
	return w
}

func (l *requestLog) unwatch(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiters = slices.DeleteFunc(l.waiters, func(other *waiter) bool { return other == w })
}

// take returns the requests that have ended since the last time, and whether those before were
// cleared.
func (l *requestLog) take(w *waiter) (ended []Request, cleared bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ended, cleared = w.ended, w.cleared
	w.ended, w.cleared = nil, false
	return ended, cleared
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
	r.Findings = slices.Clone(r.Findings)
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
