package verify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Verdict is the result of comparing a detail with the responses.
type Verdict string

const (
	Contradicted Verdict = "contradicted"
	Failed       Verdict = "failed" // no response to check
	New          Verdict = "new"    // only in the responses
	Confirmed    Verdict = "confirmed"
	Open         Verdict = "open" // the responses do not settle it, or there were none
)

// Finding is the verdict on one detail of an operation. It contains names and types, never values.
type Finding struct {
	Operation   string  `json:"operation"` // operationId
	Method      string  `json:"method"`
	Path        string  `json:"path"` // template from the spec
	Verdict     Verdict `json:"verdict"`
	Evidence    string  `json:"evidence,omitempty"` // of the detail, from the spec
	Detail      string  `json:"detail"`             // such as "status", "response", "field", "query statusidin"
	Pointer     string  `json:"pointer"`            // JSON pointer into the response, to the first location; * for a name that looks like data
	Count       int     `json:"count,omitempty"`    // locations in all responses
	Spec        string  `json:"spec,omitempty"`
	Response    string  `json:"response,omitempty"`
	SpecPointer string  `json:"specPointer,omitempty"` // JSON pointer into the spec

	at       location // Pointer is made from it
	fields   *shape   // Response lists them
	notFound *Failure // the path or the organization may be wrong
}

// Report is the result of a run.
type Report struct {
	Findings []Finding
	Failures []*Failure // of calls, in call order

	overlay *learned
}

// Count returns the number of findings with a verdict.
func (r *Report) Count(verdict Verdict) int {
	count := 0
	for _, finding := range r.Findings {
		if finding.Verdict == verdict {
			count++
		}
	}
	return count
}

// report compares what was learned with the spec. This waits until the end, when all values that
// could be names are known.
func (r *run) report() *Report {
	for _, operation := range slices.Concat(r.operations, r.writes) {
		if o := r.observed[operation.Pointer]; o != nil {
			r.compareResponses(operation, o)
		}
	}
	for i := range r.findings {
		finding := &r.findings[i]
		if finding.fields != nil {
			finding.Response += ": " + r.outline(finding.fields)
		}
		finding.Pointer = r.pointer(finding.at)
		if finding.notFound != nil && (r.organizationConfirmed || r.Organization == "") {
			finding.Verdict = Contradicted
		} else if finding.notFound != nil {
			r.failures = append(r.failures, finding.notFound)
		}
	}
	r.findMoved()
	order := func(f Finding) int {
		return slices.Index([]Verdict{Contradicted, Failed, New, Confirmed, Open}, f.Verdict)
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(order(a), order(b)))
	})
	return &Report{Findings: r.findings, Failures: r.failures, overlay: r.learned}
}

// pointer returns a location in a response as a JSON pointer, without names that look like data.
func (r *run) pointer(at location) string {
	pointer := ""
	for _, step := range at {
		if !step.index && !r.described[step.name] && (r.hidden[step.name] || r.dataName(step.name)) {
			step.name = "*"
		}
		pointer = tree.Join(pointer, step.name)
	}
	return pointer
}

// findMoved contradicts a field that is missing at its location but appears elsewhere under a
// similar name.
func (r *run) findMoved() {
	for i := range r.findings {
		missing := &r.findings[i]
		if missing.Verdict != Open || missing.Detail != detailField {
			continue
		}
		name := plain(missing.at[len(missing.at)-1].name)
		for _, found := range r.findings {
			if found.Verdict == New && found.Detail == detailField && found.Operation == missing.Operation && found.Path == missing.Path && plain(found.at[len(found.at)-1].name) == name {
				missing.Verdict, missing.Response = Contradicted, found.Response+" at "+found.Pointer
				break
			}
		}
	}
}

// plain returns a name without case and separators, for comparison.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}
