package normalize

import "testing"

func TestConvertJSONSchemaKeywords(t *testing.T) {
	testSchemas(t, convertJSONSchema, "", []schemaTest{
		{"a constant", `{"const": "a"}`, `{"enum": ["a"]}`, "const"},
		{"a constant in an enum", `{"const": 1, "enum": [1, 2]}`, `{"enum": [1]}`, "const"},
		{"properties that are true or false",
			`{"properties": {"a": true, "b": false, "c": {}}, "required": ["a", "b"]}`,
			`{"properties": {"a": {}, "c": {}}, "required": ["a"]}`, "properties/a properties/b"},
		{"the only required property is false", `{"properties": {"b": false}, "required": ["b"]}`, `{"properties": {}}`, "properties/b"},
		{"items that are true", `{"items": true}`, `{"items": {}}`, "items"},
		{"items that are false", `{"type": "array", "items": false}`, `{"type": "array"}`, "items"},
		{"parts that are true or false", `{"allOf": [true, {"type": "string"}, false]}`, `{"allOf": [{"type": "string"}]}`, "allOf"},
		{"additional properties stay", `{"additionalProperties": false}`, `{"additionalProperties": false}`, ""},
		{"examples", `{"examples": [2, 3]}`, `{"example": 2}`, "examples"},
		{"examples next to an example", `{"example": 1, "examples": [2]}`, `{"example": 1}`, "examples"},
		{"no examples", `{"examples": []}`, `{}`, "examples"},
		{"examples, not a list", `{"examples": {"a": {"value": 1}}}`, `{}`, "examples"},
		{"an excluded lower bound", `{"exclusiveMinimum": 0.50}`, `{"minimum": 0.50, "exclusiveMinimum": true}`, "exclusiveMinimum"},
		{"a lower bound that is tighter", `{"exclusiveMinimum": 0, "minimum": 1}`, `{"minimum": 1}`, "exclusiveMinimum"},
		{"a lower bound that is looser", `{"exclusiveMinimum": 1, "minimum": 0}`, `{"minimum": 1, "exclusiveMinimum": true}`, "exclusiveMinimum"},
		{"the same lower bound", `{"exclusiveMinimum": 1, "minimum": 1}`, `{"minimum": 1, "exclusiveMinimum": true}`, "exclusiveMinimum"},
		{"an excluded upper bound", `{"exclusiveMaximum": 9, "maximum": 10}`, `{"maximum": 9, "exclusiveMaximum": true}`, "exclusiveMaximum"},
		{"an upper bound that is tighter", `{"exclusiveMaximum": 10, "maximum": 9}`, `{"maximum": 9}`, "exclusiveMaximum"},
		{"bounds of OpenAPI 3.0", `{"exclusiveMinimum": true, "minimum": 1}`, `{"exclusiveMinimum": true, "minimum": 1}`, ""},
		{"base64", `{"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}`,
			`{"type": "string", "format": "byte"}`, "format contentEncoding contentMediaType"},
		{"a file", `{"contentMediaType": "application/octet-stream"}`, `{"type": "string", "format": "binary"}`, "format type contentMediaType"},
		{"JSON in a string", `{"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}}`,
			`{"type": "string"}`, "contentMediaType contentSchema"},
		{"a format next to an encoding", `{"type": "string", "format": "uuid", "contentEncoding": "base64"}`,
			`{"type": "string", "format": "uuid"}`, "contentEncoding"},
		{"keywords that no type can express",
			`{"$anchor": "a", "$comment": "c", "$dynamicAnchor": "d", "$dynamicRef": "#d", "$id": "i", "$schema": "s", "$vocabulary": {},
			"contains": {}, "dependentRequired": {}, "dependentSchemas": {}, "else": {}, "if": {}, "maxContains": 1, "minContains": 1,
			"not": {}, "propertyNames": {}, "then": {}, "unevaluatedItems": false, "unevaluatedProperties": false, "unknown": 1,
			"deprecated": true, "readOnly": true, "writeOnly": false, "x-evidence": "documented", "title": "T"}`,
			`{"deprecated": true, "readOnly": true, "writeOnly": false, "x-evidence": "documented", "title": "T"}`,
			"$anchor $comment $dynamicAnchor $dynamicRef $id $schema $vocabulary contains dependentRequired dependentSchemas else if " +
				"maxContains minContains not propertyNames then unevaluatedItems unevaluatedProperties unknown"},
		{"properties named like keywords", `{"properties": {"not": {"type": "string"}, "const": {}, "$defs": {}}}`,
			`{"properties": {"not": {"type": "string"}, "const": {}, "$defs": {}}}`, ""},
		{"inner schemas", `{"properties": {"a": {"items": {"additionalProperties": {"const": 1}}}}}`,
			`{"properties": {"a": {"items": {"additionalProperties": {"enum": [1]}}}}}`, "properties/a/items/additionalProperties/const"},
	})
}

