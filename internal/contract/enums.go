package contract

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// enumValues are the strings that the spec lists, by the name of the field or parameter: enums,
// and the values of discriminators.
type enumValues map[string]map[string]bool

// Listed reports whether the spec lists a string as a value of fields or parameters with this name.
func (d *Document) Listed(name, value string) bool { return d.enums[name][value] }

func collectEnums(spec *openapi3.T) enumValues {
	c := &enumCollector{values: make(enumValues), seen: make(map[*openapi3.Schema]bool)}
	if spec.Components != nil {
		for _, schema := range spec.Components.Schemas {
			c.visit(schema)
		}
	}
	for _, item := range spec.Paths.Map() {
		c.parameters(item.Parameters)
		for _, operation := range item.Operations() {
			c.parameters(operation.Parameters)
			if operation.RequestBody != nil {
				c.content(operation.RequestBody.Value.Content)
			}
			for _, response := range operation.Responses.Map() {
				c.content(response.Value.Content)
			}
		}
	}
	return c.values
}

type enumCollector struct {
	values enumValues
	seen   map[*openapi3.Schema]bool
}

func (c *enumCollector) parameters(parameters openapi3.Parameters) {
	for _, parameter := range parameters {
		c.add(parameter.Value.Name, parameter.Value.Schema, make(map[*openapi3.Schema]bool))
	}
}

func (c *enumCollector) content(content openapi3.Content) {
	for _, media := range content {
		c.visit(media.Schema)
	}
}

// visit walks the properties of a schema and its parts.
func (c *enumCollector) visit(ref *openapi3.SchemaRef) {
	if ref == nil || c.seen[ref.Value] {
		return
	}
	c.seen[ref.Value] = true
	for name, property := range ref.Value.Properties {
		c.add(name, property, make(map[*openapi3.Schema]bool))
		c.visit(property)
	}
	if discriminator := ref.Value.Discriminator; discriminator != nil {
		for value := range discriminator.Mapping {
			c.list(discriminator.PropertyName, value)
		}
		for _, part := range parts(ref.Value) {
			c.list(discriminator.PropertyName, strings.TrimPrefix(part.Ref, "#/components/schemas/"))
		}
	}
	c.visit(ref.Value.Items)
	c.visit(ref.Value.AdditionalProperties.Schema)
	for _, part := range parts(ref.Value) {
		c.visit(part)
	}
}

// add adds the values of one property, or of the elements of its list.
func (c *enumCollector) add(name string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || seen[ref.Value] {
		return
	}
	seen[ref.Value] = true
	for _, value := range ref.Value.Enum {
		if value, ok := value.(string); ok {
			c.list(name, value)
		}
	}
	c.add(name, ref.Value.Items, seen)
	for _, part := range parts(ref.Value) {
		c.add(name, part, seen)
	}
}

func (c *enumCollector) list(name, value string) {
	if c.values[name] == nil {
		c.values[name] = make(map[string]bool)
	}
	c.values[name][value] = true
}
