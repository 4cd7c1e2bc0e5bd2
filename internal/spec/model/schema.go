package model

import "slices"

// SchemaRef is a schema at a location of the spec. Equal references have the same Value.
type SchemaRef struct {
	Ref   string // empty for an inline schema
	Value *Schema
}

// SchemaRefs are schemas.
type SchemaRefs []*SchemaRef

// Schemas are schemas by name.
type Schemas map[string]*SchemaRef

// Schema is a schema. Numbers in examples and enums are of type json.Number.
type Schema struct {
	Title, Description string
	Type               Types
	Format             string
	Nullable           bool
	ReadOnly           bool
	WriteOnly          bool
	Deprecated         bool
	Enum               []any
	Default, Example   any

	AllOf, OneOf, AnyOf SchemaRefs
	Not                 *SchemaRef
	Discriminator       *Discriminator

	Properties           Schemas
	Required             []string
	AdditionalProperties AdditionalProperties
	MinProps             uint64
	MaxProps             *uint64

	Items       *SchemaRef
	MinItems    uint64
	MaxItems    *uint64
	UniqueItems bool

	MinLength uint64
	MaxLength *uint64
	Pattern   string

	Min, Max, MultipleOf       *float64
	ExclusiveMin, ExclusiveMax bool

	XML        XML
	Extensions map[string]any
}

// The types of values.
const (
	String  = "string"
	Integer = "integer"
	Number  = "number"
	Boolean = "boolean"
	Array   = "array"
	Object  = "object"
)

// Types are the types of a schema, nil for any.
type Types []string

// Is reports whether there is one type, with this name.
func (t Types) Is(name string) bool { return len(t) == 1 && t[0] == name }

// Includes reports whether a type is among them.
func (t Types) Includes(name string) bool { return slices.Contains(t, name) }

// AdditionalProperties is what a schema says about other fields.
type AdditionalProperties struct {
	Has    *bool // nil if a schema says it, or nothing does
	Schema *SchemaRef
}

// Discriminator is the field that names the alternative of an object.
type Discriminator struct {
	PropertyName string
	Mapping      map[string]string // references by value
}

// XML is how a value is written as XML.
type XML struct {
	Name               string
	Attribute, Wrapped bool
}