func TestConvertTypeLists(t *testing.T) {
	testSchemas(t, convertJSONSchema, "", []schemaTest{
		{"null and a type", `{"type": ["null", "string"], "format": "uuid"}`, `{"type": "string", "format": "uuid", "nullable": true}`, "type"},
		{"one type", `{"type": ["string"]}`, `{"type": "string"}`, "type"},
		{"null alone", `{"type": "null"}`, `{"nullable": true, "x-values": [null]}`, "type"},
		{"a list of null", `{"type": ["null"]}`, `{"nullable": true, "x-values": [null]}`, "type"},
		{"a constant of null", `{"type": ["string", "object", "null"], "const": null}`, `{"nullable": true, "x-values": [null]}`, "type"},
		{"no type", `{"type": []}`, `{}`, "type"},
		{"a quoted integer", `{"type": ["integer", "string"], "format": "int32", "pattern": "^-?(?:0|[1-9]\\d*)$"}`,
			`{"type": "integer", "format": "int32", "x-quoted-number": true}`, "pattern type"},
		{"a quoted number or null", `{"type": ["null", "number", "string"], "format": "double", "pattern": "^-?\\d+$"}`,
			`{"type": "number", "format": "double", "nullable": true, "x-quoted-number": true}`, "pattern type"},
		{"a quoted number, told by its format", `{"type": ["string", "number"], "format": "decimal"}`, `{"type": "number", "format": "decimal", "x-quoted-number": true}`, "type"},
		{"a quoted number, told by its pattern", `{"type": ["string", "integer"], "pattern": "^[0-9]+$"}`, `{"type": "integer", "x-quoted-number": true}`, "pattern type"},
		{"integer and number", `{"type": ["integer", "number"]}`, `{"type": "number"}`, "type"},
		{"a string or a number", `{"type": ["string", "integer"], "minimum": 1, "maxLength": 9, "description": "d"}`,
			`{"oneOf": [{"type": "string", "maxLength": 9}, {"type": "integer", "minimum": 1}], "description": "d"}`, "type"},
		{"a date or a number", `{"type": ["null", "string", "number", "integer"], "format": "date-time", "pattern": "^2"}`,
			`{"oneOf": [{"type": "string", "format": "date-time", "pattern": "^2"}, {"type": "number"}], "nullable": true}`, "type"},
		{"a code of digits or a number", `{"type": ["string", "integer"], "pattern": "^[0-9]{5}$"}`,
			`{"oneOf": [{"type": "string", "pattern": "^[0-9]{5}$"}, {"type": "integer"}]}`, "type"},
		{"a number with a non-numeric value", `{"type": ["string", "integer"], "enum": ["auto", 1]}`,
			`{"oneOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer", "enum": [1]}]}`, "type"},
		{"a number with a non-numeric constant", `{"type": ["string", "integer"], "const": "auto"}`, `{"type": "string", "enum": ["auto"]}`, "type"},
		{"a quoted number with values", `{"type": ["string", "integer", "null"], "enum": ["1", 2, null]}`,
			`{"type": "integer", "enum": ["1", 2, null], "nullable": true, "x-quoted-number": true}`, "type"},
		{"others", `{"type": ["string", "object"], "properties": {"a": {}}, "required": ["a"], "description": "d"}`,
			`{"oneOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}, "required": ["a"]}], "description": "d"}`, "type"},
		{"others or null", `{"type": ["array", "null", "boolean"], "items": {}}`, `{"oneOf": [{"type": "array", "items": {}}, {"type": "boolean"}], "nullable": true}`, "type"},
		{"every type", `{"type": ["array", "boolean", "integer", "null", "number", "object", "string"], "items": {}, "properties": {"a": {}}}`,
			`{"nullable": true}`, "items properties type"},
		{"names of other tools", `{"type": ["null", "datetime"]}`, `{"type": "datetime", "nullable": true}`, "type"},
		{"the same type twice", `{"type": ["int", "integer", "int"]}`, `{"type": "int"}`, "type"},
		{"no names", `{"type": [1, {}, null, "string"]}`, `{"type": "string"}`, "type"},
	})
}

