package contract

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// Rules are the schemas that restrict the values of a body, by JSON pointer. Of a composition, all
// parts count.
type Rules map[string][]*model.Schema

// RequestRules returns the rules for the JSON of the request's body.
func (c *Call) RequestRules(value any) Rules {
	if c.Operation == nil || c.Operation.spec.RequestBody == nil {
		return nil
	}
	return c.document.rulesOf(c.Operation.spec.RequestBody.Content, c.request.Header, value)
}

// ResponseRules returns the rules for the JSON of a response's body.
func (c *Call) ResponseRules(status int, header http.Header, value any) Rules {
	if c.Operation == nil {
		return nil
	}
	responses := c.Operation.spec.Responses
	response := cmp.Or(responses.Status(status), responses["default"])
	if response == nil {
		return nil
	}
	return c.document.rulesOf(response.Content, header, value)
}

// ParameterRules are the rules for the values of a parameter.
type ParameterRules struct {
	Schemas   []*model.Schema // of each value
	Listed    bool            // the spec has this name
	Set       bool            // the values are different
	Separator string          // of values in one string, if any
}

// ParameterRules returns the rules for a parameter, or for a field of one that is an object.
func (c *Call) ParameterRules(in, name string) ParameterRules {
	if c.Operation == nil {
		return ParameterRules{}
	}
	for _, parameter := range c.Operation.Parameters() {
		schema := schemaOf(parameter)
		if parameter.In != in || schema == nil {
			continue
		}
		if parameter.Name != name {
			fields := withParts(schema)
			for _, step := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(name, parameter.Name+"["), "]"), "][") {
				fields = inside(fields, step)
			}
			if in == model.InQuery && len(fields) > 0 {
				return ParameterRules{Schemas: fields, Listed: true}
			}
			continue
		}
		rules := ParameterRules{Schemas: withParts(schema), Listed: true}
		if items := itemsOf(schema); items != nil {
			rules.Schemas, rules.Set, rules.Separator = withParts(items), single(schema).UniqueItems, separator(parameter)
		}
		return rules
	}
	return ParameterRules{}
}

// separator returns what separates the elements of a list in one value.
func separator(parameter *model.Parameter) string {
	style, explode := parameter.Serialization()
	switch {
	case parameter.In == model.InQuery && explode:
		return ""
	case style == model.PipeDelimited:
		return "|"
	case style == model.SpaceDelimited:
		return " "
	}
	return ","
}

// inside returns the schemas of a field, or of an element.
func inside(schemas []*model.Schema, step string) []*model.Schema {
	var all []*model.Schema
	for _, schema := range schemas {
		if property := schema.Properties[step]; property != nil {
			all = append(all, withParts(property.Value)...)
		}
		if _, err := strconv.Atoi(step); err == nil && schema.Items != nil {
			all = append(all, withParts(schema.Items.Value)...)
		}
	}
	return all
}

// withParts returns a schema and its parts.
func withParts(schema *model.Schema) []*model.Schema {
	c := collector{rules: Rules{}}
	c.collect(schema, nil, "", nil)
	return c.rules[""]
}

// Fits reports whether a value follows a schema.
func (d *Document) Fits(schema *model.Schema, value any) bool {
	f := &findings{}
	d.check(schema, value, false, f)
	return f.errors == 0
}

func (d *Document) rulesOf(content model.Content, header http.Header, value any) Rules {
	media := content.Get(header.Get("Content-Type"))
	if media == nil {
		media = content.Get("application/json")
	}
	if media == nil || media.Schema == nil {
		return nil
	}
	c := collector{d, Rules{}}
	c.collect(media.Schema.Value, value, "", nil)
	return c.rules
}

type collector struct {
	document *Document
	rules    Rules
}

// collect adds the schemas of a value and of what is inside. Active are those of the same value.
func (c collector) collect(schema *model.Schema, value any, pointer string, active []*model.Schema) {
	if slices.Contains(active, schema) {
		return
	}
	active = append(active, schema)
	c.rules[pointer] = append(c.rules[pointer], schema)
	for _, part := range parts(schema) {
		c.collect(part.Value, value, pointer, active)
	}
	switch value := value.(type) {
	case []any:
		if schema.Items == nil {
			return
		}
		for i, element := range value {
			c.collect(schema.Items.Value, element, pointer+"/"+strconv.Itoa(i), nil)
		}
	case map[string]any:
		if schema.Discriminator != nil {
			at := pointer + "/" + EscapePointer(schema.Discriminator.PropertyName)
			c.rules[at] = append(c.rules[at], &model.Schema{Enum: c.document.variants(schema)})
		}
		for name, field := range value {
			property := schema.Properties[name]
			if property == nil {
				property = schema.AdditionalProperties.Schema
			}
			if property != nil {
				c.collect(property.Value, field, pointer+"/"+EscapePointer(name), nil)
			}
		}
	}
}

// variants returns the values of a discriminator. Without a mapping, it names any schema, because
// variants may refer to the schema instead of the reverse.
func (d *Document) variants(schema *model.Schema) []any {
	var names []any
	for name := range schema.Discriminator.Mapping {
		names = append(names, name)
	}
	for name := range d.spec.Schemas {
		names = append(names, name)
	}
	return names
}
