package model

import (
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// schema returns the schema in a field, or nil.
func (p part) schema(name string) *SchemaRef {
	if p.object[name] == nil {
		return nil
	}
	return p.schemaAt(tree.Join(p.pointer, name), p.object[name])
}

// schemas returns the schemas in an object with free names.
func (p part) schemas(name string) Schemas {
	all := p.part(name)
	schemas := make(Schemas, len(all.object))
	for name, value := range tree.Fields(all.object) {
		schemas[name] = p.schemaAt(tree.Join(all.pointer, name), value)
	}
	return schemas
}

// alternatives returns the schemas in a list.
func (p part) alternatives(name string) (all SchemaRefs) {
	for i, value := range p.values(name) {
		all = append(all, p.schemaAt(tree.Join(p.pointer, name, strconv.Itoa(i)), value))
	}
	return all
}

// schemaAt reads each schema once, because a schema may refer to itself.
func (r *reader) schemaAt(pointer string, value any) *SchemaRef {
	given, _ := value.(tree.Object)
	ref, _ := given["$ref"].(string)
	p := r.resolve(pointer, value)
	schema := r.schemas[p.pointer]
	if schema == nil {
		schema = &Schema{}
		r.schemas[p.pointer] = schema
		p.read(schema)
	}
	return &SchemaRef{ref, schema}
}

func (p part) read(s *Schema) {
	s.Title, s.Description, s.Format, s.Pattern = p.string("title"), p.string("description"), p.string("format"), p.string("pattern")
	if name := p.string("type"); name != "" {
		s.Type = Types{name}
	}
	s.Nullable, s.Deprecated = p.bool("nullable"), p.bool("deprecated")
	s.ReadOnly, s.WriteOnly = p.bool("readOnly"), p.bool("writeOnly")
	s.Enum, s.Default, s.Example = p.values("enum"), p.object["default"], p.object["example"]

	s.AllOf, s.OneOf, s.AnyOf = p.alternatives("allOf"), p.alternatives("oneOf"), p.alternatives("anyOf")
	s.Not = p.schema("not")
	if kind := p.part("discriminator"); kind.object != nil {
		s.Discriminator = &Discriminator{PropertyName: kind.string("propertyName"), Mapping: make(map[string]string)}
		mapping := kind.part("mapping")
		for name := range mapping.object {
			s.Discriminator.Mapping[name] = mapping.string(name)
		}
	}

	s.Properties, s.Required = p.schemas("properties"), p.strings("required")
	if has, ok := p.object["additionalProperties"].(bool); ok {
		s.AdditionalProperties.Has = &has
	} else {
		s.AdditionalProperties.Schema = p.schema("additionalProperties")
	}
	s.MinProps, s.MaxProps = p.least("minProperties"), p.count("maxProperties")
	s.Items, s.UniqueItems = p.schema("items"), p.bool("uniqueItems")
	s.MinItems, s.MaxItems = p.least("minItems"), p.count("maxItems")
	s.MinLength, s.MaxLength = p.least("minLength"), p.count("maxLength")

	s.Min, s.Max, s.MultipleOf = p.number("minimum"), p.number("maximum"), p.number("multipleOf")
	s.ExclusiveMin, s.ExclusiveMax = p.bool("exclusiveMinimum"), p.bool("exclusiveMaximum")

	xml := p.part("xml")
	s.XML = XML{xml.string("name"), xml.bool("attribute"), xml.bool("wrapped")}
	s.Extensions = p.extensions()
}