func TestConvertUnions(t *testing.T) {
	testSchemas(t, convertJSONSchema, `, "A": {}, "B": {}`, []schemaTest{
		{"null or a reference", `{"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/A"}]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}`, "oneOf"},
		{"null or a reference next to annotations", `{"description": "d", "anyOf": [{"$ref": "#/components/schemas/A"}, {"const": null}]}`,
			`{"description": "d", "allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}`, "anyOf"},
		{"null or a schema", `{"anyOf": [{"type": "string", "description": "inner"}, {"enum": [null]}], "description": "outer", "title": "T"}`,
			`{"type": "string", "description": "outer", "title": "T", "nullable": true}`, "anyOf"},
		{"null or a conflicting schema", `{"type": "object", "anyOf": [{"type": "string"}, {"type": ["null"]}]}`,
			`{"type": "object", "allOf": [{"type": "string"}], "nullable": true}`, "anyOf"},
		{"null or others", `{"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}, {"$ref": "#/components/schemas/B"}]}`,
			`{"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}], "nullable": true}`, "oneOf"},
		{"null as a flag only", `{"oneOf": [{"nullable": true}, {"$ref": "#/components/schemas/A"}]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}`, "oneOf"},
		{"null only", `{"oneOf": [{"type": "null"}]}`, `{"nullable": true}`, "oneOf"},
		{"one only", `{"oneOf": [{"$ref": "#/components/schemas/A"}]}`, `{"allOf": [{"$ref": "#/components/schemas/A"}]}`, "oneOf"},
		{"one next to an allOf", `{"allOf": [{"$ref": "#/components/schemas/A"}], "oneOf": [{"$ref": "#/components/schemas/B"}]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}`, "oneOf"},
		{"a union in a union", `{"anyOf": [{"type": "null"}, {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}`, "anyOf oneOf"},
		{"any value", `{"anyOf": [true, {"type": "string"}, false]}`, `{"anyOf": [{}, {"type": "string"}]}`, "anyOf"},
		{"any value, and no other boolean", `{"anyOf": [true, {"type": "string"}]}`, `{"anyOf": [{}, {"type": "string"}]}`, "anyOf"},
		{"not a schema", `{"oneOf": ["a", {"type": "string"}], "anyOf": [1, {"type": "null"}]}`, `{"type": "string", "nullable": true}`, "oneOf/0 anyOf/0 oneOf anyOf"},
		{"no value", `{"oneOf": [false]}`, `{}`, "oneOf"},
		{"others remain", `{"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}`,
			`{"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}`, ""},
		{"constants", `{"oneOf": [{"const": "n", "title": "New", "description": "Not paid."}, {"const": "p", "title": "Paid"}]}`,
			`{"type": "string", "enum": ["n", "p"], "x-enum-varnames": ["New", "Paid"], "x-enum-descriptions": ["Not paid.", ""]}`, "oneOf"},
		{"a number or the same in quotes", `{"oneOf": [{"type": "string", "pattern": "^-?\\d+$"}, {"type": "integer", "format": "int64"}, {"type": "null"}]}`,
			`{"type": "integer", "format": "int64", "nullable": true, "x-quoted-number": true}`, "oneOf"},
		{"a number or a string", `{"oneOf": [{"type": "string"}, {"type": "integer"}]}`, `{"oneOf": [{"type": "string"}, {"type": "integer"}]}`, ""},
		{"constants or null", `{"anyOf": [{"const": 1, "type": "integer"}, {"enum": [2]}, {"type": "null"}]}`,
			`{"type": "integer", "enum": [1, 2], "nullable": true}`, "anyOf"},
		{"constants, some with titles", `{"oneOf": [{"const": "n", "title": "New"}, {"const": "p"}]}`,
			`{"type": "string", "enum": ["n", "p"]}`, "oneOf"},
		{"constants of two types", `{"oneOf": [{"const": "n"}, {"const": 1}]}`, `{"oneOf": [{"enum": ["n"]}, {"enum": [1]}]}`, "oneOf/0/const oneOf/1/const"},
		{"constants of another type", `{"type": "integer", "oneOf": [{"const": "a"}, {"const": "b"}]}`,
			`{"type": "integer", "oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}`, "oneOf/0/const oneOf/1/const"},
		{"constants next to an enum", `{"enum": ["a"], "oneOf": [{"const": "a"}, {"const": "b"}]}`,
			`{"enum": ["a"], "oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}`, "oneOf/0/const oneOf/1/const"},
		{"constants and another", `{"oneOf": [{"const": "n"}, {"type": "string", "maxLength": 3}]}`,
			`{"oneOf": [{"enum": ["n"]}, {"type": "string", "maxLength": 3}]}`, "oneOf/0/const"},
	})
}

