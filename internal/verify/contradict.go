package verify

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// check reports what in a response's body and headers contradicts the spec. An object instead of a
// list is one finding; its contents are still checked as the list would be.
func (r *run) check(operation view.Operation, request Request, response *Response, describedResponse, content view.Node, mediaType string, value any) {
	header := response.Header.Clone()
	header.Set("Content-Type", mediaType) // a different one is already reported
	described := r.spec.Schema(content.At("schema"))
	object, ok := value.(tree.Object)
	if !ok || described.Allows(view.Object) || !slices.Contains(described.Kinds, view.Array) {
		r.faults(operation, request, response.Status, header, value, described, nil, 0)
		return
	}
	finding := Finding{Verdict: Contradicted, Detail: detailResponse, Evidence: evidenceOf(describedResponse.Object), Count: 1, Spec: r.spec.Describe(described), Response: "object", SpecPointer: described.Pointer}
	s := newShape()
	s.learn(value, nil, r.note)
	element := r.spec.Schema(described.Items)
	prefix, skip, inside := location(nil), 0, any(nil)
	if list := listIn(element, s); list != "" {
		finding.Response, finding.fields = "object with the list in a field", s
		prefix, inside = location{{name: list}}, object[list]
	} else if shared(element, s) > 0 {
		finding.Response = "a single element instead of a list"
		skip, inside = 1, []any{value}
	}
	r.contradicted[operation.Pointer+" "+described.Pointer] = 0
	r.add(operation, finding)
	if inside != nil {
		r.faults(operation, request, response.Status, header, inside, described, prefix, skip)
	}
}

// listIn returns the field of an object that contains the list: its elements match the schema
// better than the object does.
func listIn(element view.Schema, s *shape) string {
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		if items := s.fields[name].items; items != nil && shared(element, items) > shared(element, s) {
			return name
		}
	}
	return ""
}

// shared counts the fields of objects that a schema has.
func shared(described view.Schema, s *shape) int {
	count := 0
	for name := range s.fields {
		if _, ok := described.Properties[name]; ok {
			count++
		}
	}
	return count
}

// faults reports the faults of a response, each once for all elements of lists. In the response,
// the value is below prefix and lacks the first skip steps.
func (r *run) faults(operation view.Operation, request Request, status int, header http.Header, value any, described view.Schema, prefix location, skip int) {
	body, err := json.Marshal(value)
	address, err2 := url.Parse(request.Path)
	if err != nil || err2 != nil {
		return // unreachable: both were parsed or built before
	}
	call := &http.Request{Method: request.Method, URL: address}
	for _, fault := range r.contract.Call(call).CheckResponse(status, header, body) {
		switch {
		case fault.Severity != contract.Error:
		case fault.Kind == contract.KindParameter:
			r.contradict(operation, Finding{Detail: fault.Location, Spec: fault.Want, Response: fault.Got, SpecPointer: operation.Pointer})
		case fault.Kind == contract.KindValue:
			inside := steps(fault.Location)
			of := r.within(described, inside)
			at := slices.Concat(prefix, inside[skip:])
			detail := detailResponse
			if len(at) > 0 {
				detail = detailField
			}
			r.contradict(operation, Finding{Detail: detail, Evidence: evidenceOf(of.Object), Spec: fault.Want, Response: fault.Got, SpecPointer: of.Pointer, at: at})
		}
	}
}

// checkRequest reports faults in the body of a request that the API accepted.
func (r *run) checkRequest(operation view.Operation, request Request) {
	address, err := url.Parse(request.Path)
	if err != nil || request.Body == nil {
		return
	}
	call := &http.Request{Method: request.Method, URL: address, Header: http.Header{"Content-Type": {"application/json"}}}
	for _, fault := range r.contract.Call(call).CheckRequest(request.Body) {
		if fault.Severity == contract.Error && (fault.Kind == contract.KindValue || fault.Kind == contract.KindContentType) {
			r.contradict(operation, Finding{Detail: detailRequest, Spec: fault.Want, Response: "accepted: " + fault.Got, SpecPointer: operation.Pointer + "/requestBody", at: steps(fault.Location)})
		}
	}
}

// steps reads a JSON pointer. A number is an index: package contract writes * for names that are
// data.
func steps(pointer string) location {
	var at location
	tokens, _ := tree.Split(pointer)
	for _, token := range tokens {
		_, err := strconv.Atoi(token)
		at = append(at, step{token, err == nil})
	}
	return at
}

// contradict adds a contradiction, or counts another location of a known one.
func (r *run) contradict(operation view.Operation, finding Finding) {
	var key strings.Builder
	key.WriteString(operation.Pointer + " " + finding.Detail + " " + finding.Response + " " + finding.Spec)
	for _, step := range finding.at {
		if step.index {
			step.name = "*"
		}
		key.WriteString("/" + step.name)
	}
	r.contradicted[operation.Pointer+" "+finding.SpecPointer] = 0
	if i, ok := r.contradicted[key.String()]; ok {
		r.findings[i].Count++
		return
	}
	r.contradicted[key.String()] = len(r.findings)
	finding.Verdict, finding.Count = Contradicted, 1
	r.add(operation, finding)
}

// within returns the node that describes a location in a value: the property itself, not the target
// of its reference.
func (r *run) within(described view.Schema, at location) view.Node {
	of := described.Node
	for _, step := range at {
		switch property, ok := described.Properties[step.name]; {
		case ok:
			of = property
		case step.index && described.Items.Object != nil:
			of = described.Items
		case described.Additional.Object != nil:
			of = described.Additional
		default:
			return of
		}
		described = r.spec.Schema(of)
	}
	return of
}
