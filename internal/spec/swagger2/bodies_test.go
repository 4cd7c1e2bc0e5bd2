package swagger2

import "testing"

func TestConvertBodies(t *testing.T) {
	const bodyPointer = operationPointer + "/requestBody"
	body := func(name, base, want, reports string) conversion {
		return conversion{name: name, base: post(base + `, ` + okResponse), at: bodyPointer, want: want, reports: reports}
	}
	ofDocument := body("media types of the document", `"parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}]`,
		`{"content": {"application/json": {"schema": {"type": "string"}}, "text/json": {"schema": {"type": "string"}}}}`, "")
	ofDocument.base = `"consumes": ["application/json", "text/json"], ` + ofDocument.base
	own := body("media types of the operation", `"consumes": ["application/xml"], "parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}]`,
		`{"content": {"application/xml": {"schema": {"type": "string"}}}}`, "")
	own.base = `"consumes": ["application/json", "text/json"], ` + own.base
	none := body("no media types of the operation", `"consumes": [], "parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}]`,
		`{"content": {"application/json": {"schema": {"type": "string"}}}}`, "")
	none.base = `"consumes": ["application/xml"], ` + none.base
	second := body("two bodies", `"parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}, {"name": "b", "in": "body", "schema": {"type": "integer"}}]`,
		`{"content": {"application/json": {"schema": {"type": "string"}}}}`, "")
	second.problems = operationPointer + "/parameters/1"
	runConversions(t, []conversion{
		body("body", `"parameters": [{"name": "order", "in": "body", "description": "D", "required": true, "x-a": 1, "schema": {"$ref": "#/definitions/Order"}}]`,
			`{"description": "D", "required": true, "x-a": 1, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}`, ""),
		ofDocument, own, none, second,
		body("media types of a wrong type", `"consumes": "application/xml", "parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}]`,
			`{"content": {"application/json": {"schema": {"type": "string"}}}}`, "swagger2-dropped "+operationPointer+"/consumes"),
		body("the same body twice", `"parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}, {"name": "b", "in": "body", "schema": {"type": "string"}}]`,
			`{"content": {"application/json": {"schema": {"type": "string"}}}}`, "swagger2-bodies "+operationPointer+"/parameters/1"),
		body("type instead of a schema", `"parameters": [{"name": "a", "in": "body", "type": "array", "items": {"$ref": "#/definitions/Order"}, "collectionFormat": "multi"}]`,
			`{"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}}}}`, ""),
		body("no schema", `"parameters": [{"name": "a", "in": "body"}]`, `{"content": {"application/json": {"schema": {}}}}`, "swagger2-parameters "+operationPointer+"/parameters/0/type"),
		body("nullable", `"parameters": [{"name": "a", "in": "body", "x-nullable": true, "schema": {"$ref": "#/definitions/Order"}}]`,
			`{"content": {"application/json": {"schema": {"allOf": [{"$ref": "#/components/schemas/Order"}], "nullable": true}}}}`, ""),
		body("file", `"consumes": ["application/pdf"], "parameters": [{"name": "a", "in": "body", "schema": {"type": "file"}}]`,
			`{"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}`, ""),
		body("example", `"parameters": [{"name": "a", "in": "body", "x-example": {"Id": 1}, "schema": {"type": "object"}}]`,
			`{"content": {"application/json": {"schema": {"type": "object"}, "example": {"Id": 1}}}}`, ""),
		body("examples", `"parameters": [{"name": "a", "in": "body", "x-examples": {"application/json": {"Id": 1}, "text/csv": "1"}, "schema": {"type": "object"}}]`,
			`{"content": {"application/json": {"schema": {"type": "object"}, "example": {"Id": 1}}}}`, "swagger2-dropped "+operationPointer+"/parameters/0/x-examples/text~1csv"),
		body("body and form", `"consumes": ["application/json", "multipart/form-data"], "parameters": [{"name": "a", "in": "body", "schema": {"type": "object"}}, {"name": "b", "in": "formData", "required": true, "type": "string"}]`,
			`{"required": true, "content": {"application/json": {"schema": {"type": "object"}}, "multipart/form-data": {"schema": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}}}}}`,
			"swagger2-bodies "+operationPointer+"/parameters"),
		body("body and form without a media type for the body", `"consumes": ["application/x-www-form-urlencoded"], "parameters": [{"name": "a", "in": "body", "schema": {"type": "object"}}, {"name": "b", "in": "formData", "type": "string"}]`,
			`{"content": {"application/json": {"schema": {"type": "object"}}, "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"b": {"type": "string"}}}}}}`,
			"swagger2-bodies "+operationPointer+"/parameters"),
		body("no body", `"parameters": [{"name": "a", "in": "query", "type": "string"}]`, ``, ""),
	})
}

func TestConvertKeepsBodiesOfGet(t *testing.T) {
	for _, method := range []string{"get", "head", "delete"} {
		runConversions(t, []conversion{{
			name:    method,
			base:    `"paths": {"/a": {"` + method + `": {"parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}], ` + okResponse + `}}}`,
			at:      "/paths/~1a/" + method + "/requestBody",
			want:    `{"content": {"application/json": {"schema": {"type": "string"}}}}`,
			reports: "swagger2-bodies /paths/~1a/" + method + "/parameters",
		}})
	}
}