func TestConvertLists(t *testing.T) {
	testSchemas(t, convertJSONSchema, "", []schemaTest{
		{"a tuple", `{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}, {"type": "string"}], "items": false, "minItems": 2}`,
			`{"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "minItems": 2, "maxItems": 3}`, "prefixItems"},
		{"a tuple of equal schemas", `{"prefixItems": [{"type": "number"}, {"type": "number"}], "maxItems": 2}`, `{"items": {"type": "number"}, "maxItems": 2}`, "prefixItems"},
		{"a tuple with a rest", `{"prefixItems": [{"type": "number"}], "items": {"type": "string"}}`,
			`{"items": {"anyOf": [{"type": "number"}, {"type": "string"}]}}`, "prefixItems"},
		{"a tuple with anything", `{"prefixItems": [{"type": "number"}, true]}`, `{"items": {}}`, "prefixItems"},
		{"an empty tuple", `{"prefixItems": []}`, `{"items": {}}`, "prefixItems"},
		{"null in a tuple", `{"prefixItems": [{"type": "number"}, {"type": "null"}]}`, `{"items": {"type": "number", "nullable": true}}`, "prefixItems items/anyOf"},
		{"one pattern", `{"type": "object", "patternProperties": {"^x": {"const": 1}}}`,
			`{"type": "object", "additionalProperties": {"enum": [1]}}`, "patternProperties additionalProperties/const"},
		{"one pattern only", `{"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false}`,
			`{"additionalProperties": {"type": "string"}}`, "patternProperties"},
		{"one pattern next to properties", `{"properties": {"a": {}}, "patternProperties": {"^x": {"type": "string"}}}`,
			`{"properties": {"a": {}}, "additionalProperties": true}`, "patternProperties"},
		{"one pattern next to additional properties", `{"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": {"type": "integer"}}`,
			`{"additionalProperties": true}`, "patternProperties"},
		{"two patterns", `{"patternProperties": {"^x": {"type": "string"}, "^y": {}}}`, `{"additionalProperties": true}`, "patternProperties"},
		{"a pattern for anything", `{"patternProperties": {"^x": true}}`, `{"additionalProperties": true}`, "patternProperties"},
	})
}

