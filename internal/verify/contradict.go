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
)

// check enters what of an answer's body and headers does not fit the description. An object in the place of a list is told
// as a whole, and what it holds is checked as the list would be.
func (r *run) check(operation tree.Operation, request Request, answer *Answer, response, content node, mediaType string, value any) {
	header := answer.Header.Clone()
	header.Set("Content-Type", mediaType) // that it is another one is told already
	described := r.schemaOf(content.member("schema"))
	object, isObject := value.(tree.Object)
	if !isObject || described.allows(kindObject) || !slices.Contains(described.kinds, kindArray) {
		r.faults(operation, request, answer.Status, header, value, described, nil, 0)
		return
	}
	finding := Finding{Verdict: Contradicted, Detail: detailAnswer, Evidence: evidenceOf(response.object), Places: 1, Description: r.describe(described), Answer: "object", DescribedAt: described.pointer}
	s := newShape()
	s.learn(value, nil, r.note)
	element := r.schemaOf(described.items)
	prefix, skip, inside := place(nil), 0, any(nil)
	if list := listIn(element, s); list != "" {
		finding.Answer, finding.members = "object with the list in a member", s
		prefix, inside = place{{name: list}}, object[list]
	} else if shared(element, s) > 0 {
		finding.Answer = "object, an element that is in no list"
		skip, inside = 1, []any{value}
	}
	r.contradicted[operation.Pointer+" "+described.pointer] = 0
	r.add(operation, finding)
	if inside != nil {
		r.faults(operation, request, answer.Status, header, inside, described, prefix, skip)
	}
}

// listIn returns the member of an object that is the list of such elements: its elements are more like them than the
// object itself is.
func listIn(element schema, s *shape) string {
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		if items := s.members[name].items; items != nil && shared(element, items) > shared(element, s) {
			return name
		}
	}
	return ""
}

// shared counts the members of objects that a schema has.
func shared(described schema, s *shape) int {
	count := 0
	for name := range s.members {
		if _, ok := described.members[name]; ok {
			count++
		}
	}
	return count
}

// faults enters the faults of an answer, each of them once for all elements of lists. The value stands behind a prefix in
// the answer, and skip steps of it are not there.
func (r *run) faults(operation tree.Operation, request Request, status int, header http.Header, value any, described schema, prefix place, skip int) {
	body, err := json.Marshal(value)
	address, err2 := url.Parse(request.Path)
	if err != nil || err2 != nil {
		return // neither can be: both have been read or written before
	}
	call := &http.Request{Method: request.Method, URL: address}
	for _, fault := range r.contract.Call(call).CheckResponse(status, header, body) {
		switch {
		case fault.Severity != contract.Error:
		case fault.Kind == contract.KindParameter:
			r.contradict(operation, Finding{Detail: fault.Location, Description: fault.Want, Answer: fault.Got, DescribedAt: operation.Pointer})
		case fault.Kind == contract.KindValue:
			inside := steps(fault.Location)
			of := r.within(described, inside)
			at := slices.Concat(prefix, inside[skip:])
			detail := detailAnswer
			if len(at) > 0 {
				detail = detailMember
			}
			r.contradict(operation, Finding{Detail: detail, Evidence: evidenceOf(of.object), Description: fault.Want, Answer: fault.Got, DescribedAt: of.pointer, at: at})
		}
	}
}

// checkRequest enters what does not fit in the body of a request that the API has accepted.
func (r *run) checkRequest(operation tree.Operation, request Request) {
	address, err := url.Parse(request.Path)
	if err != nil || request.Body == nil {
		return
	}
	call := &http.Request{Method: request.Method, URL: address, Header: http.Header{"Content-Type": {"application/json"}}}
	for _, fault := range r.contract.Call(call).CheckRequest(request.Body) {
		if fault.Severity == contract.Error && (fault.Kind == contract.KindValue || fault.Kind == contract.KindContentType) {
			r.contradict(operation, Finding{Detail: detailRequest, Description: fault.Want, Answer: "accepted: " + fault.Got, DescribedAt: operation.Pointer + "/requestBody", at: steps(fault.Location)})
		}
	}
}

// steps reads a JSON pointer of package contract, which writes * for names that are data, so that a number is an index.
func steps(pointer string) place {
	var at place
	tokens, _ := tree.Split(pointer)
	for _, token := range tokens {
		_, err := strconv.Atoi(token)
		at = append(at, step{token, err == nil})
	}
	return at
}

// contradict enters a contradiction, or counts one more place of it.
func (r *run) contradict(operation tree.Operation, finding Finding) {
	var key strings.Builder
	key.WriteString(operation.Pointer + " " + finding.Detail + " " + finding.Answer + " " + finding.Description)
	for _, step := range finding.at {
		if step.isIndex {
			step.name = "*"
		}
		key.WriteString("/" + step.name)
	}
	r.contradicted[operation.Pointer+" "+finding.DescribedAt] = 0
	if i, ok := r.contradicted[key.String()]; ok {
		r.findings[i].Places++
		return
	}
	r.contradicted[key.String()] = len(r.findings)
	finding.Verdict, finding.Places = Contradicted, 1
	r.add(operation, finding)
}

// within returns what describes a place in a value: a member where it stands, not what it refers to.
func (r *run) within(described schema, at place) node {
	of := described.node
	for _, step := range at {
		switch member, ok := described.members[step.name]; {
		case ok:
			of = member
		case step.isIndex && described.items.object != nil:
			of = described.items
		case described.additional.object != nil:
			of = described.additional
		default:
			return of
		}
		described = r.schemaOf(of)
	}
	return of
}
