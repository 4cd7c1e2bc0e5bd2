package verify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Verdict is what the answers say of a detail.
type Verdict string

// The verdicts.
const (
	Contradicted Verdict = "contradicted"
	Failed       Verdict = "failed" // there was no answer that could be checked
	New          Verdict = "new"    // the answers hold what the description does not
	Confirmed    Verdict = "confirmed"
	Open         Verdict = "open" // the answers do not say, or there were none
)

// Finding is one detail of an operation. It holds names and types, never values.
type Finding struct {
	Operation   string  `json:"operation"` // operationId
	Method      string  `json:"method"`
	Path        string  `json:"path"` // as the description has it
	Verdict     Verdict `json:"verdict"`
	Evidence    string  `json:"evidence,omitempty"` // of the detail in the description, where that says so
	Detail      string  `json:"detail"`             // such as "status", "answer", "member", "query statusidin"
	Pointer     string  `json:"pointer"`            // JSON pointer into the answer, of the first place; * for a name that looks like data
	Places      int     `json:"places,omitempty"`   // how many places of all answers it holds for
	Description string  `json:"description,omitempty"`
	Answer      string  `json:"answer,omitempty"`
	DescribedAt string  `json:"describedAt,omitempty"` // JSON pointer into the description

	at       place    // what Pointer is made of
	members  *shape   // that Answer is to list
	notFound *Failure // the API knows no such path, or no such organization
}

// Report is what a run has found.
type Report struct {
	Findings []Finding
	Failures []*Failure // of calls, in their order

	overlay *learned
}

// Count returns how many findings have a verdict.
func (r *Report) Count(verdict Verdict) int {
	count := 0
	for _, finding := range r.Findings {
		if finding.Verdict == verdict {
			count++
		}
	}
	return count
}

// report compares what was learned with the description. That is left to the end, because only then it is known which
// names stand as values somewhere.
func (r *run) report() *Report {
	for _, operation := range slices.Concat(r.operations, r.writes) {
		if seen := r.seen[operation.Pointer]; seen != nil {
			r.compareAnswers(operation, seen)
		}
	}
	for i := range r.findings {
		finding := &r.findings[i]
		if finding.members != nil {
			finding.Answer += ": " + r.tell(finding.members)
		}
		finding.Pointer = r.pointer(finding.at)
		if finding.notFound != nil && (r.organizationIsRight || r.Organization == "") {
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

// pointer writes the place in an answer without names that look like data.
func (r *run) pointer(at place) string {
	pointer := ""
	for _, step := range at {
		if !step.isIndex && !r.described[step.name] && (r.hidden[step.name] || r.isKey(step.name)) {
			step.name = "*"
		}
		pointer = tree.Join(pointer, step.name)
	}
	return pointer
}

// findMoved contradicts what is described in one place and came, under the same name but for case and signs, in another.
func (r *run) findMoved() {
	for i := range r.findings {
		absent := &r.findings[i]
		if absent.Verdict != Open || absent.Detail != detailMember {
			continue
		}
		name := plain(absent.at[len(absent.at)-1].name)
		for _, found := range r.findings {
			if found.Verdict == New && found.Detail == detailMember && found.Operation == absent.Operation && found.Path == absent.Path && plain(found.at[len(found.at)-1].name) == name {
				absent.Verdict, absent.Answer = Contradicted, found.Answer+" at "+found.Pointer
				break
			}
		}
	}
}

// plain returns a name as people compare names.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}
