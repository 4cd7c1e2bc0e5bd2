package verify

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// node is an object of the description, and where it stands. Without an object it stands for nothing.
type node struct {
	pointer string
	object  tree.Object
}

func (n node) member(name string) node {
	return node{tree.Join(n.pointer, name), tree.ObjectAt(n.object, name)}
}

// resolve follows references, which the validation has found to end.
func (r *run) resolve(n node) node {
	for {
		target, ok := strings.CutPrefix(tree.String(n.object["$ref"]), "#")
		if !ok {
			return n
		}
		value, _ := tree.Lookup(r.Document, target)
		object, _ := value.(tree.Object)
		n = node{target, object}
	}
}

// schema is what a schema says together with the parts that it is put together from. What is in one of several
// alternatives may be there.
type schema struct {
	node              // to which members can be added
	kinds      []kind // any kind where there is none
	format     string
	nullable   bool
	items      node
	members    map[string]node
	required   []string
	additional node // of an object whose members have names that are data
	isClosed   bool // no other members are allowed
}

func (r *run) schemaOf(n node) schema {
	s := schema{node: r.resolve(n), members: map[string]node{}}
	r.collect(&s, s.node, true, map[string]bool{})
	if !slices.Contains(s.kinds, kindObject) && len(s.members) > 0 {
		s.kinds = append(s.kinds, kindObject)
	}
	return s
}

func (r *run) collect(s *schema, n node, always bool, met map[string]bool) {
	n = r.resolve(n)
	if n.object == nil || met[n.pointer] {
		return
	}
	met[n.pointer] = true
	if of := kind(tree.String(n.object["type"])); of != "" && !slices.Contains(s.kinds, of) {
		s.kinds = append(s.kinds, of)
	}
	if format := tree.String(n.object["format"]); s.format == "" {
		s.format = format
	}
	s.nullable = s.nullable || tree.True(n.object, "nullable")
	if items := n.member("items"); s.items.object == nil {
		s.items = items
	}
	for name := range tree.Fields(n.object["properties"]) {
		if _, ok := s.members[name]; !ok {
			s.members[name] = n.member("properties").member(name)
		}
	}
	if always {
		for _, name := range tree.ListAt(n.object, "required") {
			s.required = append(s.required, tree.String(name))
		}
		if open, ok := n.object["additionalProperties"].(bool); ok && !open {
			s.isClosed = true
		}
	}
	if additional := n.member("additionalProperties"); saysSomething(additional.object) {
		s.additional = additional
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		for i, part := range tree.ListAt(n.object, keyword) {
			object, _ := part.(tree.Object)
			r.collect(s, node{tree.Join(n.pointer, keyword, strconv.Itoa(i)), object}, always && keyword == "allOf", met)
		}
	}
}

// saysSomething reports whether a schema is about its values, or was learned, and not only about Go.
func saysSomething(schema tree.Object) bool {
	for name := range schema {
		if !strings.HasPrefix(name, "x-go-") {
			return true
		}
	}
	return false
}

// allows reports whether a value of that kind fits the type.
func (s *schema) allows(k kind) bool {
	if len(s.kinds) == 0 || slices.Contains(s.kinds, k) || k == kindInteger && slices.Contains(s.kinds, kindNumber) {
		return true
	}
	return k == kindNull && s.nullable
}

// describe returns the type as a text.
func (r *run) describe(s schema) string {
	var kinds []string
	for _, k := range s.kinds {
		text := string(k)
		if k == kindArray && s.items.object != nil {
			if items := r.schemaOf(s.items); !slices.Contains(items.kinds, kindArray) { // an array may be one of itself
				text += " of " + r.describe(items)
			}
		}
		kinds = append(kinds, text)
	}
	text := strings.Join(kinds, " or ")
	if text == "" {
		text = "any type"
	}
	if s.format != "" {
		text += " of the format " + s.format
	}
	if s.nullable {
		text += ", nullable"
	}
	return text
}
