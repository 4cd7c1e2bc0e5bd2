package evidence

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// schema is what a schema says together with the parts that it is put together from.
type schema struct {
	pointer      string
	kind, format string // "" where it does not say
	nullable     bool
	items        node
	members      map[string]node
	required     map[string]bool
	alternatives []string // members of which at least one is needed
}

func (d document) schema(n node) schema {
	s := schema{members: map[string]node{}, required: map[string]bool{}}
	n = d.resolve(n)
	s.pointer = n.pointer
	d.collect(&s, n, true, map[string]bool{})
	switch {
	case s.kind != "":
	case s.items.object != nil:
		s.kind = "array"
	case len(s.members) > 0:
		s.kind = "object"
	}
	return s
}

// collect adds what a schema says. What is in one of several alternatives may be there, and is needed by none.
func (d document) collect(s *schema, n node, all bool, met map[string]bool) {
	n = d.resolve(n)
	if n.object == nil || met[n.pointer] {
		return
	}
	met[n.pointer] = true
	s.kind = cmp.Or(s.kind, tree.String(n.object["type"]))
	s.format = cmp.Or(s.format, tree.String(n.object["format"]))
	s.nullable = s.nullable || tree.True(n.object, "nullable")
	if items := n.member("items"); s.items.object == nil {
		s.items = items
	}
	properties := n.member("properties")
	for name := range properties.object {
		if _, ok := s.members[name]; !ok {
			s.members[name] = properties.member(name)
		}
	}
	if all {
		for _, name := range tree.ListAt(n.object, "required") {
			s.required[tree.String(name)] = true
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		var needed []string
		parts := tree.ListAt(n.object, keyword)
		for i, part := range parts {
			object, _ := part.(tree.Object)
			d.collect(s, node{tree.Join(n.pointer, keyword, strconv.Itoa(i)), object}, all && keyword == "allOf", met)
			if names := texts(tree.ListAt(object, "required")); len(names) > 0 {
				needed = append(needed, strings.Join(names, " with "))
			}
		}
		if keyword != "allOf" && all && len(needed) == len(parts) {
			s.alternatives = append(s.alternatives, needed...)
		}
	}
	slices.Sort(s.alternatives)
}

func texts(list []any) []string {
	var texts []string
	for _, element := range list {
		texts = append(texts, tree.String(element))
	}
	slices.Sort(texts)
	return texts
}

// maxNesting bounds the arrays of arrays that are looked into: an array may be one of itself.
const maxNesting = 5

// describe returns the type as a text.
func (d document) describe(s schema) string {
	text := ""
	for range maxNesting {
		if s.kind != "array" {
			break
		}
		text += "array of "
		s = d.schema(s.items)
	}
	text += cmp.Or(s.kind, "any type")
	if s.format != "" {
		text += " " + s.format
	}
	if s.nullable {
		text += ", nullable"
	}
	return text
}

// verdictOn compares types. What ours leaves open is not contradicted by what theirs says.
func (c *comparison) verdictOn(ours, theirs schema) Verdict {
	for range maxNesting {
		if ours.kind != "array" || theirs.kind != "array" {
			break
		}
		ours, theirs = c.ours.schema(ours.items), c.theirs.schema(theirs.items)
	}
	switch {
	case ours.kind == "":
		return Confirmed
	case theirs.kind == "":
		return Missing
	case ours.kind != theirs.kind:
		return Contradicted
	case ours.format == "" || theirs.format == "" || ours.format == theirs.format:
		return Confirmed
	case ours.format == "int64" && theirs.format == "int32": // which the wider one holds
		return Confirmed
	}
	return Contradicted
}
