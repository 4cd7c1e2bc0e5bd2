package verify

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// filter is a query parameter that takes a list of status ids or names.
type filter struct {
	view.Parameter
	field string // of a status: id or name
}

var statusFilter = regexp.MustCompile(`^status(id|name)s?(in)?$`)

// filters returns the status filters of an operation.
func (r *run) filters(operation view.Operation) []filter {
	var filters []filter
	for _, p := range r.spec.Parameters(operation) {
		match := statusFilter.FindStringSubmatch(plain(p.Name))
		list := slices.Contains(r.spec.Schema(p.At("schema")).Kinds, view.Array)
		if operation.Method == http.MethodGet && p.In == "query" && list && match != nil {
			filters = append(filters, filter{p, match[1]})
		}
	}
	return filters
}

// maxStatuses bounds the calls that look for two statuses with orders.
const maxStatuses = 8

// MaxFilterCalls is the maximum number of calls that try one filter.
const MaxFilterCalls = maxStatuses + 4

// probe finds out how the API reads the filters of an operation, by counting the elements of
// responses.
func (r *run) probe(ctx context.Context, operation view.Operation) {
	for _, filter := range r.filters(operation) {
		finding := Finding{Verdict: Open, Detail: "query " + filter.Name, Evidence: evidenceOf(filter.Object), Spec: filter.Encoding(), SpecPointer: filter.Pointer}
		if hasReason(filter.Object) {
			finding.Evidence = evidence.Inferred
		}
		if r.ended != nil {
			finding.Response = "not called: " + r.ended.Message
		} else if list, ok := r.responses[operation.Path]; !ok {
			finding.Response = "not called: no list without the filter"
		} else if all, ok := r.countIn(operation, list); !ok {
			finding.Response = "not called: the response contains no list"
		} else if all == 0 {
			finding.Response = "not called: the list is empty"
		} else {
			p := prober{run: r, ctx: ctx, operation: operation, filter: filter}
			finding.Verdict, finding.Response = p.probe(all)
		}
		description, _ := withoutReason(filter.Object)
		if finding.Verdict == Confirmed && finding.Evidence == evidence.Inferred {
			r.learned.update(filter.Pointer, tree.Object{"description": description})
		}
		if finding.Verdict == Contradicted && strings.HasPrefix(finding.Response, view.CommaList) {
			r.learned.update(filter.Pointer, tree.Object{"description": description, "style": "form", "explode": false})
		}
		r.add(operation, finding)
	}
}

// prober tries one filter.
type prober struct {
	*run
	ctx       context.Context
	operation view.Operation
	filter    filter
	problem   string   // why a count is unknown
	failure   *Failure // its cause, if it is a failed call
}

func (p *prober) probe(all int) (Verdict, string) {
	statuses := p.statuses()
	if len(statuses) < 2 {
		return Open, "not called: no response contained two statuses"
	}
	var used []string
	var counts []int
	ignored := 0
	for _, status := range statuses[:min(len(statuses), maxStatuses)] {
		count := p.count(status)
		if p.problem != "" {
			if p.failure != nil {
				p.failures = append(p.failures, p.failure)
			}
			return Failed, p.problem
		}
		if count == all {
			ignored++
		}
		if count > 0 && count < all {
			used, counts = append(used, status), append(counts, count)
		}
		if len(used) == 2 || ignored == 2 {
			break
		}
	}
	switch {
	case ignored == 2:
		return Contradicted, "ignored: two values each return the whole list"
	case len(used) < 2:
		return Open, "undecided: fewer than two statuses have orders"
	}
	sum := counts[0] + counts[1]
	repeated := p.count(used...) == sum && p.problem == ""
	p.problem = "" // the API may reject one of the forms
	comma := p.count(strings.Join(used, ",")) == sum && p.problem == ""
	p.problem = ""
	if !repeated && (p.count(used[0]) != counts[0] || p.count(used[1]) != counts[1]) {
		return Open, "undecided: the orders changed in the meantime"
	}
	want := p.filter.Encoding()
	switch {
	case p.ctx.Err() != nil || p.ended != nil:
		return Open, "undecided: interrupted"
	case repeated && comma:
		return Confirmed, view.RepeatedKey + ", and " + view.CommaList
	case repeated && want == view.RepeatedKey, comma && want == view.CommaList:
		return Confirmed, want
	case repeated:
		return Contradicted, view.RepeatedKey
	case comma:
		return Contradicted, view.CommaList
	}
	return Contradicted, "neither " + view.RepeatedKey + " nor " + view.CommaList
}

// statuses returns the values that the filter takes, from the response that lists the statuses.
func (p *prober) statuses() []string {
	var values []string
	for path, response := range p.responses {
		if !strings.HasSuffix(strings.ToLower(path), "/statuses") {
			continue
		}
		for _, element := range elements(response) {
			for name, value := range tree.Fields(element) {
				if status := tree.String(value); plain(name) == p.filter.field && status != "" && !strings.Contains(status, ",") {
					values = append(values, status)
				}
			}
		}
	}
	return values
}

// count counts the elements in the response to these values, each sent under its own key.
func (p *prober) count(values ...string) int {
	path, query, missing := p.fill(p.operation)
	if missing != "" {
		p.problem = missing
		return 0
	}
	query[p.filter.Name] = values
	response, failure := p.Send(p.ctx, Request{Operation: p.operation.ID, Method: http.MethodGet, Path: path, Query: query})
	if failure != nil {
		p.problem, p.failure = failure.Message, failure
		if failure.Ends {
			p.ended = failure
		}
		return 0
	}
	value, err := decode(response.Body)
	if err != nil {
		p.problem = "response is not JSON"
		return 0
	}
	count, ok := p.countIn(p.operation, value)
	if !ok {
		p.problem = "response without a list"
	}
	return count
}

// countIn counts the elements in a response: a list, or an object with the same list field as the
// operation's first response.
func (r *run) countIn(operation view.Operation, value any) (count int, ok bool) {
	if list, ok := value.([]any); ok {
		return len(list), true
	}
	o := r.observed[operation.Pointer]
	described := r.spec.Schema(o.content.At("schema"))
	object, _ := value.(tree.Object)
	list, ok := object[listIn(r.spec.Schema(described.Items), o.shape)].([]any)
	return len(list), ok
}
