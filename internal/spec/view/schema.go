package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Kind is a JSON type as schemas name it.
type Kind string

const (
	Null    Kind = "null"
	Boolean Kind = "boolean"
	Integer Kind = "integer"
	Number  Kind = "number"
	String  Kind = "string"
	Array   Kind = "array"
	Object  Kind = "object"
)

// Schema is a schema merged with the schemas it is composed of. It also has the properties of
// alternatives, which a value may or may not have.
type Schema struct {
	Node
	Kinds        []Kind // empty if any kind is allowed
	Format       string
	Nullable     bool
	Items        Node
	Properties   map[string]Node
	Required     map[string]bool
	Alternatives []string // sets of properties such as "A with B"; at least one set is required
	Additional   Node     // schema of additional properties
	Closed       bool     // additional properties are not allowed
}

// Schema reads the schema at a node.
func (s Spec) Schema(n Node) Schema {
	schema := Schema{Node: s.Resolve(n), Properties: map[string]Node{}, Required: map[string]bool{}}
	s.collect(&schema, schema.Node, true, map[string]bool{})
	if len(schema.Kinds) == 0 && schema.Items.Object != nil {
		schema.Kinds = append(schema.Kinds, Array)
	}
	if len(schema.Properties) > 0 && !slices.Contains(schema.Kinds, Object) {
		schema.Kinds = append(schema.Kinds, Object)
	}
	return schema
}

// collect merges the schema at a node. Requirements inside an alternative do not apply to the
// whole.
func (s Spec) collect(schema *Schema, n Node, always bool, met map[string]bool) {
	n = s.Resolve(n)
	if n.Object == nil || met[n.Pointer] {
		return
	}
	met[n.Pointer] = true
	if kind := Kind(n.Value("type")); kind != "" && !slices.Contains(schema.Kinds, kind) {
		schema.Kinds = append(schema.Kinds, kind)
	}
	schema.Format = cmp.Or(schema.Format, n.Value("format"))
	schema.Nullable = schema.Nullable || tree.True(n.Object, "nullable")
	if schema.Items.Object == nil {
		schema.Items = n.At("items")
	}
	properties := n.At("properties")
	for name := range properties.Object {
		if _, ok := schema.Properties[name]; !ok {
			schema.Properties[name] = properties.At(name)
		}
	}
	if additional := n.At("additionalProperties"); restricts(additional.Object) {
		schema.Additional = additional
	}
	if always {
		for _, name := range tree.ListAt(n.Object, "required") {
			schema.Required[tree.String(name)] = true
		}
		if open, ok := n.Object["additionalProperties"].(bool); ok && !open {
			schema.Closed = true
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		var sets []string
		parts := tree.ListAt(n.Object, keyword)
		for i, part := range parts {
			object, _ := part.(tree.Object)
			s.collect(schema, Node{tree.Join(n.Pointer, keyword, strconv.Itoa(i)), object}, always && keyword == "allOf", met)
			if set := requiredSet(object); set != "" {
				sets = append(sets, set)
			}
		}
		if keyword != "allOf" && always && len(sets) == len(parts) {
			schema.Alternatives = append(schema.Alternatives, sets...)
		}
	}
	slices.Sort(schema.Alternatives)
}

// restricts reports whether a schema has more than extensions for Go.
func restricts(schema tree.Object) bool {
	for name := range schema {
		if !strings.HasPrefix(name, "x-go-") {
			return true
		}
	}
	return false
}

func requiredSet(schema tree.Object) string {
	var names []string
	for _, name := range tree.ListAt(schema, "required") {
		names = append(names, tree.String(name))
	}
	slices.Sort(names)
	return strings.Join(names, " with ")
}

// Kind returns the first kind, or "" if any kind is allowed.
func (s Schema) Kind() Kind {
	if len(s.Kinds) == 0 {
		return ""
	}
	return s.Kinds[0]
}

// Allows reports whether a value of a kind fits the type.
func (s Schema) Allows(kind Kind) bool {
	return len(s.Kinds) == 0 || slices.Contains(s.Kinds, kind) ||
		kind == Integer && slices.Contains(s.Kinds, Number) || kind == Null && s.Nullable
}

// MaxNesting bounds how deep arrays of arrays are read: an array may contain itself.
const MaxNesting = 5

// Describe returns the type in words, such as "array of string, nullable".
func (s Spec) Describe(schema Schema) string { return s.describe(schema, MaxNesting) }

func (s Spec) describe(schema Schema, depth int) string {
	kinds := make([]string, len(schema.Kinds))
	for i, kind := range schema.Kinds {
		kinds[i] = string(kind)
		if kind == Array && schema.Items.Object != nil && depth > 0 {
			kinds[i] += " of " + s.describe(s.Schema(schema.Items), depth-1)
		}
	}
	words := cmp.Or(strings.Join(kinds, " or "), "any type")
	if schema.Format != "" {
		words += " of the format " + schema.Format
	}
	if schema.Nullable {
		words += ", nullable"
	}
	return words
}
