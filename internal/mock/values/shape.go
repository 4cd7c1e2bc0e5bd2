package values

import (
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is what all parts of a schema want together, with one alternative of each choice.
type shape struct {
	schemas    []*openapi3.Schema
	names      []string // of component schemas, the outermost first
	examples   []any    // defaults included
	types      []string // nil for any
	enum       []any    // nil for any
	nullable   bool
	properties map[string]openapi3.SchemaRefs
	required   []string
	additional *openapi3.SchemaRef
	closed     bool
	kinds      []*openapi3.Discriminator

	minProperties, minItems, minLength uint64
	maxProperties, maxItems, maxLength *uint64

	items    openapi3.SchemaRefs
	unique   bool
	numbers  []*openapi3.Schema // with rules for numbers
	format   string
	patterns []string
}

const componentPrefix = "#/components/schemas/"

func (m *maker) shapeOf(refs ...*openapi3.SchemaRef) *shape {
	s := &shape{properties: make(map[string]openapi3.SchemaRefs), nullable: true}
	for _, ref := range refs {
		s.add(m, ref)
		s.nullable = s.nullable && ref.Value.Nullable // whatever its parts say
	}
	return s
}

func (s *shape) add(m *maker, ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || slices.Contains(s.schemas, ref.Value) {
		return
	}
	schema := ref.Value
	if name, ok := strings.CutPrefix(ref.Ref, componentPrefix); ok {
		s.names = append(s.names, name)
	}
	if derived := m.derived(s, schema); derived != nil {
		s.add(m, derived) // includes the schema
		if slices.Contains(s.schemas, schema) {
			return
		}
	}
	s.schemas = append(s.schemas, schema)
	s.addValues(schema)
	s.addObject(schema)
	s.addLimits(schema)
	for _, part := range schema.AllOf {
		s.add(m, part)
	}
	for _, choice := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if len(choice) > 0 {
			s.add(m, m.choose(choice))
		}
	}
}

// derived returns one of the types that are derived from a base type. It is nil for any other schema,
// if the derived type is already chosen, and if the base type allows no fields but its own.
func (m *maker) derived(s *shape, base *openapi3.Schema) *openapi3.SchemaRef {
	has := base.AdditionalProperties.Has
	if base.Discriminator == nil || len(base.Discriminator.Mapping) == 0 || len(base.OneOf)+len(base.AnyOf) > 0 || has != nil && !*has {
		return nil
	}
	var targets []string
	for _, target := range base.Discriminator.Mapping {
		name := strings.TrimPrefix(target.Ref, componentPrefix)
		if slices.Contains(s.names, name) && m.component(name) != base {
			return nil
		}
		targets = append(targets, name)
	}
	slices.Sort(targets)
	name := targets[m.random.IntN(len(targets))]
	if chosen := m.component(name); chosen != nil && chosen != base {
		return &openapi3.SchemaRef{Ref: componentPrefix + name, Value: chosen}
	}
	return nil
}

// component returns a named schema of the spec, or nil.
func (g *Generator) component(name string) *openapi3.Schema {
	if components := g.document.Spec().Components; components != nil && components.Schemas[name] != nil {
		return components.Schemas[name].Value
	}
	return nil
}

// choose returns an alternative, one that ends a recursion if there is any.
func (m *maker) choose(alternatives openapi3.SchemaRefs) *openapi3.SchemaRef {
	var ending openapi3.SchemaRefs
	for _, alternative := range alternatives {
		if !slices.Contains(m.active, alternative.Value) {
			ending = append(ending, alternative)
		}
	}
	if len(ending) > 0 {
		alternatives = ending
	}
	return alternatives[m.random.IntN(len(alternatives))]
}

func (s *shape) addValues(schema *openapi3.Schema) {
	for _, example := range []any{schema.Example, schema.Default} {
		if example != nil {
			s.examples = append(s.examples, Exact(example))
		}
	}
	if schema.Type != nil {
		s.types = narrowed(s.types, schema.Type.Slice())
	}
	listed := schema.Enum
	if values, ok := schema.Extensions["x-values"].([]any); ok && len(listed) == 0 {
		listed = values
	}
	if len(listed) > 0 {
		allowed := []any{}
		for _, value := range listed {
			value = Exact(value)
			equals := func(other any) bool { return reflect.DeepEqual(other, value) }
			if s.enum == nil || slices.ContainsFunc(s.enum, equals) {
				allowed = append(allowed, value)
			}
		}
		s.enum = allowed
	}
}

// narrowed returns the types in both lists. An integer is a number.
func narrowed(types, others []string) []string {
	if types == nil {
		return others
	}
	both := []string{}
	for _, name := range others {
		switch {
		case slices.Contains(types, name):
			both = append(both, name)
		case name == openapi3.TypeNumber && slices.Contains(types, openapi3.TypeInteger),
			name == openapi3.TypeInteger && slices.Contains(types, openapi3.TypeNumber):
			both = append(both, openapi3.TypeInteger)
		}
	}
	return both
}

func (s *shape) addObject(schema *openapi3.Schema) {
	for name, property := range schema.Properties {
		s.properties[name] = append(s.properties[name], property)
	}
	s.required = append(s.required, schema.Required...)
	if schema.AdditionalProperties.Schema != nil && s.additional == nil {
		s.additional = schema.AdditionalProperties.Schema
	}
	if has := schema.AdditionalProperties.Has; has != nil && !*has {
		s.closed = true
	}
	if schema.Discriminator != nil {
		s.kinds = append(s.kinds, schema.Discriminator)
	}
}

func (s *shape) addLimits(schema *openapi3.Schema) {
	s.minProperties, s.maxProperties = max(s.minProperties, schema.MinProps), lower(s.maxProperties, schema.MaxProps)
	s.minItems, s.maxItems = max(s.minItems, schema.MinItems), lower(s.maxItems, schema.MaxItems)
	s.minLength, s.maxLength = max(s.minLength, schema.MinLength), lower(s.maxLength, schema.MaxLength)
	if schema.Items != nil {
		s.items = append(s.items, schema.Items)
	}
	s.unique = s.unique || schema.UniqueItems
	s.numbers = append(s.numbers, schema)
	if s.format == "" {
		s.format = schema.Format
	}
	if schema.Pattern != "" {
		s.patterns = append(s.patterns, schema.Pattern)
	}
}

// lower returns the lower of two limits, nil for none.
func lower(a, b *uint64) *uint64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// kind returns the type of the value: the schema's, or the one that its keywords are for.
func (s *shape) kind() string {
	switch {
	case len(s.types) > 0:
		return s.types[0]
	case len(s.properties) > 0 || s.additional != nil || len(s.required) > 0:
		return openapi3.TypeObject
	case len(s.items) > 0:
		return openapi3.TypeArray
	case slices.ContainsFunc(s.numbers, func(n *openapi3.Schema) bool { return n.Min != nil || n.Max != nil || n.MultipleOf != nil }):
		return openapi3.TypeNumber
	}
	return openapi3.TypeString
}
