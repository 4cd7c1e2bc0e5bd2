// Package evidence holds a description whose details say how sure they are against the vendor's own description, which
// needs an account and so cannot be shipped: what it confirms, what it contradicts, and what it has besides.
package evidence

import (
	"cmp"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Verdict is what the vendor's description says of a detail.
type Verdict string

// The verdicts.
const (
	Confirmed    Verdict = "confirmed"
	Contradicted Verdict = "contradicted"
	Missing      Verdict = "missing" // it does not say
	New          Verdict = "new"     // it has what ours does not
)

// The kinds of evidence, as x-evidence in our description has them.
const (
	Documented = "documented"
	Observed   = "observed"
	Inferred   = "inferred"
)

// Finding is one detail and what became of it. What the vendor's description lacks or contradicts as a whole is one
// finding: of its inside nothing is said.
type Finding struct {
	OperationID   string  `json:"operationId"`
	Method        string  `json:"method"`
	Path          string  `json:"path"`
	Detail        string  `json:"detail"`             // such as "operation", "query statusidin" or "response [].Items[].Id"
	Evidence      string  `json:"evidence,omitempty"` // ours; "" for what is new
	Verdict       Verdict `json:"verdict"`
	Ours          string  `json:"ours,omitempty"`
	Theirs        string  `json:"theirs,omitempty"`
	OursPointer   string  `json:"oursPointer,omitempty"` // JSON pointer into our description
	TheirsPointer string  `json:"theirsPointer,omitempty"`
}

// Confirm compares our description with the vendor's own. Both are OpenAPI 3.0. The findings are sorted: what is inferred
// first, and of that what is contradicted.
func Confirm(ours, theirs tree.Object) []Finding {
	c := &comparison{ours: document{ours}, theirs: document{theirs}, findings: []Finding{}}
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

// rank is the place of a value in an order; what is not in the order comes last.
func rank[T comparable](value T, order ...T) int {
	if i := slices.Index(order, value); i >= 0 {
		return i
	}
	return len(order)
}

// comparison is one run of Confirm.
type comparison struct {
	ours, theirs document
	findings     []Finding
	operation    Finding // its first three fields, which those of all details share
	met          map[[2]string]bool
}

// add enters a finding of the operation at hand.
func (c *comparison) add(finding Finding) {
	finding.OperationID, finding.Method, finding.Path = c.operation.OperationID, c.operation.Method, c.operation.Path
	c.findings = append(c.findings, finding)
}

// kindOf returns the evidence that a place gives, or else that of what it is in.
func kindOf(object tree.Object, outer string) string {
	return cmp.Or(tree.String(object["x-evidence"]), outer)
}
