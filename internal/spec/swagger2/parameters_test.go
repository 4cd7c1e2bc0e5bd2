package swagger2

import "testing"

const firstParameter = "/paths/~1orders~1{id}/post/parameters/0"

func TestConvertParameters(t *testing.T) {
	test := func(name, parameter, want, reports string) conversion {
		return conversion{name: name, base: post(`"parameters": [` + parameter + `], ` + okResponse), at: firstParameter, want: want, reports: reports}
	}
	runConversions(t, []conversion{
		test("fields of the schema",
			`{"name": "a", "in": "query", "description": "D", "required": false, "type": "number", "format": "decimal", "default": 1.10, "enum": [1.10, 2], "multipleOf": 0.01, "minimum": 0, "exclusiveMinimum": true, "maximum": 12345678901234567890.12, "exclusiveMaximum": false}`,
			`{"name": "a", "in": "query", "description": "D", "required": false, "schema": {"type": "number", "format": "decimal", "default": 1.10, "enum": [1.10, 2], "multipleOf": 0.01, "minimum": 0, "exclusiveMinimum": true, "maximum": 12345678901234567890.12, "exclusiveMaximum": false}}`, ""),
		test("text", `{"name": "a", "in": "query", "type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"}`,
			`{"name": "a", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"}}`, ""),
		test("list", `{"name": "a", "in": "query", "type": "array", "items": {"type": "integer", "format": "int64"}, "minItems": 1, "maxItems": 5, "uniqueItems": true, "collectionFormat": "multi"}`,
			`{"name": "a", "in": "query", "style": "form", "explode": true, "schema": {"type": "array", "items": {"type": "integer", "format": "int64"}, "minItems": 1, "maxItems": 5, "uniqueItems": true}}`, ""),
		test("extensions", `{"name": "a", "in": "query", "type": "integer", "x-nullable": true, "x-enumNames": ["New"], "x-ms-enum": {"name": "S"}, "x-schema": {"$ref": "#/definitions/S"}}`,
			`{"name": "a", "in": "query", "x-schema": {"$ref": "#/components/schemas/S"}, "schema": {"type": "integer", "nullable": true, "x-enumNames": ["New"], "x-ms-enum": {"name": "S"}}}`, ""),
		test("not nullable", `{"name": "a", "in": "query", "type": "integer", "x-nullable": false}`, `{"name": "a", "in": "query", "schema": {"type": "integer"}}`, ""),
		test("empty value", `{"name": "a", "in": "query", "type": "string", "allowEmptyValue": true}`, `{"name": "a", "in": "query", "allowEmptyValue": true, "schema": {"type": "string"}}`, ""),
		test("empty value of a header", `{"name": "a", "in": "header", "type": "string", "allowEmptyValue": true}`, `{"name": "a", "in": "header", "schema": {"type": "string"}}`,
			"swagger2-dropped "+firstParameter+"/allowEmptyValue"),
		test("example", `{"name": "a", "in": "query", "type": "string", "x-example": "A1"}`, `{"name": "a", "in": "query", "example": "A1", "schema": {"type": "string"}}`, ""),
		test("two examples", `{"name": "a", "in": "query", "type": "string", "example": "A1", "x-example": "A2"}`, `{"name": "a", "in": "query", "example": "A1", "x-example": "A2", "schema": {"type": "string"}}`, ""),
		test("path", `{"name": "id", "in": "path", "required": true, "type": "string", "format": "uuid"}`, `{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}`, ""),
		test("optional path", `{"name": "id", "in": "path", "required": false, "type": "string"}`, `{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}`,
			"swagger2-parameters "+firstParameter+"/required"),
		test("no type", `{"name": "a", "in": "query"}`, `{"name": "a", "in": "query", "schema": {"type": "string"}}`, "swagger2-parameters "+firstParameter+"/type"),
		test("no type next to items", `{"name": "a", "in": "query", "items": {"type": "string"}, "collectionFormat": "csv"}`,
			`{"name": "a", "in": "query", "style": "form", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}}`, "swagger2-parameters "+firstParameter+"/type"),
		test("no type next to enum", `{"name": "a", "in": "query", "enum": [1]}`, `{"name": "a", "in": "query", "schema": {"enum": [1]}}`, ""),
		test("no items", `{"name": "a", "in": "query", "type": "array"}`, `{"name": "a", "in": "query", "style": "form", "explode": false, "schema": {"type": "array", "items": {}}}`, "swagger2-schemas "+firstParameter+"/items"),
		test("unknown type", `{"name": "a", "in": "query", "type": "ref"}`, `{"name": "a", "in": "query", "schema": {}}`, "swagger2-schemas "+firstParameter+"/type"),
		test("object", `{"name": "a", "in": "query", "type": "object"}`, `{"name": "a", "in": "query", "schema": {"type": "object"}}`, "swagger2-parameters "+firstParameter),
		test("schema", `{"name": "a", "in": "query", "type": "object", "schema": {"$ref": "#/definitions/Filter"}, "x-nullable": true}`,
			`{"name": "a", "in": "query", "schema": {"allOf": [{"$ref": "#/components/schemas/Filter"}], "nullable": true}}`,
			"swagger2-dropped "+firstParameter+"/type, swagger2-parameters "+firstParameter),
		test("enum names next to a schema", `{"name": "a", "in": "query", "schema": {"type": "integer", "enum": [0]}, "x-enumNames": ["New"]}`,
			`{"name": "a", "in": "query", "schema": {"type": "integer", "enum": [0], "x-enumNames": ["New"]}}`, "swagger2-parameters "+firstParameter),
		test("schema of a wrong type", `{"name": "a", "in": "query", "schema": "Filter"}`, `{"name": "a", "in": "query", "schema": {}}`,
			"swagger2-schemas "+firstParameter+"/schema, swagger2-parameters "+firstParameter),
		test("unknown field", `{"name": "a", "in": "query", "type": "string", "uniqueness": 1}`, `{"name": "a", "in": "query", "schema": {"type": "string"}}`, "swagger2-dropped "+firstParameter+"/uniqueness"),
	})
}

