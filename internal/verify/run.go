package verify

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// run is one run of [Run].
type run struct {
	Options
	contract   *contract.Document
	operations []tree.Operation // that only read, those of short paths first
	writes     []tree.Operation
	probed     []tree.Operation // with filters

	findings []Finding
	failures []*Failure
	ended    *Failure

	organizationIsRight bool // an operation in it was a success

	seen      map[string]*seen // by the pointer of the operation
	answers   map[string]any   // the first of each path, as the description has it
	texts     map[string]bool  // that stand in answers and could be names, in lower case
	hidden    map[string]bool  // names that look like data
	described map[string]bool  // names that the description has
	learned   *learned

	contradicted map[string]int // places of the description, and the findings of contradictions, by what they are about
}

// seen is what the answers of an operation to a success have held.
type seen struct {
	response node
	content  node
	shape    *shape
}

func newRun(options Options) (*run, error) {
	r := &run{
		Options: options, findings: []Finding{},
		seen: map[string]*seen{}, answers: map[string]any{}, texts: map[string]bool{}, hidden: map[string]bool{}, described: map[string]bool{}, contradicted: map[string]int{},
	}
	r.learned = newLearned(r.Document)
	data, err := tree.JSON(r.Document)
	if err != nil {
		return nil, err
	}
	if r.contract, err = contract.Load(data); err != nil {
		return nil, err
	}
	tree.VisitSchemas(r.Document, func(_ string, schema tree.Object) tree.Object {
		for name := range tree.Fields(schema["properties"]) {
			r.described[name] = true
		}
		return schema
	})
	for _, operation := range tree.Operations(r.Document) {
		_, isWanted := options.Writes[tree.String(operation.Object["operationId"])]
		switch {
		case operation.Method == "get":
			r.operations = append(r.operations, operation)
		case isWanted:
			r.writes = append(r.writes, operation)
		}
	}
	depth := func(o tree.Operation) int { return strings.Count(o.Path, "/") + 10*len(variables(o.Path)) }
	byDepth := func(a, b tree.Operation) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.Path, b.Path))
	}
	slices.SortStableFunc(r.operations, byDepth)
	slices.SortStableFunc(r.writes, byDepth)
	return r, nil
}

// Planned is an operation that would be called.
type Planned struct {
	Operation, Method, Path string
	Filters                 []string // that are tried with several values
}

// Plan returns what a run calls at most: for some operations no values may be found.
func Plan(options Options) ([]Planned, error) {
	r, err := newRun(options)
	if err != nil {
		return nil, err
	}
	var planned []Planned
	for _, operation := range slices.Concat(r.operations, r.writes) {
		p := Planned{idOf(operation), strings.ToUpper(operation.Method), operation.Path, nil}
		for _, filter := range r.filters(operation) {
			p.Filters = append(p.Filters, filter.name)
		}
		planned = append(planned, p)
	}
	return planned, nil
}

func idOf(operation tree.Operation) string { return tree.String(operation.Object["operationId"]) }

// add enters a finding of an operation.
func (r *run) add(operation tree.Operation, finding Finding) {
	finding.Operation, finding.Method, finding.Path = idOf(operation), strings.ToUpper(operation.Method), operation.Path
	r.findings = append(r.findings, finding)
}

func (r *run) notCalled(operation tree.Operation, why string) {
	r.add(operation, Finding{Verdict: Open, Detail: detailOperation, Answer: "not called: " + why, DescribedAt: operation.Pointer})
}

// The details that findings are about.
const (
	detailOperation = "operation"
	detailStatus    = "status"
	detailMediaType = "content type"
	detailAnswer    = "answer"
	detailRequest   = "request"
	detailMember    = "member"
	detailType      = "type"
	detailNull      = "null"
)

// call calls an operation and learns from its answer.
func (r *run) call(ctx context.Context, operation tree.Operation) {
	path, query, missing := r.fill(operation)
	if missing != "" {
		r.notCalled(operation, missing)
		return
	}
	id := idOf(operation)
	request := Request{Operation: id, Method: strings.ToUpper(operation.Method), Path: path, Query: query, Body: r.Writes[id]}
	answer, ok := r.send(ctx, operation, request)
	if !ok {
		return
	}
	r.organizationIsRight = r.organizationIsRight || slices.ContainsFunc(variables(operation.Path), isOrganization)
	r.checkRequest(operation, request)
	if value, ok := r.examine(operation, request, answer); ok && operation.Method == "get" {
		r.answers[operation.Path] = value
	}
}

// send sends a call, and enters that there is no answer to check.
func (r *run) send(ctx context.Context, operation tree.Operation, request Request) (*Answer, bool) {
	answer, failure := r.Send(ctx, request)
	if failure == nil {
		return answer, true
	}
	finding := Finding{Verdict: Failed, Detail: detailAnswer, Answer: failure.Text, DescribedAt: operation.Pointer}
	if answer != nil {
		finding.Detail, finding.Description = detailStatus, strings.Join(successes(operation), ", ")
		if answer.Status == http.StatusNotFound && !r.isGiven(operation) {
			finding.notFound = failure
		}
	}
	if finding.notFound == nil {
		r.failures = append(r.failures, failure)
	}
	if failure.Ends {
		r.ended = failure
	}
	r.add(operation, finding)
	return nil, false
}

// successes returns the statuses of a success that the description has.
func successes(operation tree.Operation) []string {
	var statuses []string
	for status := range tree.Fields(operation.Object["responses"]) {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	return statuses
}
