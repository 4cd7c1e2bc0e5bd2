package contract

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Rules are the schemas that restrict the values of a body, by JSON pointer. Of a composition, all
// parts count.
type Rules map[string][]*openapi3.Schema

// RequestRules returns the rules for the JSON of the request's body.
func (c *Call) RequestRules(value any) Rules {
	if c.Operation == nil || c.Operation.spec.RequestBody == nil {
		return nil
	}
	return rulesOf(c.Operation.spec.RequestBody.Value.Content, c.request.Header, value)
}

// ResponseRules returns the rules for the JSON of a response's body.
func (c *Call) ResponseRules(status int, header http.Header, value any) Rules {
	if c.Operation == nil {
		return nil
	}
	response := c.Operation.spec.Responses.Status(status)
	if response == nil {
		response = c.Operation.spec.Responses.Default()
	}
	if response == nil {
		return nil
	}
	return rulesOf(response.Value.Content, header, value)
}

// ParameterRules returns the schema of a parameter, or of its elements.
func (c *Call) ParameterRules(in, name string) []*openapi3.Schema {
	if c.Operation == nil {
		return nil
	}
	for _, parameter := range c.Operation.parameters() {
		schema := schemaOf(parameter)
		if parameter.In != in || parameter.Name != name || schema == nil {
			continue
		}
		if schema.Items != nil {
			schema = schema.Items.Value
		}
		return []*openapi3.Schema{schema}
	}
	return nil
}

// Fits reports whether a value follows a schema.
func (d *Document) Fits(schema *openapi3.Schema, value any) bool {
	f := &findings{}
	d.check(schema, value, false, f)
	return f.errors == 0
}

func rulesOf(content openapi3.Content, header http.Header, value any) Rules {
	media := content.Get(header.Get("Content-Type"))
	if media == nil {
		media = content.Get("application/json")
	}
	if media == nil || media.Schema == nil {
		return nil
	}
	rules := Rules{}
	rules.collect(media.Schema.Value, value, "", nil)
	return rules
}

// collect adds the schemas of a value and of what is inside. Active are those of the same value.
func (r Rules) collect(schema *openapi3.Schema, value any, pointer string, active []*openapi3.Schema) {
	if slices.Contains(active, schema) {
		return
	}
	active = append(active, schema)
	r[pointer] = append(r[pointer], schema)
	for _, part := range parts(schema) {
		r.collect(part.Value, value, pointer, active)
	}
	switch value := value.(type) {
	case []any:
		if schema.Items == nil {
			return
		}
		for i, element := range value {
			r.collect(schema.Items.Value, element, pointer+"/"+strconv.Itoa(i), nil)
		}
	case map[string]any:
		if schema.Discriminator != nil {
			at := pointer + "/" + escapePointer(schema.Discriminator.PropertyName)
			r[at] = append(r[at], &openapi3.Schema{Enum: variants(schema)})
		}
		for name, field := range value {
			property := schema.Properties[name]
			if property == nil {
				property = schema.AdditionalProperties.Schema
			}
			if property != nil {
				r.collect(property.Value, field, pointer+"/"+escapePointer(name), nil)
			}
		}
	}
}

// variants returns the values of a discriminator.
func variants(schema *openapi3.Schema) []any {
	var names []any
	for name := range schema.Discriminator.Mapping {
		names = append(names, name)
	}
	for _, part := range parts(schema) {
		names = append(names, strings.TrimPrefix(part.Ref, "#/components/schemas/"))
	}
	return names
}
