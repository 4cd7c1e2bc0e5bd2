package swagger2

import "testing"

func TestConvertSchemas(t *testing.T) {
	schema := func(name, schema, want, reports string) conversion {
		return conversion{name: name, base: `"definitions": {"S": ` + schema + `}`, at: "/components/schemas/S", want: want, reports: reports}
	}
	const location = "/definitions/S"
	same := func(name, text string) conversion { return schema(name, text, text, "") }
	runConversions(t, []conversion{
		same("bounds", `{"type": "number", "minimum": 0.10, "exclusiveMinimum": true, "maximum": 1e3, "exclusiveMaximum": false, "multipleOf": 0.01}`),
		same("members", `{"type": "object", "title": "T", "description": "D", "minProperties": 1, "maxProperties": 2, "example": {"type": "file", "x": null}, "default": {}, "xml": {"name": "s"}, "externalDocs": {"url": "/d"}, "readOnly": true, "x-a": {"type": "file"}}`),
		same("fields of OpenAPI 3", `{"oneOf": [{"type": "string"}], "anyOf": [{"type": "string"}], "not": {"type": "object"}, "nullable": true, "writeOnly": true, "deprecated": true}`),
		same("additional properties allowed", `{"type": "object", "additionalProperties": true}`),
		same("no additional properties", `{"type": "object", "additionalProperties": false}`),
		same("additional properties of any kind", `{"type": "object", "additionalProperties": {}}`),
		same("properties with names of keywords", `{"type": "object", "required": ["required"], "properties": {"required": {"type": "boolean"}, "type": {"type": "string"}, "items": {"type": "integer"}, "x-nullable": {"type": "string"}}}`),
		schema("nullable", `{"type": "string", "x-nullable": true}`, `{"type": "string", "nullable": true}`, ""),
		schema("not nullable", `{"type": "string", "x-nullable": false}`, `{"type": "string"}`, ""),
		schema("nullable of a wrong type", `{"type": "string", "x-nullable": "yes"}`, `{"type": "string", "x-nullable": "yes"}`, ""),
		schema("inside", `{"type": "object", "properties": {"a": {"type": "array", "items": {"type": "file"}}}, "additionalProperties": {"type": "file"}, "allOf": [{"type": "file"}]}`,
			`{"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string", "format": "binary"}}}, "additionalProperties": {"type": "string", "format": "binary"}, "allOf": [{"type": "string", "format": "binary"}]}`, ""),
		schema("discriminator", `{"type": "object", "discriminator": "Kind", "properties": {"Kind": {"type": "string"}}}`, `{"type": "object", "discriminator": {"propertyName": "Kind"}, "properties": {"Kind": {"type": "string"}}}`, ""),
		schema("example", `{"type": "string", "x-example": "A"}`, `{"type": "string", "example": "A"}`, ""),
		schema("unknown fields", `{"type": "object", "patternProperties": {}, "$schema": "s"}`, `{"type": "object"}`, "swagger2-dropped "+location+"/$schema, swagger2-dropped "+location+"/patternProperties"),
		schema("required of a property", `{"type": "object", "required": ["b"], "properties": {"a": {"type": "string", "required": true}, "b": {"type": "string", "required": true}, "c": {"type": "string", "required": false}, "d": {"$ref": "#/definitions/S", "required": true}}}`,
			`{"type": "object", "required": ["b", "a", "d"], "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}, "d": {"$ref": "#/components/schemas/S"}}}`,
			"swagger2-schemas "+location+"/properties/a/required, swagger2-schemas "+location+"/properties/b/required, swagger2-schemas "+location+"/properties/c/required, swagger2-schemas "+location+"/properties/d/required"),
		schema("required of nothing", `{"type": "string", "required": true}`, `{"type": "string"}`, "swagger2-dropped "+location+"/required"),
		schema("nothing required", `{"type": "object", "required": []}`, `{"type": "object"}`, "swagger2-dropped "+location+"/required"),
		schema("list of types", `{"type": ["string", "null"]}`, `{"type": "string", "nullable": true}`, "swagger2-schemas "+location+"/type"),
		schema("list of one type", `{"type": ["string"]}`, `{"type": "string"}`, "swagger2-schemas "+location+"/type"),
		schema("several types", `{"type": ["string", "integer"]}`, `{}`, "swagger2-schemas "+location+"/type"),
		schema("null", `{"type": "null"}`, `{"nullable": true}`, "swagger2-schemas "+location+"/type"),
		schema("unknown type", `{"type": "any"}`, `{}`, "swagger2-schemas "+location+"/type"),
		schema("type of a wrong type", `{"type": {"a": 1}}`, `{}`, "swagger2-schemas "+location+"/type"),
		schema("list without items", `{"type": "array"}`, `{"type": "array", "items": {}}`, "swagger2-schemas "+location+"/items"),
		schema("list with several items", `{"type": "array", "items": [{"type": "string"}]}`, `{"type": "array", "items": {}}`, "swagger2-schemas "+location+"/items"),
		schema("exclusive bound that is a number", `{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1.50}`, `{"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1.50, "exclusiveMaximum": true}`,
			"swagger2-schemas "+location+"/exclusiveMinimum, swagger2-schemas "+location+"/exclusiveMaximum"),
		schema("schemas of wrong types", `{"type": "object", "properties": {"a": 1}, "allOf": [true], "not": "x", "additionalProperties": 5}`, `{"type": "object", "properties": {}, "allOf": [{}], "not": {}, "additionalProperties": {}}`,
			"swagger2-dropped "+location+"/properties/a, swagger2-schemas "+location+"/additionalProperties, swagger2-schemas "+location+"/not, swagger2-schemas "+location+"/allOf/0"),
	})
}

func TestConvertReferenceSiblings(t *testing.T) {
	schema := func(name, sibling, want, reports string) conversion {
		return conversion{name: name, base: `"definitions": {"S": {"$ref": "#/definitions/T", ` + sibling + `}}`, at: "/components/schemas/S", want: want, reports: reports}
	}
	const ref, location = `{"$ref": "#/components/schemas/T"}`, "/definitions/S"
	runConversions(t, []conversion{
		schema("nullable", `"x-nullable": true`, `{"allOf": [`+ref+`], "nullable": true}`, ""),
		schema("not nullable", `"x-nullable": false`, ref, ""),
		schema("sibling annotation", `"description": "D", "readOnly": true`, `{"allOf": [`+ref+`], "description": "D", "readOnly": true}`, "swagger2-schemas "+location),
		schema("nullable and string", `"x-nullable": true, "description": "D"`, `{"allOf": [`+ref+`], "nullable": true, "description": "D"}`, "swagger2-schemas "+location),
		schema("fields that Swagger ignores", `"type": "object"`, ref, "swagger2-dropped "+location+"/type"),
		schema("example", `"x-example": 1`, `{"allOf": [`+ref+`], "example": 1}`, "swagger2-schemas "+location),
		schema("extension", `"x-a": 1`, `{"$ref": "#/components/schemas/T", "x-a": 1}`, ""),
	})
}
