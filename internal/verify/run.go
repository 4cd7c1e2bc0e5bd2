package verify

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare" // the user's spec may have anything
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// run is the state of [Run].
type run struct {
	Options
	spec       view.Spec
	contract   *contract.Document
	operations []view.Operation // read-only ones, short paths first
	writes     []view.Operation

	findings []Finding
	failures []*Failure
	ended    *Failure

	organizationConfirmed bool // an operation of the organization succeeded

	observed  map[string]*observation // by pointer of the operation
	responses map[string]any          // first response by path template
	strings   map[string]bool         // lower-case strings in responses that could be names
	hidden    map[string]bool         // names that look like data
	described map[string]bool         // names in the spec
	learned   *learned

	contradicted map[string]int // contradicted locations of the spec, and indexes of contradictions
}

// observation is what the success responses of an operation contained.
type observation struct {
	response view.Node
	content  view.Node
	shape    *shape
}

func newRun(options Options) (*run, error) {
	r := &run{
		Options: options, spec: view.Spec(options.Document), findings: []Finding{}, learned: &learned{options.Document, map[string]tree.Object{}},
		observed: map[string]*observation{}, responses: map[string]any{}, strings: map[string]bool{},
		hidden: map[string]bool{}, described: map[string]bool{}, contradicted: map[string]int{},
	}
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
	for _, operation := range r.spec.Operations() {
		_, write := options.Writes[operation.ID]
		switch {
		case operation.Method == http.MethodGet:
			r.operations = append(r.operations, operation)
		case write:
			r.writes = append(r.writes, operation)
		}
	}
	depth := func(o view.Operation) int { return strings.Count(o.Path, "/") + 10*len(route.Variables(o.Path)) }
	byDepth := func(a, b view.Operation) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.Path, b.Path))
	}
	slices.SortStableFunc(r.operations, byDepth)
	slices.SortStableFunc(r.writes, byDepth)
	return r, nil
}

// Planned is an operation that a run may call.
type Planned struct {
	Method, Path string
	Filters      []string // tried with several values
}

// Plan returns the operations that a run may call, and the names of the Params that it takes. The
// run skips operations whose variables it cannot fill.
func Plan(options Options) (planned []Planned, params []string, err error) {
	r, err := newRun(options)
	if err != nil {
		return nil, nil, err
	}
	for _, operation := range slices.Concat(r.operations, r.writes) {
		p := Planned{operation.Method, operation.Path, nil}
		for _, filter := range r.filters(operation) {
			p.Filters = append(p.Filters, filter.Name)
		}
		for _, parameter := range r.spec.Parameters(operation) {
			if parameter.In == "path" || parameter.In == "query" {
				params = append(params, operation.ID+"."+parameter.Name)
			}
			if parameter.In == "query" || parameter.In == "path" && !organizationVariable(parameter.Name) {
				params = append(params, parameter.Name)
			}
		}
		planned = append(planned, p)
	}
	slices.Sort(params)
	return planned, slices.Compact(params), nil
}

// add adds a finding about an operation.
func (r *run) add(operation view.Operation, finding Finding) {
	finding.Operation, finding.Method, finding.Path = operation.ID, operation.Method, operation.Path
	r.findings = append(r.findings, finding)
}

// Details that findings are about.
const (
	detailOperation = "operation"
	detailStatus    = "status"
	detailMediaType = "content type"
	detailResponse  = "response"
	detailRequest   = "request"
	detailField     = "field"
	detailType      = "type"
	detailNull      = "null"
)

// call calls an operation and learns from the response.
func (r *run) call(ctx context.Context, operation view.Operation) {
	path, query, missing := r.fill(operation)
	if r.ended != nil {
		missing = r.ended.Message
	}
	if missing != "" {
		r.add(operation, Finding{Verdict: Open, Detail: detailOperation, Response: "not called: " + missing, SpecPointer: operation.Pointer})
		return
	}
	request := Request{Operation: operation.ID, Method: operation.Method, Path: path, Query: query, Body: r.Writes[operation.ID]}
	response, ok := r.send(ctx, operation, request)
	if !ok {
		return
	}
	r.organizationConfirmed = r.organizationConfirmed || slices.ContainsFunc(route.Variables(operation.Path), organizationVariable)
	r.checkRequest(operation, request)
	if value, ok := r.examine(operation, request, response); ok && operation.Method == http.MethodGet {
		r.responses[operation.Path] = value
	}
}

// send sends a call, and adds a finding if there is no response to check.
func (r *run) send(ctx context.Context, operation view.Operation, request Request) (*Response, bool) {
	response, failure := r.Send(ctx, request)
	if failure == nil {
		return response, true
	}
	finding := Finding{Verdict: Failed, Detail: detailResponse, Response: failure.Message, SpecPointer: operation.Pointer}
	if response != nil {
		finding.Detail, finding.Spec = detailStatus, strings.Join(successes(operation), ", ")
		if response.Status == http.StatusNotFound && !r.userSet(operation) {
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

// successes returns the success statuses of an operation.
func successes(operation view.Operation) []string {
	return slices.DeleteFunc(operation.Statuses(), func(status string) bool { return !view.Success(status) })
}
