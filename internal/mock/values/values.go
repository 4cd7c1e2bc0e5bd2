// Package values generates JSON values that fit the schemas of a spec: its examples, or else values
// that are the same for the same seed and key. Numbers are of type [json.Number].
package values

import (
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// Generator generates values. It is safe for concurrent use.
type Generator struct {
	document *contract.Document
	seed     uint64
}

// New returns a generator for the schemas of a spec.
func New(document *contract.Document, seed uint64) *Generator { return &Generator{document, seed} }

// Extent is how much of an object is generated.
type Extent int

const (
	// Full is every field, but for those that would repeat a schema inside itself.
	Full Extent = iota
	// Assigned are the required fields, and those that only a server sets.
	Assigned
	// Required are the required fields.
	Required
)

// attempts bounds the search for a value. Rules that no single keyword expresses, such as not and
// oneOf, are met by chance.
const attempts = 40

var (
	errNoValue = errors.New("no value was found that fits the schema")
	errEndless = errors.New("a schema requires itself")
)

// Value returns a value that fits a schema. The same key gives the same value. Examples and defaults
// of the spec come first, as far as they fit.
func (g *Generator) Value(schema *model.SchemaRef, key string, extent Extent) (any, error) {
	err := errNoValue
	for attempt := range attempts {
		m := &maker{Generator: g, random: g.random(key, attempt), extent: extent, examples: attempt < attempts/4}
		value, failure := m.value(schema)
		if errors.Is(failure, errEndless) {
			return nil, failure
		}
		if failure != nil {
			err = failure
			continue
		}
		if g.document.Fits(schema.Value, value) {
			return value, nil
		}
	}
	return nil, err
}

// Other returns a value that fits a schema and is not an example. Different keys give different values
// if the schema has enough of them.
func (g *Generator) Other(schema *model.SchemaRef, key string) (any, error) {
	for attempt := range attempts {
		m := &maker{Generator: g, random: g.random(key, attempt)}
		if value, err := m.value(schema); err == nil && g.document.Fits(schema.Value, value) {
			return value, nil
		}
	}
	return nil, errNoValue
}

func (g *Generator) random(key string, attempt int) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(key))
	return rand.New(rand.NewPCG(g.seed+uint64(attempt), hash.Sum64()))
}

const (
	maxDepth   = 8   // of optional fields
	maxNesting = 200 // of schemas that are required
)

// maker makes one value.
type maker struct {
	*Generator
	random   *rand.Rand
	extent   Extent
	examples bool
	active   []*model.Schema // of the values around the current one
}

// value returns a value that fits all of some schemas.
func (m *maker) value(refs ...*model.SchemaRef) (any, error) {
	s := m.shapeOf(refs...)
	if m.examples {
		for _, example := range s.examples {
			if m.fitsAll(refs, example) {
				return example, nil
			}
		}
	}
	if s.nullable && m.repeats(s) {
		return nil, nil
	}
	if len(m.active) > maxNesting {
		return nil, errEndless
	}
	active := m.active
	m.active = append(slices.Clip(active), s.schemas...)
	defer func() { m.active = active }()
	if s.enum != nil {
		if len(s.enum) == 0 {
			return nil, errors.New("the enums of a schema have no value in common")
		}
		if some := slices.DeleteFunc(slices.Clone(s.enum), func(value any) bool { return value == nil }); len(some) > 0 {
			return some[m.random.IntN(len(some))], nil
		}
		return nil, nil
	}
	switch s.kind() {
	case model.Object:
		return m.object(s)
	case model.Array:
		return m.array(s)
	case model.Integer, model.Number:
		return m.number(s), nil
	case model.Boolean:
		return m.random.IntN(2) == 1, nil
	}
	return m.text(s)
}

func (m *maker) fitsAll(refs model.SchemaRefs, value any) bool {
	return !slices.ContainsFunc(refs, func(ref *model.SchemaRef) bool { return !m.document.Fits(ref.Value, value) })
}

// repeats reports whether a value is inside a value of the same named schema.
func (m *maker) repeats(s *shape) bool {
	return slices.ContainsFunc(s.schemas, func(schema *model.Schema) bool {
		return compound(schema) && slices.Contains(m.active, schema)
	})
}

func compound(schema *model.Schema) bool {
	return len(schema.Properties) > 0 || schema.Items != nil || schema.AdditionalProperties.Schema != nil ||
		len(schema.AllOf)+len(schema.OneOf)+len(schema.AnyOf) > 0
}
