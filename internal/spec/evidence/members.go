package evidence

import (
	"maps"
	"slices"
	"strings"
)

// place is where in a body something is.
type place struct {
	side     string // "request" or "response"
	path     string // such as [].Items[]; "" for the body itself
	evidence string // of what it is in
}

func (p place) member(name string) place {
	if p.path != "" {
		name = p.path + "." + name
	}
	return place{p.side, name, p.evidence}
}

func (p place) detail() string { return p.side + " " + p.path }

// inside compares what is in two objects, or in the elements of two arrays.
func (c *comparison) inside(p place, ours, theirs schema) {
	for range maxNesting {
		if ours.kind != "array" || theirs.kind != "array" {
			break
		}
		p.path += "[]"
		ours, theirs = c.ours.schema(ours.items), c.theirs.schema(theirs.items)
	}
	pair := [2]string{ours.pointer, theirs.pointer}
	if ours.kind != "object" || theirs.kind != "object" || c.met[pair] { // one that is met again, as a tree is in itself
		return
	}
	c.met[pair] = true
	c.alternatives(p, ours, theirs)
	others := maps.Clone(theirs.members)
	for _, name := range slices.Sorted(maps.Keys(ours.members)) {
		spelled, ok := spelling(name, others)
		delete(others, spelled)
		c.member(p.member(name), name, spelled, ok, ours, theirs)
	}
	for name := range others {
		c.addNew(p, name, theirs)
	}
}

// spelling returns how a name is spelled among others: as it is, or else in another case.
func spelling(name string, members map[string]node) (string, bool) {
	if _, ok := members[name]; ok {
		return name, true
	}
	for _, other := range slices.Sorted(maps.Keys(members)) {
		if strings.EqualFold(name, other) {
			return other, true
		}
	}
	return "", false
}

func (c *comparison) member(p place, name, spelled string, ok bool, ours, theirs schema) {
	field := ours.members[name]
	own := c.ours.schema(field)
	p.evidence = kindOf(field.object, p.evidence)
	finding := Finding{
		Detail:      p.detail(),
		Evidence:    p.evidence,
		Verdict:     Missing,
		Ours:        c.ours.describe(own),
		OursPointer: field.pointer,
	}
	if !ok {
		c.add(finding)
		return
	}
	counterpart := theirs.members[spelled]
	other := c.theirs.schema(counterpart)
	finding.Verdict = c.verdictOn(own, other)
	finding.Theirs, finding.TheirsPointer = c.theirs.describe(other), counterpart.pointer
	c.add(finding.unlessNamed(name, spelled))
	c.need(finding, ours.required[name], theirs.required[spelled], p.side == "request")
	if own.nullable {
		c.claim(finding, "null", nullability(own.nullable), nullability(other.nullable), field.object)
	}
	c.inside(p, own, other)
}

func nullability(nullable bool) string {
	if nullable {
		return "may be null"
	}
	return "not null"
}

// alternatives compares the members of which one is needed.
func (c *comparison) alternatives(p place, ours, theirs schema) {
	if len(ours.alternatives) == 0 {
		return
	}
	finding := Finding{
		Detail:      strings.TrimSpace(p.detail()) + " one of",
		Evidence:    kindOf(ours.members[ours.alternatives[0]].object, p.evidence), // of the rule, which has none of its own
		Verdict:     Missing,
		Ours:        strings.Join(ours.alternatives, ", "),
		OursPointer: ours.pointer,
	}
	if len(theirs.alternatives) > 0 {
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, strings.Join(theirs.alternatives, ", "), theirs.pointer
		if finding.Ours != finding.Theirs {
			finding.Verdict = Contradicted
		}
	}
	c.add(finding)
}

// addNew enters a member that only theirs has, without what is in it.
func (c *comparison) addNew(p place, name string, theirs schema) {
	member := theirs.members[name]
	c.add(Finding{
		Detail:        p.member(name).detail(),
		Verdict:       New,
		Theirs:        c.theirs.describe(c.theirs.schema(member)) + requiredIf(theirs.required[name]),
		TheirsPointer: member.pointer,
	})
}
