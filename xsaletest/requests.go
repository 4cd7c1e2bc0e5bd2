package xsaletest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/xsale-go/xsale/wire/codec"
)

// What is kept of the requests. The oldest are dropped first.
const (
	maxRequests     = 10_000
	maxRequestsSize = 64 << 20 // of bodies, headers, paths and queries together
)

// Request is an API request that came to the sandbox, see [Sandbox.Requests].
type Request struct {
	Number     int    // 1 is the first API request that came
	Operation  string // operationId of the API description; empty where it has no such path and method
	Method     string
	Route      string // path template, such as /{organizationName}/orders; the path itself where there is no operation
	PathValues map[string]string
	Query      url.Values
	Header     http.Header // tokens and cookies read as [redacted]
	Body       []byte      // up to 10 MiB; a longer one is refused with 413
	Status     int         // of the answer; 0 before there is one, and where the connection was cut before it
	Fault      Fault       // that the request was given; the zero Fault for none
}

// Decode reads the body of a request as JSON into a T, such as an [github.com/xsale-go/xsale.CreateOrder]. An error names the
// request and holds no value of the body.
func Decode[T any](request Request) (T, error) {
	var value T
	if err := codec.Unmarshal(request.Body, &value); err != nil {
		var none T
		return none, fmt.Errorf("xsaletest: read the body of request %d, %s %s, as %T: %w", request.Number, request.Method, request.Route, none, err)
	}
	return value, nil
}

// Requests returns the API requests so far in the order in which they came: all of them, or those of some operations, such
// as createOrder. Requests that were refused are among them; logins never are: see [Sandbox.Logins] and
// [Sandbox.TokenRequests]. At most the last 10,000 are kept, and of these as many as fit into 64 MiB; see
// [Sandbox.DroppedRequests]. What is returned is the caller's own.
func (s *Sandbox) Requests(operationIDs ...string) []Request {
	return s.requests.list(operationIDs)
}

// DroppedRequests returns how many of the oldest API requests are no longer in [Sandbox.Requests].
func (s *Sandbox) DroppedRequests() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return s.requests.count - len(s.requests.kept)
}

// requestLog keeps the requests.
type requestLog struct {
	mu    sync.Mutex
	count int // of all that came
	kept  []*loggedRequest
	size  int // of those that are kept
}

// loggedRequest is a request and what has become of it.
type loggedRequest struct {
	log        *requestLog
	request    Request
	size       int
	violations []violation // of the API description, by the request
}

// begin notes that a request came, and reads its body, which can be read again afterwards.
func (l *requestLog) begin(r *http.Request, operation *apiOperation, pathValues map[string]string) *loggedRequest {
	e := &loggedRequest{log: l, request: Request{
		Method: r.Method, Route: r.URL.Path, PathValues: pathValues, Query: r.URL.Query(), Header: redacted(r.Header),
	}}
	if operation != nil {
		e.request.Operation, e.request.Route = operation.id, operation.route
	}
	l.mu.Lock()
	l.count++
	e.request.Number = l.count
	l.kept = append(l.kept, e)
	l.grow(e, len(r.RequestURI)+sizeOf(e.request.Header))
	l.mu.Unlock()

	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1))
	var rest io.Reader = r.Body
	if err != nil {
		rest = failedReader{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), r.Body}

	l.mu.Lock()
	defer l.mu.Unlock()
	e.request.Body = body[:min(len(body), maxRequestBytes)]
	l.grow(e, len(body))
	return e
}

// grow counts what a request needs more, and drops the oldest where that is too much. It needs the lock.
func (l *requestLog) grow(e *loggedRequest, size int) {
	if len(l.kept) > 0 && e.request.Number >= l.kept[0].request.Number { // is still kept
		e.size += size
		l.size += size
	}
	for len(l.kept) > maxRequests || l.size > maxRequestsSize {
		l.size -= l.kept[0].size
		l.kept[0] = nil
		l.kept = l.kept[1:]
	}
}

// setFault notes the fault of the request.
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

// secretHeaders are not recorded.
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

type failedReader struct{ err error }

func (r failedReader) Read([]byte) (int, error) { return 0, r.err }

// loggedRequestKey is where a request's context has what is logged of it.
type loggedRequestKey struct{}

func loggedRequestOf(r *http.Request) *loggedRequest {
	e, _ := r.Context().Value(loggedRequestKey{}).(*loggedRequest)
	return e
}

func (e *loggedRequest) in(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), loggedRequestKey{}, e))
}

// statusWriter notes the status of an answer before its client can see it.
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
