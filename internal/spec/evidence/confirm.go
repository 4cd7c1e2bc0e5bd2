// Package evidence compares a spec that marks how sure each detail is with the vendor's own spec,
// which needs an account and cannot be shipped. It reports what the vendor's spec confirms,
// contradicts, lacks and adds.
package evidence

import (
	"cmp"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// Verdict is the result of comparing a detail with the vendor's spec.
type Verdict string

const (
	Confirmed    Verdict = "confirmed"
	Contradicted Verdict = "contradicted"
	Missing      Verdict = "missing" // only in our spec
	New          Verdict = "new"     // only in the vendor's spec
)

// Kinds of evidence, the values of x-evidence in our spec.
const (
	Documented = "documented"
	Observed   = "observed"
	Inferred   = "inferred"
)

// InferredNote introduces the reason for an inferred detail in a "description".
const InferredNote = "Inferred:"

// Finding is the verdict on one detail. If the vendor's spec lacks or contradicts an object as a
// whole, there are no findings about its parts.
type Finding struct {
	OperationID   string  `json:"operationId"`
	Method        string  `json:"method"`
	Path          string  `json:"path"`
	Detail        string  `json:"detail"`             // such as "operation", "query statusidin" or "response [].Items[].Id"
	Evidence      string  `json:"evidence,omitempty"` // from our spec; "" for a new detail
	Verdict       Verdict `json:"verdict"`
	Ours          string  `json:"ours,omitempty"`
	Theirs        string  `json:"theirs,omitempty"`
	OursPointer   string  `json:"oursPointer,omitempty"` // JSON pointer into our spec
	TheirsPointer string  `json:"theirsPointer,omitempty"`
}

// Confirm compares our spec with the vendor's. Both are OpenAPI 3.0. The findings are sorted:
// inferred details first, and contradicted ones before others.
func Confirm(ours, theirs tree.Object) []Finding {
	c := &comparison{ours: view.Spec(ours), theirs: view.Spec(theirs), findings: []Finding{}}
	c.operations()
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(rank(a.Evidence, Inferred, Observed, Documented), rank(b.Evidence, Inferred, Observed, Documented)),
			cmp.Compare(rank(a.Verdict, Contradicted, Missing, Confirmed), rank(b.Verdict, Contradicted, Missing, Confirmed)),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Method, b.Method),
			cmp.Compare(a.Detail, b.Detail),
		)
	})
	return c.findings
}

// rank returns the position of a value in an order. Other values rank last.
func rank[T comparable](value T, order ...T) int {
	if i := slices.Index(order, value); i >= 0 {
		return i
	}
	return len(order)
}

// comparison is one run of [Confirm].
type comparison struct {
	ours, theirs view.Spec
	findings     []Finding
	operation    Finding            // its first three fields, shared by all details of the current operation
	met          map[[2]string]bool // pointers of compared schemas
}

// add adds a finding about the current operation.
func (c *comparison) add(finding Finding) {
	finding.OperationID, finding.Method, finding.Path = c.operation.OperationID, c.operation.Method, c.operation.Path
	c.findings = append(c.findings, finding)
}

// evidenceOf returns the evidence of an object, or that of the object around it.
func evidenceOf(object tree.Object, outer string) string {
	return cmp.Or(tree.String(object["x-evidence"]), outer)
}
