package normalize

import "testing"

func TestWrapReferenceSiblings(t *testing.T) {
	testSchemas(t, wrapReferenceSiblings, `, "A": {}`, []schemaTest{
		{"none", `{"$ref": "#/components/schemas/A"}`, `{"$ref": "#/components/schemas/A"}`, ""},
		{"annotations", `{"$ref": "#/components/schemas/A", "nullable": true, "description": "d", "readOnly": true, "default": 1, "x-evidence": "documented"}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true, "description": "d", "readOnly": true, "default": 1, "x-evidence": "documented"}`, "$ref"},
		{"a type", `{"$ref": "#/components/schemas/A", "type": "object", "format": "int32"}`, `{"$ref": "#/components/schemas/A"}`, "type format"},
		{"a type and null", `{"$ref": "#/components/schemas/A", "type": "object", "nullable": true}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}`, "type $ref"},
		{"structure", `{"$ref": "#/components/schemas/A", "properties": {"b": {}}, "required": ["b"]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"b": {}}, "required": ["b"]}`, "$ref"},
		{"an allOf", `{"$ref": "#/components/schemas/A", "allOf": [{"type": "object"}]}`,
			`{"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}`, "$ref"},
		{"inside", `{"properties": {"a": {"$ref": "#/components/schemas/A", "title": "t"}, "$ref": {"type": "string"}}}`,
			`{"properties": {"a": {"allOf": [{"$ref": "#/components/schemas/A"}], "title": "t"}, "$ref": {"type": "string"}}}`, "properties/a/$ref"},
		{"itself", `{"$ref": "#/components/schemas/T", "title": "t"}`, `{"allOf": [{"$ref": "#/components/schemas/T"}], "title": "t"}`, "$ref"},
		{"no reference", `{"$ref": {"a": 1}, "type": "string"}`, `{"type": "string"}`, "$ref"},
	})
}
