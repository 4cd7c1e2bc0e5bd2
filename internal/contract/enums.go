package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// enumValues are the strings that the spec lists, by the name of the field or parameter: enums,
// and the values of discriminators.
type enumValues map[string]map[string]bool

// Listed reports whether the spec lists a string as a value of fields or parameters with this name.
func (d *Document) Listed(name, value string) bool { return d.enums[name][value] }

// UncheckedFormats returns the string formats of the spec that are not checked, sorted.
func (d *Document) UncheckedFormats() []string { return d.unchecked }

// noRule are formats that allow every string.
var noRule = []string{"", "binary", "password"}

// collect walks the schemas of a spec.
func (d *Document) collect(spec *openapi3.T) {
	c := &collector{values: make(enumValues), seen: make(map[*openapi3.Schema]bool), unchecked: make(map[string]bool)}
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
	d.enums, d.unchecked = c.values, slices.Sorted(maps.Keys(c.unchecked))
}

type collector struct {
	values    enumValues
	seen      map[*openapi3.Schema]bool
	unchecked map[string]bool
}

func (c *collector) parameters(parameters openapi3.Parameters) {
	for _, parameter := range parameters {
		c.add(parameter.Value.Name, parameter.Value.Schema, make(map[*openapi3.Schema]bool))
	}
}

func (c *collector) content(content openapi3.Content) {
	for _, media := range content {
		c.visit(media.Schema)
	}
}

// visit walks the properties of a schema and its parts.
func (c *collector) visit(ref *openapi3.SchemaRef) {
	if ref == nil || c.seen[ref.Value] {
		return
	}
	c.seen[ref.Value] = true
	c.format(ref.Value)
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
func (c *collector) add(name string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || seen[ref.Value] {
		return
	}
	seen[ref.Value] = true
	c.format(ref.Value)
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

func (c *collector) format(schema *openapi3.Schema) {
	_, checked := formats[schema.Format]
	if schema.Type.Is(openapi3.TypeString) && !checked && !slices.Contains(noRule, schema.Format) {
		c.unchecked[schema.Format] = true
	}
}

func (c *collector) list(name, value string) {
	if c.values[name] == nil {
		c.values[name] = make(map[string]bool)
	}
	c.values[name][value] = true
}
