package swagger2

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

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
		return nil // written inline where it is used
	}
	if _, ok := from["$ref"].(string); ok {
		return c.keep(pointer, from, []string{"$ref"}, nil)
	}
	return c.parameter(pointer, tree.String(from["in"]), from)
}

// valueFields describe the value of a parameter. Swagger has them in the parameter itself,
// OpenAPI 3 in its schema.
var valueFields = []string{
	"type", "format", "items", "default", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
	"maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
}

var convertedFields = append([]string{"name", "in", "required", "schema", "collectionFormat"}, valueFields...)

// parameter converts a parameter outside the body. It also handles headers, which have the
// same structure.
func (c *converter) parameter(pointer, in string, from tree.Object) tree.Object {
	to := c.base(pointer, from, "name", "required", "allowEmptyValue")
	to["in"] = in
	if in == "path" && to["required"] != true {
		c.report.Add(ruleParameters, tree.Join(pointer, "required"), to["required"], true, "path parameters are always required")
		to["required"] = true
	}
	if empty, ok := to["allowEmptyValue"]; ok && in != "query" {
		c.drop(tree.Join(pointer, "allowEmptyValue"), empty, "only query parameters can be empty")
		delete(to, "allowEmptyValue")
	}
	schema := c.value(pointer, from, "string")
	if _, ok := from["schema"]; ok || schema["type"] == "object" {
		c.report.Add(ruleParameters, pointer, from, schema, "Swagger allows objects and schemas only in bodies; it is sent as in OpenAPI 3")
	}
	to["schema"] = schema
	c.writeStyle(pointer, in, from, to)
	return to
}

// base returns the fields of a parameter without the schema of its value.
func (c *converter) base(pointer string, from tree.Object, same ...string) tree.Object {
	to := c.keep(pointer, from, append(same, "description", "deprecated", "example"), convertedFields)
	maps.DeleteFunc(to, func(name string, _ any) bool { return schemaExtension(name) })
	moveExample(to)
	return to
}

// schemaExtension reports whether an extension describes the value. Generators look for enum
// names in the schema.
func schemaExtension(name string) bool {
	return name == "x-nullable" || name == "x-ms-enum" || strings.HasPrefix(name, "x-enum")
}

// value returns the schema of a parameter's value. If the parameter has no type, it uses
// fallback, or any type if that is empty.
func (c *converter) value(pointer string, from tree.Object, fallback string) tree.Object {
	if schema, ok := from["schema"]; ok {
		for _, name := range valueFields {
			if sibling, ok := from[name]; ok {
				c.drop(tree.Join(pointer, name), sibling, "the schema takes precedence")
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
			fallback = "array"
		}
		if fallback != "" {
			schema["type"] = fallback
		}
		c.report.Add(ruleParameters, tree.Join(pointer, "type"), nil, schema["type"], "it has no type")
	}
	return c.schema(pointer, schema)
}

// withExtensions adds the extensions of a parameter or response to its schema. NSwag writes
// x-nullable there.
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
