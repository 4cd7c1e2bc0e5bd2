package evidence

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// unlessNamed contradicts a finding where the vendor spells the name in another way.
func (f Finding) unlessNamed(ours, theirs string) Finding {
	if ours != theirs {
		f.Verdict, f.Ours, f.Theirs = Contradicted, ours+": "+f.Ours, theirs+": "+f.Theirs
	}
	return f
}

// claim enters what ours says of a detail beside its type. In a description that gives a reason after "Inferred:", it is
// this that is inferred, because the evidence of the place itself is about its name and meaning.
func (c *comparison) claim(of Finding, what, ours, theirs string, place tree.Object) {
	of.Detail += " " + what
	of.Ours, of.Theirs, of.Verdict = ours, theirs, Confirmed
	if ours != theirs {
		of.Verdict = Contradicted
	}
	if strings.Contains(tree.String(place["description"]), "Inferred:") {
		of.Evidence = Inferred
	}
	c.add(of)
}

// need enters whether something is required. In requests it matters on both sides; in responses ours promises it.
func (c *comparison) need(of Finding, ours, theirs, request bool) {
	if !ours && !(request && theirs) {
		return
	}
	of.Detail += " required"
	of.Verdict, of.Ours, of.Theirs = Confirmed, requirement(ours), requirement(theirs)
	if ours != theirs {
		of.Verdict = Contradicted
	}
	c.add(of)
}

func requirement(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func requiredIf(required bool) string {
	if required {
		return ", required"
	}
	return ""
}
