package verify

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// filter is a query parameter that takes a list of ids or of names of statuses.
type filter struct {
	node
	name   string
	member string // of a status: id or name
}

var statusFilter = regexp.MustCompile(`^status(id|name)s?(in)?$`)

// filters returns the filters by status of an operation.
func (r *run) filters(operation tree.Operation) []filter {
	var filters []filter
	for _, p := range r.parameters(operation) {
		name := tree.String(p.object["name"])
		match := statusFilter.FindStringSubmatch(plain(name))
		isList := slices.Contains(r.schemaOf(p.member("schema")).kinds, kindArray)
		if operation.Method == "get" && p.object["in"] == "query" && isList && match != nil {
			filters = append(filters, filter{p, name, match[1]})
		}
	}
	return filters
}

// maxStatuses bounds the calls that look for two statuses with orders in them.
const maxStatuses = 8

// MaxFilterCalls is how many calls trying one filter takes at most.
const MaxFilterCalls = maxStatuses + 4

// The ways in which a query holds a list.
const (
	repeatedKey = "a key for each element"
	commaList   = "one key, separated by commas"
)

// probe finds out how the API takes the filters of an operation, by the counts of what comes back.
func (r *run) probe(ctx context.Context, operation tree.Operation) {
	for _, filter := range r.filters(operation) {
		finding := Finding{Verdict: Open, Detail: "query " + filter.name, Evidence: evidenceOf(filter.object), Description: encoding(filter.object), DescribedAt: filter.pointer}
		if isReasoned(filter.object) {
			finding.Evidence = inferred
		}
		if r.ended != nil {
			finding.Answer = "not called: " + r.ended.Text
		} else if list, ok := r.answers[operation.Path]; !ok {
			finding.Answer = "not called: the list itself did not come"
		} else if all, isList := r.countIn(operation, list); !isList {
			finding.Answer = "not called: the answer holds no list"
		} else if all == 0 {
			finding.Answer = "not called: the list is empty"
		} else {
			p := prober{run: r, ctx: ctx, operation: operation, filter: filter}
			finding.Verdict, finding.Answer = p.probe(all)
		}
		if finding.Verdict == Confirmed && finding.Evidence == inferred {
			text, _ := withoutReason(filter.object)
			r.learned.update(filter.pointer, tree.Object{"description": text})
		}
		if finding.Verdict == Contradicted && strings.HasPrefix(finding.Answer, commaList) {
			text, _ := withoutReason(filter.object)
			r.learned.update(filter.pointer, tree.Object{"description": text, "style": "form", "explode": false})
		}
		r.add(operation, finding)
	}
}

// encoding returns how the description has it.
func encoding(parameter tree.Object) string {
	style := tree.String(parameter["style"])
	explode, ok := parameter["explode"].(bool)
	switch {
	case style != "" && style != "form":
		return style
	case explode || !ok:
		return repeatedKey
	}
	return commaList
}

// prober tries one filter.
type prober struct {
	*run
	ctx       context.Context
	operation tree.Operation
	filter    filter
	problem   string   // why a count is not known
	failure   *Failure // the cause, where it is one
}

func (p *prober) probe(all int) (Verdict, string) {
	statuses := p.statuses()
	if len(statuses) < 2 {
		return Open, "not called: no answer held two statuses"
	}
	var used []string
	var counts []int
	ignored, tried := 0, 0
	for _, status := range statuses[:min(len(statuses), maxStatuses)] {
		count := p.count(status)
		if p.problem != "" {
			if p.failure != nil {
				p.failures = append(p.failures, p.failure)
			}
			return Failed, p.problem
		}
		tried++
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
		return Contradicted, "ignored: two values give the whole list each"
	case len(used) < 2:
		return Open, "not told: no two statuses have orders"
	}
	sum := counts[0] + counts[1]
	isRepeated := p.count(used...) == sum && p.problem == ""
	p.problem = "" // that one of the forms is refused is an answer
	isComma := p.count(strings.Join(used, ",")) == sum && p.problem == ""
	p.problem = ""
	if !isRepeated && (p.count(used[0]) != counts[0] || p.count(used[1]) != counts[1]) {
		return Open, "not told: the orders have changed meanwhile"
	}
	wanted := encoding(p.filter.object)
	switch {
	case p.ctx.Err() != nil || p.ended != nil:
		return Open, "not told: interrupted"
	case isRepeated && isComma:
		return Confirmed, repeatedKey + ", and " + commaList
	case isRepeated && wanted == repeatedKey, isComma && wanted == commaList:
		return Confirmed, wanted
	case isRepeated:
		return Contradicted, repeatedKey
	case isComma:
		return Contradicted, commaList
	}
	return Contradicted, "neither " + repeatedKey + " nor " + commaList
}

// statuses returns the values that the filter takes, from the answer to the operation that lists the statuses.
func (p *prober) statuses() []string {
	var values []string
	for path, answer := range p.answers {
		if !strings.HasSuffix(strings.ToLower(path), "/statuses") {
			continue
		}
		for _, element := range elements(answer) {
			for name, value := range tree.Fields(element) {
				if text := tree.String(value); plain(name) == p.filter.member && text != "" && !strings.Contains(text, ",") {
					values = append(values, text)
				}
			}
		}
	}
	return values
}

// count returns how many elements come back for these values, each with a key of its own.
func (p *prober) count(values ...string) int {
	path, query, missing := p.fill(p.operation)
	if missing != "" {
		p.problem = missing
		return 0
	}
	query[p.filter.name] = values
	answer, failure := p.Send(p.ctx, Request{Operation: idOf(p.operation), Method: "GET", Path: path, Query: query})
	if failure != nil {
		p.problem, p.failure = failure.Text, failure
		if failure.Ends {
			p.ended = failure
		}
		return 0
	}
	value, err := decode(answer.Body)
	if err != nil {
		p.problem = "an answer that is not JSON"
		return 0
	}
	count, isList := p.countIn(p.operation, value)
	if !isList {
		p.problem = "an answer without a list"
	}
	return count
}

// countIn returns how many elements an answer of an operation has, in a list or in the object that the first of its answers
// had a list in.
func (r *run) countIn(operation tree.Operation, value any) (count int, isList bool) {
	if list, ok := value.([]any); ok {
		return len(list), true
	}
	s := r.seen[operation.Pointer]
	described := r.schemaOf(s.content.member("schema"))
	object, _ := value.(tree.Object)
	list, isList := object[listIn(r.schemaOf(described.items), s.shape)].([]any)
	return len(list), isList
}
