package values

import (
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// shape is what all parts of a schema want together, with one alternative of each choice.
type shape struct {
	schemas    []*model.Schema
	names      []string // of component schemas, the outermost first
	examples   []any    // defaults included
	types      []string // nil for any
	enum       []any    // nil for any
	nullable   bool
	properties map[string]model.SchemaRefs
	required   []string
	additional *model.SchemaRef
	closed     bool
	kinds      []*model.Discriminator

	minProperties, minItems, minLength uint64
	maxProperties, maxItems, maxLength *uint64

	items    model.SchemaRefs
	unique   bool
	numbers  []*model.Schema // with rules for numbers
	format   string
	patterns []string
}

const componentPrefix = "#/components/schemas/"

func (m *maker) shapeOf(refs ...*model.SchemaRef) *shape {
	s := &shape{properties: make(map[string]model.SchemaRefs), nullable: true}
	for _, ref := range refs {
		s.add(m, ref)
		s.nullable = s.nullable && ref.Value.Nullable // whatever its parts say
	}
	return s
}

func (s *shape) add(m *maker, ref *model.SchemaRef) {
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
	for _, choice := range []model.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if len(choice) > 0 {
			s.add(m, m.choose(choice))
		}
	}
}

// derived returns one of the types that are derived from a base type. It is nil for any other schema,
// if the derived type is already chosen, and if the base type allows no fields but its own.
func (m *maker) derived(s *shape, base *model.Schema) *model.SchemaRef {
	has := base.AdditionalProperties.Has
	if base.Discriminator == nil || len(base.Discriminator.Mapping) == 0 || len(base.OneOf)+len(base.AnyOf) > 0 || has != nil && !*has {
		return nil
	}
	var targets []string
	for _, target := range base.Discriminator.Mapping {
		name := strings.TrimPrefix(target, componentPrefix)
		if slices.Contains(s.names, name) && m.component(name) != base {
			return nil
		}
		targets = append(targets, name)
	}
	slices.Sort(targets)
	name := targets[m.random.IntN(len(targets))]
	if chosen := m.component(name); chosen != nil && chosen != base {
		return &model.SchemaRef{Ref: componentPrefix + name, Value: chosen}
	}
	return nil
}

// component returns a named schema of the spec, or nil.
func (g *Generator) component(name string) *model.Schema {
	if found := g.document.Spec().Schemas[name]; found != nil {
		return found.Value
	}
	return nil
}

// choose returns an alternative, one that ends a recursion if there is any.
func (m *maker) choose(alternatives model.SchemaRefs) *model.SchemaRef {
	var ending model.SchemaRefs
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

func (s *shape) addValues(schema *model.Schema) {
	for _, example := range []any{schema.Example, schema.Default} {
		if example != nil {
			s.examples = append(s.examples, tree.Clone(example))
		}
	}
	if schema.Type != nil {
		s.types = narrowed(s.types, schema.Type)
	}
	listed := schema.Enum
	if values, ok := schema.Extensions["x-values"].([]any); ok && len(listed) == 0 {
		listed = values
	}
	if len(listed) > 0 {
		allowed := []any{}
		for _, value := range listed {
			value = tree.Clone(value)
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
		case name == model.Number && slices.Contains(types, model.Integer),
			name == model.Integer && slices.Contains(types, model.Number):
			both = append(both, model.Integer)
		}
	}
	return both
}

func (s *shape) addObject(schema *model.Schema) {
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

func (s *shape) addLimits(schema *model.Schema) {
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
		return model.Object
	case len(s.items) > 0:
		return model.Array
	case slices.ContainsFunc(s.numbers, func(n *model.Schema) bool { return n.Min != nil || n.Max != nil || n.MultipleOf != nil }):
		return model.Number
	}
	return model.String
}
