package evidence

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/view"
)

// location is the location of a value in a body.
type location struct {
	side     string // "request" or "response"
	path     string // such as [].Items[]; "" for the body itself
	evidence string // of the object around it
}

func (l location) property(name string) location {
	if l.path != "" {
		name = l.path + "." + name
	}
	return location{l.side, name, l.evidence}
}

func (l location) detail() string { return strings.TrimSpace(l.side + " " + l.path) }

// inside compares the properties of two objects or of the elements of two arrays.
func (c *comparison) inside(at location, ours, theirs view.Schema) {
	ours, theirs, depth := c.elements(ours, theirs)
	at.path += strings.Repeat("[]", depth)
	pointers := [2]string{ours.Pointer, theirs.Pointer}
	if ours.Kind() != view.Object || theirs.Kind() != view.Object || c.met[pointers] { // a schema may contain itself
		return
	}
	c.met[pointers] = true
	c.alternatives(at, ours, theirs)
	others := maps.Clone(theirs.Properties)
	for _, name := range slices.Sorted(maps.Keys(ours.Properties)) {
		spelled, ok := spelling(name, others)
		delete(others, spelled)
		c.property(at.property(name), name, spelled, ok, ours, theirs)
	}
	for name := range others {
		c.addNew(at, name, theirs)
	}
}

// spelling returns the spelling of a name among others, which may differ in case.
func spelling(name string, properties map[string]view.Node) (string, bool) {
	if _, ok := properties[name]; ok {
		return name, true
	}
	for _, other := range slices.Sorted(maps.Keys(properties)) {
		if strings.EqualFold(name, other) {
			return other, true
		}
	}
	return "", false
}

func (c *comparison) property(at location, name, spelled string, ok bool, ours, theirs view.Schema) {
	property := ours.Properties[name]
	own := c.ours.Schema(property)
	at.evidence = evidenceOf(property.Object, at.evidence)
	finding := Finding{
		Detail:      at.detail(),
		Evidence:    at.evidence,
		Verdict:     Missing,
		Ours:        c.ours.Describe(own),
		OursPointer: property.Pointer,
	}
	if !ok {
		c.add(finding)
		return
	}
	counterpart := theirs.Properties[spelled]
	other := c.theirs.Schema(counterpart)
	finding.Verdict = c.compareTypes(own, other)
	finding.Theirs, finding.TheirsPointer = c.theirs.Describe(other), counterpart.Pointer
	c.add(finding.unlessNamed(name, spelled))
	c.require(finding, ours.Required[name], theirs.Required[spelled], at.side == "request")
	if own.Nullable {
		c.claim(finding, "null", nullability(own.Nullable), nullability(other.Nullable), property.Object)
	}
	c.inside(at, own, other)
}

func nullability(nullable bool) string {
	if nullable {
		return "may be null"
	}
	return "not null"
}

// alternatives compares the sets of properties that satisfy a schema.
func (c *comparison) alternatives(at location, ours, theirs view.Schema) {
	if len(ours.Alternatives) == 0 {
		return
	}
	finding := Finding{
		Detail:      at.detail() + " one of",
		Evidence:    evidenceOf(ours.Properties[ours.Alternatives[0]].Object, at.evidence), // the rule itself has none
		Verdict:     Missing,
		Ours:        strings.Join(ours.Alternatives, ", "),
		OursPointer: ours.Pointer,
	}
	if len(theirs.Alternatives) > 0 {
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, strings.Join(theirs.Alternatives, ", "), theirs.Pointer
		if finding.Ours != finding.Theirs {
			finding.Verdict = Contradicted
		}
	}
	c.add(finding)
}

// addNew adds a property that only the vendor's spec has, without its own properties.
func (c *comparison) addNew(at location, name string, theirs view.Schema) {
	property := theirs.Properties[name]
	c.add(Finding{
		Detail:        at.property(name).detail(),
		Verdict:       New,
		Theirs:        c.theirs.Describe(c.theirs.Schema(property)) + requiredSuffix(theirs.Required[name]),
		TheirsPointer: property.Pointer,
	})
}
