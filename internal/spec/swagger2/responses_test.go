package swagger2

import "testing"

const firstResponse = operationPointer + "/responses/200"

func TestConvertResponses(t *testing.T) {
	response := func(name, produces, response, want, reports string) conversion {
		base := post(`"responses": {"200": ` + response + `}`)
		if produces != "" {
			base = post(`"produces": ` + produces + `, "responses": {"200": ` + response + `}`)
		}
		return conversion{name: name, base: base, at: firstResponse, want: want, reports: reports}
	}
	ofDocument := response("media types of the document", "", `{"description": "OK", "schema": {"type": "string"}}`,
		`{"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "string"}}}}`, "")
	ofDocument.base = `"produces": ["text/plain", "application/json"], ` + ofDocument.base
	runConversions(t, []conversion{
		response("no schema", `["text/plain"]`, `{"description": "OK", "x-a": 1}`, `{"description": "OK", "x-a": 1}`, ""),
		response("schema", "", `{"description": "OK", "schema": {"$ref": "#/definitions/Order"}}`, `{"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}`, ""),
		response("media types of the operation", `["application/xml"]`, `{"description": "OK", "schema": {"type": "string"}}`, `{"description": "OK", "content": {"application/xml": {"schema": {"type": "string"}}}}`, ""),
		ofDocument,
		response("required fields", "", `{}`, `{"description": "OK"}`, "swagger2-responses "+firstResponse+"/description"),
		response("empty description", "", `{"description": ""}`, `{"description": ""}`, ""),
		response("nullable", "", `{"description": "OK", "x-nullable": true, "schema": {"$ref": "#/definitions/Order"}}`,
			`{"description": "OK", "content": {"application/json": {"schema": {"allOf": [{"$ref": "#/components/schemas/Order"}], "nullable": true}}}}`, ""),
		response("not nullable", "", `{"description": "OK", "x-nullable": false, "schema": {"$ref": "#/definitions/Order"}}`,
			`{"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}`, ""),
		response("file", "", `{"description": "OK", "schema": {"type": "file"}}`, `{"description": "OK", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}`, "swagger2-responses "+firstResponse+"/schema"),
		response("file of a type", `["application/pdf"]`, `{"description": "OK", "schema": {"type": "file"}}`, `{"description": "OK", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}`, ""),
		response("file type among object types", `["text/plain", "application/json", "text/json", "application/xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]`, `{"description": "OK", "schema": {"type": "file"}}`,
			`{"description": "OK", "content": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"schema": {"type": "string", "format": "binary"}}}}`, "swagger2-responses "+firstResponse+"/schema"),
		response("file of XML", `["application/xml"]`, `{"description": "OK", "schema": {"type": "file"}}`, `{"description": "OK", "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}}}`, ""),
		response("example", "", `{"description": "OK", "schema": {"type": "object"}, "examples": {"application/json": {"Id": 1}, "text/csv": "1"}}`,
			`{"description": "OK", "content": {"application/json": {"schema": {"type": "object"}, "example": {"Id": 1}}}}`, "swagger2-dropped "+firstResponse+"/examples/text~1csv"),
		response("headers", "", `{"description": "OK", "headers": {"x-rate": {"type": "integer", "format": "int32", "description": "Left"}, "Ids": {"type": "array", "items": {"type": "string"}}, "Text": {"name": "T"}}}`,
			`{"description": "OK", "headers": {"x-rate": {"description": "Left", "schema": {"type": "integer", "format": "int32"}}, "Ids": {"style": "simple", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}}, "Text": {"schema": {"type": "string"}}}}`,
			"swagger2-parameters "+firstResponse+"/headers/Text/type, swagger2-dropped "+firstResponse+"/headers/Text/name"),
		response("unknown field", "", `{"description": "OK", "content": {}}`, `{"description": "OK"}`, "swagger2-dropped "+firstResponse+"/content"),
		response("schema of a wrong type", "", `{"description": "OK", "schema": 1}`, `{"description": "OK", "content": {"application/json": {"schema": {}}}}`, "swagger2-schemas "+firstResponse+"/schema"),
		response("examples of a wrong type", "", `{"description": "OK", "examples": 1}`, `{"description": "OK"}`, "swagger2-dropped "+firstResponse+"/examples"),
	})
}

func TestConvertStatuses(t *testing.T) {
	const location = operationPointer + "/responses"
	anyResponse := `{"default": {"description": "Any response."}}`
	runConversions(t, []conversion{
		{name: "missing", base: post(`"summary": "S"`), at: location, want: anyResponse, reports: "swagger2-responses " + location},
		{name: "empty", base: post(`"responses": {}`), at: location, want: anyResponse, reports: "swagger2-responses " + location},
		{name: "extension only", base: post(`"responses": {"x-a": {"schema": 1}}`), at: location, want: `{"x-a": {"schema": 1}, "default": {"description": "Any response."}}`, reports: "swagger2-responses " + location},
		{name: "kept", base: post(`"responses": {"204": {"description": "A"}, "default": {"description": "B"}}`), at: location, want: `{"204": {"description": "A"}, "default": {"description": "B"}}`},
		{name: "zero", base: post(`"responses": {"0": {"description": "A"}}`), at: location, want: `{"default": {"description": "A"}}`, reports: "swagger2-responses " + location + "/0"},
		{name: "zero next to the default", base: post(`"responses": {"0": {"description": "A"}, "default": {"description": "B"}}`), at: location, want: `{"0": {"description": "A"}, "default": {"description": "B"}}`},
		{name: "neither description nor status text", base: post(`"responses": {"default": {}}`), at: location, want: `{"default": {"description": "A response."}}`, reports: "swagger2-responses " + location + "/default/description"},
	})
}

func TestConvertSharedResponses(t *testing.T) {
	const shared = `"produces": ["application/json"], "responses": {"Gone": {"description": "G", "x-a": [1], "schema": {"enum": ["a"]}}, "Empty": {"description": "E"}, "Again": {"$ref": "#/responses/Gone"}}, `
	runConversions(t, []conversion{
		{name: "components", base: shared + `"paths": {}`, at: "/components/responses",
			want: `{"Gone": {"description": "G", "x-a": [1], "content": {"application/json": {"schema": {"enum": ["a"]}}}}, "Empty": {"description": "E"}, "Again": {"$ref": "#/components/responses/Gone"}}`},
		{name: "other media types", base: shared + post(`"produces": ["text/plain"], "responses": {"200": {"$ref": "#/responses/Again"}}`), at: firstResponse,
			want: `{"description": "G", "x-a": [1], "content": {"text/plain": {"schema": {"enum": ["a"]}}}}`},
		{name: "other media types without content", base: shared + post(`"produces": ["text/plain"], "responses": {"200": {"$ref": "#/responses/Empty"}}`), at: firstResponse,
			want: `{"$ref": "#/components/responses/Empty"}`},
		{name: "fields next to a reference", base: shared + post(`"responses": {"200": {"$ref": "#/responses/Gone", "description": "D"}}`), at: firstResponse,
			want: `{"$ref": "#/components/responses/Gone"}`, reports: "swagger2-dropped " + firstResponse + "/description"},
	})
}
