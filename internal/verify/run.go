package verify

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec"
)

// run is one run of [Run].
type run struct {
	Options
	document   spec.Object
	contract   *contract.Document
	operations []spec.Operation // that only read, those of short paths first
	writes     []spec.Operation
	probed     []spec.Operation // with filters

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
		Options: options, document: options.Document, findings: []Finding{},
		seen: map[string]*seen{}, answers: map[string]any{}, texts: map[string]bool{}, hidden: map[string]bool{}, described: map[string]bool{}, contradicted: map[string]int{},
	}
	r.learned = newLearned(r.document)
	data, err := spec.JSON(r.document)
	if err != nil {
		return nil, err
	}
	if r.contract, err = contract.Load(data); err != nil {
		return nil, err
	}
	spec.VisitSchemas(r.document, func(_ string, schema spec.Object) spec.Object {
		for name := range spec.Members(schema["properties"]) {
			r.described[name] = true
		}
		return schema
	})
	for _, operation := range spec.Operations(r.document) {
		_, isWanted := options.Writes[spec.Text(operation.Object["operationId"])]
		switch {
		case operation.Method == "get":
			r.operations = append(r.operations, operation)
		case isWanted:
			r.writes = append(r.writes, operation)
		}
	}
	depth := func(o spec.Operation) int { return strings.Count(o.Path, "/") + 10*len(variables(o.Path)) }
	byDepth := func(a, b spec.Operation) int {
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

func idOf(operation spec.Operation) string { return spec.Text(operation.Object["operationId"]) }

// add enters a finding of an operation.
func (r *run) add(operation spec.Operation, finding Finding) {
	finding.Operation, finding.Method, finding.Path = idOf(operation), strings.ToUpper(operation.Method), operation.Path
	r.findings = append(r.findings, finding)
}

func (r *run) notCalled(operation spec.Operation, why string) {
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
func (r *run) call(ctx context.Context, operation spec.Operation) {
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
func (r *run) send(ctx context.Context, operation spec.Operation, request Request) (*Answer, bool) {
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
func successes(operation spec.Operation) []string {
	var statuses []string
	for status := range spec.Members(operation.Object["responses"]) {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

var pathVariable = regexp.MustCompile(`\{([^{}]*)\}`)

func variables(path string) []string {
	var names []string
	for _, match := range pathVariable.FindAllStringSubmatch(path, -1) {
		names = append(names, match[1])
	}
	return names
}

// fill returns the path of an operation with values for its variables, and the query that it needs, or what is missing.
func (r *run) fill(operation spec.Operation) (path string, query url.Values, missing string) {
	var needs []string
	rest := operation.Path
	for _, bounds := range pathVariable.FindAllStringSubmatchIndex(operation.Path, -1) {
		name := operation.Path[bounds[2]:bounds[3]]
		value, need := r.value(operation, name, operation.Path[:bounds[0]])
		if need != "" {
			needs = append(needs, need)
		}
		rest = strings.Replace(rest, "{"+name+"}", url.PathEscape(value), 1)
	}
	query = url.Values{}
	for _, p := range r.parameters(operation) {
		in, name := spec.Text(p.object["in"]), spec.Text(p.object["name"])
		value, ok := r.param(operation, name)
		if !ok {
			value, ok = r.Params[name]
		}
		switch {
		case in == "path" || in == "header" && isSent(name):
		case in == "query" && ok:
			query.Set(name, value)
		case spec.IsSet(p.object, "required") && in == "query":
			needs = append(needs, "--param "+name+"=…")
		case spec.IsSet(p.object, "required"):
			needs = append(needs, "the "+in+" "+name+", which cannot be set")
		}
	}
	if len(needs) > 0 {
		return "", nil, "needs " + strings.Join(needs, " and ")
	}
	return rest, query, ""
}

// isSent reports whether a header is sent anyway.
func isSent(name string) bool {
	return slices.Contains([]string{"authorization", "x-id-token", "accept", "content-type", "user-agent"}, strings.ToLower(name))
}

// param returns a value that the user has given for a parameter of this operation.
func (r *run) param(operation spec.Operation, name string) (string, bool) {
	value, ok := r.Params[idOf(operation)+"."+name]
	return value, ok
}

func isOrganization(name string) bool {
	return slices.Contains([]string{"organizationname", "organization"}, plain(name))
}

// value returns the value of a path variable: the user's for this operation, what an earlier answer has held, or the user's
// for all. The prefix is the path before it.
func (r *run) value(operation spec.Operation, name, prefix string) (value, need string) {
	if value, ok := r.param(operation, name); ok {
		return value, ""
	}
	if isOrganization(name) {
		return r.organization()
	}
	if value := r.heldID(plain(name), strings.TrimSuffix(prefix, "/")); value != "" {
		return value, ""
	}
	if value, ok := r.Params[name]; ok {
		return value, ""
	}
	return "", "--param " + name + "=…, because no answer held one"
}

// heldID returns an id from the list that stands at the path before it, or from a member of the name of the variable in any
// answer.
func (r *run) heldID(name, path string) string {
	for _, element := range elements(r.answers[path]) {
		for member, value := range spec.Members(element) {
			if text := spec.Text(value); text != "" && (plain(member) == name || plain(member) == "id") {
				return text
			}
		}
	}
	if name == "id" {
		return ""
	}
	for _, path := range slices.Sorted(maps.Keys(r.answers)) {
		if text := heldIn(r.answers[path], name); text != "" {
			return text
		}
	}
	return ""
}

// heldIn returns the first member of a name, and "" where there is none.
func heldIn(value any, name string) string {
	for member, inner := range spec.Members(value) {
		if text := spec.Text(inner); text != "" && plain(member) == name {
			return text
		}
		if text := heldIn(inner, name); text != "" {
			return text
		}
	}
	list, _ := value.([]any)
	for _, element := range list {
		if text := heldIn(element, name); text != "" {
			return text
		}
	}
	return ""
}

// isGiven reports whether a value in the path of an operation is one of the user's, so that it may be the cause of a 404.
func (r *run) isGiven(operation spec.Operation) bool {
	for _, bounds := range pathVariable.FindAllStringSubmatchIndex(operation.Path, -1) {
		name := operation.Path[bounds[2]:bounds[3]]
		_, isForThis := r.param(operation, name)
		_, isForAll := r.Params[name]
		if isForThis || isForAll && r.heldID(plain(name), strings.TrimSuffix(operation.Path[:bounds[0]], "/")) == "" {
			return true
		}
	}
	return false
}

// organization returns the one organization of the user.
func (r *run) organization() (value, need string) {
	if r.Organization != "" {
		return r.Organization, ""
	}
	me, _ := r.answers["/me"].(spec.Object)
	organizations := spec.ListAt(me, "Organizations")
	if len(organizations) > 1 {
		return "", "--organization, because the user has several"
	}
	for _, element := range organizations {
		organization, _ := element.(spec.Object)
		if name := spec.Text(organization["Name"]); name != "" {
			return name, ""
		}
	}
	return "", "--organization, because GET /me held none"
}

// elements returns the elements of a list, or of the one array in an object.
func elements(value any) []any {
	list, ok := value.([]any)
	if ok {
		return list
	}
	found := 0
	for _, member := range spec.Members(value) {
		if inner, ok := member.([]any); ok {
			list = inner
			found++
		}
	}
	if found != 1 {
		return nil
	}
	return list
}

// parameters returns the parameters of an operation and of its path.
func (r *run) parameters(operation spec.Operation) []node {
	var parameters []node
	for _, place := range []node{{operation.Pointer, operation.Object}, {spec.Join("/paths", operation.Path), operation.Item}} {
		for i, element := range spec.ListAt(place.object, "parameters") {
			object, _ := element.(spec.Object)
			p := r.resolve(node{spec.Join(place.pointer, "parameters", strconv.Itoa(i)), object})
			same := func(other node) bool {
				return other.object["name"] == p.object["name"] && other.object["in"] == p.object["in"]
			}
			if !slices.ContainsFunc(parameters, same) {
				parameters = append(parameters, p)
			}
		}
	}
	return parameters
}
