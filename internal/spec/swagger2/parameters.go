package swagger2

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// parameters converts the parameters that are not of the body.
func (c *converter) parameters(uses []use) []any {
	var converted []any
	for _, u := range uses {
		switch {
		case u.ref != nil:
			converted = append(converted, u.ref)
		case !u.inBody():
			converted = append(converted, c.parameter(u.pointer, u.in, u.object))
		}
	}
	return converted
}

func (c *converter) sharedParameter(pointer, _ string, from tree.Object) tree.Object {
	if _, object := c.resolve(pointer, from); object != nil && !canBeShared(object) {
		return nil // it is written where it is used
	}
	if _, ok := from["$ref"].(string); ok {
		return c.keep(pointer, from, []string{"$ref"}, nil)
	}
	return c.parameter(pointer, tree.Text(from["in"]), from)
}

// valueMembers stand beside the name of a Swagger parameter, and in the schema of one of OpenAPI 3.
var valueFields = []string{
	"type", "format", "items", "default", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
	"maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
}

var convertedFields = append([]string{"name", "in", "required", "schema", "collectionFormat"}, valueFields...)

// parameter converts a parameter that is not of the body, and headers, which have the same form.
func (c *converter) parameter(pointer, in string, from tree.Object) tree.Object {
	to := c.base(pointer, from, "name", "required", "allowEmptyValue")
	to["in"] = in
	if in == "path" && to["required"] != true {
		c.report.Add(ruleParameters, tree.Join(pointer, "required"), to["required"], true, "a path has all of its variables")
		to["required"] = true
	}
	if empty, ok := to["allowEmptyValue"]; ok && in != "query" {
		c.drop(tree.Join(pointer, "allowEmptyValue"), empty, "only parameters of the query can be empty")
		delete(to, "allowEmptyValue")
	}
	schema := c.value(pointer, from, "string")
	if _, ok := from["schema"]; ok || schema["type"] == "object" {
		c.report.Add(ruleParameters, pointer, from, schema, "Swagger has objects and schemas in bodies only; it is sent as OpenAPI 3 sends one")
	}
	to["schema"] = schema
	c.writeStyle(pointer, in, from, to)
	return to
}

// members returns what a parameter has beside the schema of its value.
func (c *converter) base(pointer string, from tree.Object, same ...string) tree.Object {
	to := c.keep(pointer, from, append(same, "description", "deprecated", "example"), convertedFields)
	maps.DeleteFunc(to, func(name string, _ any) bool { return schemaExtension(name) })
	moveExample(to)
	return to
}

// isOfSchema reports whether an extension says something of the value. Generators look for names of an enum in its
// schema.
func schemaExtension(name string) bool {
	return name == "x-nullable" || name == "x-ms-enum" || strings.HasPrefix(name, "x-enum")
}

// value returns the schema of the value of a parameter. Where it says no type, that is the given one, or any.
func (c *converter) value(pointer string, from tree.Object, otherwise string) tree.Object {
	if schema, ok := from["schema"]; ok {
		for _, name := range valueFields {
			if sibling, ok := from[name]; ok {
				c.drop(tree.Join(pointer, name), sibling, "the schema says it")
			}
		}
		return c.schema(tree.Join(pointer, "schema"), withExtensions(schema, from))
	}
	schema := tree.Object{}
	for name, value := range from {
		if slices.Contains(valueFields, name) || schemaExtension(name) {
			schema[name] = value
		}
	}
	if schema["type"] == nil && schema["enum"] == nil {
		if schema["items"] != nil {
			otherwise = "array"
		}
		if otherwise != "" {
			schema["type"] = otherwise
		}
		c.report.Add(ruleParameters, tree.Join(pointer, "type"), nil, schema["type"], "it has no type")
	}
	return c.schema(pointer, schema)
}

// withExtensions adds to a schema what a parameter or response says of it beside it, as NSwag does with x-nullable.
func withExtensions(schema any, parent tree.Object) any {
	object, ok := schema.(tree.Object)
	if !ok {
		return schema
	}
	object = maps.Clone(object)
	for name, value := range parent {
		if _, taken := object[name]; schemaExtension(name) && !taken {
			object[name] = value
		}
	}
	return object
}
