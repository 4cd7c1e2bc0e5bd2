package evidence

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// unlessNamed contradicts a finding if the vendor spells the name differently.
func (f Finding) unlessNamed(ours, theirs string) Finding {
	if ours != theirs {
		f.Verdict, f.Ours, f.Theirs = Contradicted, ours+": "+f.Ours, theirs+": "+f.Theirs
	}
	return f
}

// claim adds a finding about a detail other than the type. If the object has an "Inferred:" note,
// the note is about this detail: the evidence of the object only covers its name and meaning.
func (c *comparison) claim(of Finding, what, ours, theirs string, object tree.Object) {
	of.Detail += " " + what
	of.Ours, of.Theirs, of.Verdict = ours, theirs, Confirmed
	if ours != theirs {
		of.Verdict = Contradicted
	}
	if strings.Contains(tree.String(object["description"]), InferredNote) {
		of.Evidence = Inferred
	}
	c.add(of)
}

// require adds a finding about whether a detail is required. In a request both specs matter. In a
// response only ours does, because it promises the property.
func (c *comparison) require(of Finding, ours, theirs, request bool) {
	if ours || request && theirs {
		c.claim(of, "required", requirement(ours), requirement(theirs), nil)
	}
}

func requirement(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func requiredSuffix(required bool) string {
	if required {
		return ", required"
	}
	return ""
}

// elements descends into two arrays, or arrays of arrays, and returns the depth.
func (c *comparison) elements(ours, theirs view.Schema) (own, other view.Schema, depth int) {
	for depth < view.MaxNesting && ours.Kind() == view.Array && theirs.Kind() == view.Array {
		ours, theirs = c.ours.Schema(ours.Items), c.theirs.Schema(theirs.Items)
		depth++
	}
	return ours, theirs, depth
}

// compareTypes compares types. An open type in our spec cannot be contradicted.
func (c *comparison) compareTypes(ours, theirs view.Schema) Verdict {
	ours, theirs, _ = c.elements(ours, theirs)
	switch {
	case ours.Kind() == "":
		return Confirmed
	case theirs.Kind() == "":
		return Missing
	case ours.Kind() != theirs.Kind():
		return Contradicted
	case ours.Format == "" || theirs.Format == "" || ours.Format == theirs.Format:
		return Confirmed
	case ours.Format == "int64" && theirs.Format == "int32": // int64 covers int32
		return Confirmed
	}
	return Contradicted
}
