package swagger2

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// schemaKeywords are the keywords of OpenAPI 3.0. Swagger lacks some of them, but tools write
// them anyway.
var schemaKeywords = []string{
	"title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
	"maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "enum", "type", "allOf", "oneOf",
	"anyOf", "not", "items", "properties", "additionalProperties", "description", "format", "default", "nullable",
	"discriminator", "readOnly", "writeOnly", "xml", "externalDocs", "example", "deprecated",
}

// annotations describe the use of a schema, not its values, and so can extend a reference.
var annotations = []string{
	"title", "description", "default", "nullable", "readOnly", "writeOnly", "xml", "externalDocs", "example", "deprecated",
}

func (c *converter) definition(pointer, _ string, from tree.Object) tree.Object {
	return c.schema(pointer, from)
}

func (c *converter) schema(pointer string, value any) tree.Object {
	from, ok := value.(tree.Object)
	if !ok {
		c.report.Add(ruleSchemas, pointer, value, tree.Object{}, "not a schema; any value is accepted")
		return tree.Object{}
	}
	if ref, ok := from["$ref"].(string); ok {
		return c.reference(pointer, ref, from)
	}
	to := c.keep(pointer, from, schemaKeywords, nil)
	c.narrow(pointer, to, "externalDocs", externalDocsFields)
	moveNullable(to)
	moveExample(to)
	c.fixType(pointer, to)
	c.fixBound(pointer, to, "minimum", "exclusiveMinimum")
	c.fixBound(pointer, to, "maximum", "exclusiveMaximum")
	if name, ok := to["discriminator"].(string); ok {
		to["discriminator"] = tree.Object{"propertyName": name}
	}
	c.inside(pointer, to)
	return to
}

// reference converts a reference. Swagger ignores fields next to a reference, but annotations
// there, such as nullable or title, are meant to apply.
func (c *converter) reference(pointer, ref string, from tree.Object) tree.Object {
	sibling := c.keep(pointer, from, annotations, []string{"$ref"})
	moveNullable(sibling)
	moveExample(sibling)
	to := tree.Object{"$ref": ref}
	if !slices.ContainsFunc(annotations, func(name string) bool { _, ok := sibling[name]; return ok }) {
		maps.Copy(to, sibling)
		return to
	}
	sibling["allOf"] = []any{to}
	if _, ok := sibling["nullable"]; !ok || len(sibling) > 2 {
		c.report.Add(ruleSchemas, pointer, from, sibling, "OpenAPI 3 allows no siblings of a reference")
	}
	return sibling
}

func moveNullable(schema tree.Object) {
	nullable, ok := schema["x-nullable"].(bool)
	if nullable {
		schema["nullable"] = true
	}
	if ok { // false is the default
		delete(schema, "x-nullable")
	}
}

// fixType keeps one OpenAPI 3 type, or none if a value can have several types.
func (c *converter) fixType(pointer string, schema tree.Object) {
	written, ok := schema["type"]
	if !ok {
		return
	}
	types, listed := written.([]any)
	if !listed {
		types = []any{written}
	}
	delete(schema, "type")
	named := slices.DeleteFunc(slices.Clone(types), func(name any) bool { return name == "null" })
	if len(named) < len(types) {
		schema["nullable"] = true
	}
	if len(named) == 1 {
		switch named[0] {
		case "file":
			schema["type"], schema["format"] = "string", "binary"
		case "string", "number", "integer", "boolean", "array", "object":
			schema["type"] = named[0]
		}
	}
	if listed || schema["type"] == nil {
		c.report.Add(ruleSchemas, tree.Join(pointer, "type"), written, schema["type"], "OpenAPI 3 allows one of six types, or none for any value")
	}
}

// fixBound converts an exclusive bound that is a number, as in newer JSON Schema, to a bound
// and a boolean.
func (c *converter) fixBound(pointer string, schema tree.Object, bound, exclusive string) {
	if number, ok := schema[exclusive].(json.Number); ok {
		c.report.Add(ruleSchemas, tree.Join(pointer, exclusive), number, true, "the bound itself is in "+bound)
		schema[bound], schema[exclusive] = number, true
	}
}

func (c *converter) inside(pointer string, schema tree.Object) {
	c.properties(pointer, schema)
	items, hasItems := schema["items"]
	if _, ok := items.(tree.Object); !ok && (hasItems || schema["type"] == "array") {
		c.report.Add(ruleSchemas, tree.Join(pointer, "items"), items, tree.Object{}, "a list needs one schema for its elements; any element is accepted")
		schema["items"] = tree.Object{}
	}
	for _, name := range []string{"items", "additionalProperties", "not"} {
		field, ok := schema[name]
		if _, boolean := field.(bool); ok && !(boolean && name == "additionalProperties") {
			schema[name] = c.schema(tree.Join(pointer, name), field)
		}
	}
	for _, name := range []string{"allOf", "anyOf", "oneOf"} {
		list, ok := schema[name].([]any)
		if !ok {
			continue
		}
		converted := make([]any, len(list))
		for i, element := range list {
			converted[i] = c.schema(tree.Join(pointer, name, strconv.Itoa(i)), element)
		}
		schema[name] = converted
	}
}

// properties converts the properties. It moves a boolean required of a property, as in older
// JSON Schema, to the list.
func (c *converter) properties(pointer string, schema tree.Object) {
	required := tree.ListAt(schema, "required")
	if written, ok := schema["required"]; ok && len(required) == 0 {
		c.drop(tree.Join(pointer, "required"), written, "not a list of required properties")
		delete(schema, "required")
	}
	if schema["properties"] == nil {
		return
	}
	schema["properties"] = c.collection(pointer, schema, "properties", func(pointer, name string, property tree.Object) tree.Object {
		flag, ok := property["required"].(bool)
		if !ok {
			return c.schema(pointer, property)
		}
		c.report.Add(ruleSchemas, tree.Join(pointer, "required"), flag, nil, "the parent schema lists required properties")
		if flag && !slices.Contains(required, any(name)) {
			required = append(required, name)
		}
		property = maps.Clone(property)
		delete(property, "required")
		return c.schema(pointer, property)
	})
	if len(required) > 0 {
		schema["required"] = required
	}
}
