package control

import (
	"context"
	"encoding/base64"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xsale-go/xsale/xsaletest"
)

// loggedRequest is an API request that the sandbox received.
type loggedRequest struct {
	Number    int                 `json:"number"`
	Time      time.Time           `json:"time"`
	Operation string              `json:"operation"`
	Method    string              `json:"method"`
	Path      string              `json:"path"`
	Query     url.Values          `json:"query"`
	Headers   map[string]string   `json:"headers"`
	Body      string              `json:"body"`
	Encoding  string              `json:"encoding,omitempty"`
	Status    int                 `json:"status"`
	Ended     bool                `json:"ended"`
	Fault     *xsaletest.Fault    `json:"fault,omitempty"`
	Findings  []xsaletest.Finding `json:"findings"`
}

func newLoggedRequest(r xsaletest.Request) loggedRequest {
	logged := loggedRequest{
		Number: r.Number, Time: r.Time, Operation: r.Operation, Method: r.Method, Path: r.Path, Query: r.Query,
		Headers: make(map[string]string), Status: r.Status, Ended: r.Ended, Findings: append([]xsaletest.Finding{}, r.Findings...),
	}
	for name, values := range r.Header {
		logged.Headers[name] = strings.Join(values, ", ")
	}
	if utf8.Valid(r.Body) {
		logged.Body = string(r.Body)
	} else {
		logged.Body, logged.Encoding = base64.StdEncoding.EncodeToString(r.Body), "base64"
	}
	if !r.Fault.IsZero() {
		logged.Fault = &r.Fault
	}
	return logged
}

// filter is the query of listRequests and waitForRequests, whose values the spec has checked.
type filter struct {
	query  url.Values
	status int
	after  int
	limit  int
}

func newFilter(r *request) filter {
	query := r.URL.Query()
	return filter{query, integer(query, "status", 0), integer(query, "after", 0), integer(query, "limit", math.MaxInt)}
}

// integer returns the value of a query parameter that the spec has checked.
func integer(query url.Values, name string, byDefault int) int {
	value, err := strconv.Atoi(query.Get(name))
	if err != nil {
		return byDefault
	}
	return value
}

func (f filter) matches(r xsaletest.Request) bool {
	is := func(name, value string) bool { return !f.query.Has(name) || f.query.Get(name) == value }
	return is("operation", r.Operation) && is("method", r.Method) && is("path", r.Path) &&
		(!f.query.Has("status") || r.Status == f.status) && r.Number > f.after
}

// logged returns the newest of the requests.
func (f filter) logged(requests []xsaletest.Request) []loggedRequest {
	logged := []loggedRequest{}
	for _, r := range requests[max(0, len(requests)-f.limit):] {
		logged = append(logged, newLoggedRequest(r))
	}
	return logged
}

func (a *api) listRequests(r *request) (any, error) {
	filter := newFilter(r)
	requests := slices.DeleteFunc(a.sandbox.Requests(), func(r xsaletest.Request) bool { return !filter.matches(r) })
	return struct {
		Requests []loggedRequest `json:"requests"`
		Dropped  int             `json:"dropped"`
	}{filter.logged(requests), a.sandbox.DroppedRequests()}, nil
}

func (a *api) waitForRequests(r *request) (any, error) {
	filter := newFilter(r)
	seconds, err := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
	if err != nil {
		seconds = 10
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(seconds*float64(time.Second)))
	defer cancel()
	requests, err := a.sandbox.WaitForRequests(ctx, integer(r.URL.Query(), "count", 1), filter.matches)
	return struct {
		Requests []loggedRequest `json:"requests"`
		Complete bool            `json:"complete"`
	}{filter.logged(requests), err == nil}, nil
}

func (a *api) clearRequests(*request) (any, error) {
	a.sandbox.ClearRequests()
	return nil, nil
}