func TestHoistDefinitions(t *testing.T) {
	for _, test := range []struct {
		name, input, want string
		changes           int
	}{
		{"of the document",
			`{"$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"const": 1}}, "components": {"schemas": {"T": {"$ref": "#/$defs/A"}}}}`,
			`{"components": {"schemas": {
				"A": {"$ref": "#/components/schemas/B"}, "B": {"enum": [1]}, "T": {"$ref": "#/components/schemas/A"}}}}`, 5},
		{"of a document without components",
			`{"definitions": {"A": {}}, "paths": {"/a": {"get": {"parameters": [{"schema": {"$ref": "#/definitions/A"}}]}}}}`,
			`{"components": {"schemas": {"A": {}}}, "paths": {"/a": {"get": {"parameters": [{"schema": {"$ref": "#/components/schemas/A"}}]}}}}`, 2},
		{"of a schema",
			`{"components": {"schemas": {"T": {"$defs": {"A": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/components/schemas/T/$defs/A"}}}}}}`,
			`{"components": {"schemas": {"A": {"type": "string"},
				"T": {"properties": {"a": {"$ref": "#/components/schemas/A"}, "b": {"$ref": "#/components/schemas/A"}}}}}}`, 3},
		{"with taken names, nearest first",
			`{"components": {"schemas": {"A": {}, "T": {
				"definitions": {"A": {"type": "string"}, "B": {"$ref": "#/definitions/A"}},
				"properties": {"a": {"$defs": {"A": {"type": "integer"}}, "items": {"$ref": "#/$defs/A"}}}}}}}`,
			`{"components": {"schemas": {"A": {}, "A2": {"type": "string"}, "A3": {"type": "integer"}, "B": {"$ref": "#/components/schemas/A2"},
				"T": {"properties": {"a": {"items": {"$ref": "#/components/schemas/A3"}}}}}}}`, 5},
		{"inside definitions",
			`{"components": {"schemas": {"T": {"$defs": {"A": {"definitions": {"B": {"$ref": "#/$defs/C"}}, "items": {"$ref": "#/definitions/B"}}, "C": true}}}}}`,
			`{"components": {"schemas": {"A": {"items": {"$ref": "#/components/schemas/B"}}, "B": {"$ref": "#/components/schemas/C"}, "C": {}, "T": {}}}}`, 5},
		{"aliases of components",
			`{"components": {"schemas": {"T": {"$defs": {"A": {"$ref": "#/components/schemas/B"}}, "items": {"$ref": "#/$defs/A"}}, "B": {}}}}`,
			`{"components": {"schemas": {"T": {"items": {"$ref": "#/components/schemas/B"}}, "B": {}}}}`, 2},
		{"references into definitions",
			`{"$defs": {"A": {"properties": {"a/b": {}}}}, "components": {"schemas": {"T": {"$ref": "#/$defs/A/properties/a~1b"}}}}`,
			`{"components": {"schemas": {"A": {"properties": {"a/b": {}}}, "T": {"$ref": "#/components/schemas/A/properties/a~1b"}}}}`, 2},
		{"dangling", `{"components": {"schemas": {"T": {"$defs": {"A": 1}, "$ref": "#/$defs/B"}}}}`,
			`{"components": {"schemas": {"T": {"$ref": "#/$defs/B"}}}}`, 1},
		{"a property with this name", `{"components": {"schemas": {"T": {"properties": {"definitions": {"type": "object"}}}}}}`,
			`{"components": {"schemas": {"T": {"properties": {"definitions": {"type": "object"}}}}}}`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, changes := apply(t, convertJSONSchema, test.input)
			if want := asJSON(t, asTree(t, test.want)); output != want {
				t.Errorf("got\n%s\nwant\n%s", output, want)
			}
			if len(changes) != test.changes {
				t.Errorf("got %d changes, want %d: %+v", len(changes), test.changes, changes)
			}
		})
	}
}