func TestConvertParameterLocations(t *testing.T) {
	test := func(name, parameter, want string, reported bool) conversion {
		c := conversion{name: name, base: post(`"parameters": [` + parameter + `], ` + okResponse), at: firstParameter, want: want}
		if reported {
			c.reports = "swagger2-parameters " + firstParameter + "/in"
		}
		return c
	}
	query := `{"name": "a", "in": "query", "schema": {"type": "string"}}`
	path := `{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}`
	renamed := test("named by the path in another case", `{"name": "Id", "required": true, "type": "string"}`, path, true)
	renamed.reports = "swagger2-parameters " + firstParameter + "/name, " + renamed.reports
	service := test("of the service itself", `{"name": "a", "in": "services", "type": "string"}`, "", false)
	service.reports = "swagger2-dropped " + firstParameter
	runConversions(t, []conversion{
		test("cookie", `{"name": "a", "in": "cookie", "type": "string"}`, `{"name": "a", "in": "cookie", "schema": {"type": "string"}}`, false),
		test("model binding", `{"name": "a", "in": "modelbinding", "type": "string"}`, query, true),
		test("unknown", `{"name": "a", "in": "unknown", "type": "string"}`, query, true),
		test("dangling", `{"name": "a", "type": "string"}`, query, true),
		test("wrong type", `{"name": "a", "in": ["query"], "type": "string"}`, query, true),
		test("other case", `{"name": "a", "in": "Query", "type": "string"}`, query, true),
		test("named by the path", `{"name": "id", "in": "modelbinding", "required": true, "type": "string"}`, path, true),
		renamed, service,
	})
}

func TestConvertSharedParameters(t *testing.T) {
	shared := func(parameter string) string {
		return `"parameters": {"P": ` + parameter + `, "Q": {"$ref": "#/parameters/P"}}, ` + post(`"parameters": [{"$ref": "#/parameters/Q"}], `+okResponse)
	}
	runConversions(t, []conversion{
		{name: "query", base: shared(`{"name": "a", "in": "query", "type": "string"}`), at: "/components/parameters",
			want: `{"P": {"name": "a", "in": "query", "schema": {"type": "string"}}, "Q": {"$ref": "#/components/parameters/P"}}`},
		{name: "body", base: shared(`{"name": "a", "in": "body", "schema": {"type": "string"}}`), at: "/components"},
		{name: "body where it is used", base: shared(`{"name": "a", "in": "body", "schema": {"type": "string"}}`), at: operationPointer,
			want: `{"requestBody": {"content": {"application/json": {"schema": {"type": "string"}}}}, ` + okResponse + `}`},
		{name: "field where it is used", base: shared(`{"name": "a", "in": "formData", "type": "string", "required": true}`), at: operationPointer + "/requestBody",
			want: `{"required": true, "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}}}}`},
		{name: "model binding", base: shared(`{"name": "id", "in": "modelbinding", "required": true, "type": "string"}`), at: firstParameter,
			want: `{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}`, reports: "swagger2-parameters /parameters/P/in"},
		{name: "model binding in two paths", base: `"parameters": {"P": {"name": "id", "in": "modelbinding", "type": "string", "enum": ["a"]}}, "paths": {"/a/{ID}": {"parameters": [{"$ref": "#/parameters/P"}]}, "/b": {"parameters": [{"$ref": "#/parameters/P"}]}}`,
			at: "/paths/~1b/parameters", want: `[{"name": "id", "in": "query", "schema": {"type": "string", "enum": ["a"]}}]`,
			reports: "swagger2-parameters /parameters/P/name, swagger2-parameters /parameters/P/in, swagger2-parameters /parameters/P/required, swagger2-parameters /parameters/P/in"},
	})
}

func TestConvertDropsDuplicateParameters(t *testing.T) {
	runConversions(t, []conversion{
		{name: "duplicates", base: post(`"parameters": [{"name": "a", "in": "query", "type": "string"}, {"name": "a", "in": "query", "type": "integer"}, {"name": "a", "in": "header", "type": "string"}], ` + okResponse),
			at: operationPointer + "/parameters", want: `[{"name": "a", "in": "query", "schema": {"type": "string"}}, {"name": "a", "in": "header", "schema": {"type": "string"}}]`,
			reports: "swagger2-dropped /paths/~1orders~1{id}/post/parameters/1"},
		{name: "in path and by model binding", base: post(`"parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}, {"name": "Id", "in": "modelbinding", "type": "string"}], ` + okResponse),
			at: operationPointer + "/parameters", want: `[{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]`,
			reports: "swagger2-parameters /paths/~1orders~1{id}/post/parameters/1/name, swagger2-parameters /paths/~1orders~1{id}/post/parameters/1/in, swagger2-dropped /paths/~1orders~1{id}/post/parameters/1"},
		{name: "names of a wrong type", base: post(`"parameters": [{"name": {}, "in": "query", "type": "string"}, {"name": [], "in": "header", "type": "string"}], ` + okResponse),
			at: operationPointer + "/parameters", want: `[{"name": {}, "in": "query", "schema": {"type": "string"}}, {"name": [], "in": "header", "schema": {"type": "string"}}]`},
	})
}
