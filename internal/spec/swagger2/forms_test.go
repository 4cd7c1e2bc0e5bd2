package swagger2

import "testing"

func TestConvertForms(t *testing.T) {
	const first = operationPointer + "/parameters/0"
	form := func(name, base, want, reports string) conversion {
		return conversion{name: name, base: post(base + `, ` + okResponse), at: operationPointer + "/requestBody", want: want, reports: reports}
	}
	ofDocument := form("multipart by the document", `"parameters": [{"name": "a", "in": "formData", "type": "string"}]`,
		`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}`, "")
	ofDocument.base = `"consumes": ["application/json", "multipart/form-data"], ` + ofDocument.base
	runConversions(t, []conversion{
		form("fields", `"parameters": [{"name": "b", "in": "formData", "required": true, "type": "string"}, {"name": "a", "in": "formData", "required": true, "type": "integer", "format": "int32", "default": 1}, {"name": "c", "in": "formData", "type": "string"}]`,
			`{"required": true, "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["b", "a"], "properties": {"b": {"type": "string"}, "a": {"type": "integer", "format": "int32", "default": 1}, "c": {"type": "string"}}}}}}`, ""),
		form("file", `"parameters": [{"name": "f", "in": "formData", "required": true, "type": "file"}, {"name": "a", "in": "formData", "type": "string"}]`,
			`{"required": true, "content": {"multipart/form-data": {"schema": {"type": "object", "required": ["f"], "properties": {"f": {"type": "string", "format": "binary"}, "a": {"type": "string"}}}}}}`, ""),
		form("files", `"consumes": ["multipart/form-data"], "parameters": [{"name": "f", "in": "formData", "type": "array", "items": {"type": "file"}}]`,
			`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "array", "items": {"type": "string", "format": "binary"}}}}}}}`, ""),
		form("file in the query", `"parameters": [{"name": "f", "in": "query", "type": "file"}]`,
			`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}}}}}`, "swagger2-parameters "+first+"/in"),
		form("ASP.NET binding source", `"parameters": [{"name": "f", "in": "formfile", "type": "file"}]`,
			`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}}}}}`, "swagger2-parameters "+first+"/in"),
		form("multipart", `"consumes": ["Multipart/Form-Data; boundary=a"], "parameters": [{"name": "a", "in": "formData", "type": "string"}]`,
			`{"content": {"Multipart/Form-Data; boundary=a": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}`, ""),
		form("both forms", `"consumes": ["multipart/form-data", "application/x-www-form-urlencoded"], "parameters": [{"name": "a", "in": "formData", "type": "string"}]`,
			`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}, "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}`, ""),
		ofDocument,
		form("field annotations", `"parameters": [{"name": "a", "in": "formData", "type": "string", "description": "D", "x-example": "E", "x-a": 1, "x-nullable": true, "allowEmptyValue": true}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string", "description": "D", "example": "E", "x-a": 1, "nullable": true}}}}}}`, "swagger2-dropped "+first+"/allowEmptyValue"),
		form("schema", `"parameters": [{"name": "a", "in": "formData", "description": "D", "schema": {"$ref": "#/definitions/Order"}}, {"name": "b", "in": "formData", "schema": {"$ref": "#/definitions/Order"}}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/components/schemas/Order"}], "description": "D"}, "b": {"$ref": "#/components/schemas/Order"}}}}}}`, ""),
		form("list with commas", `"parameters": [{"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}, "encoding": {"a": {"style": "form", "explode": false}}}}}`, ""),
		form("list with commas under two media types", `"consumes": ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"], "parameters": [{"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}, "encoding": {"a": {"style": "form", "explode": false}}}, "application/x-www-form-urlencoded; charset=utf-8": {"schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}, "encoding": {"a": {"style": "form", "explode": false}}}}}`, ""),
		form("list of fields", `"parameters": [{"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}}}}`, ""),
		form("list with commas in parts", `"consumes": ["multipart/form-data"], "parameters": [{"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": "csv"}]`,
			`{"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}}}}`, "swagger2-bodies "+first+"/collectionFormat"),
		form("list with tabs", `"parameters": [{"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": "tsv"}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}`, "swagger2-parameters "+first+"/collectionFormat"),
		form("duplicates", `"parameters": [{"name": "a", "in": "formData", "type": "string"}, {"name": "a", "in": "formData", "type": "integer"}]`,
			`{"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}`, "swagger2-dropped "+operationPointer+"/parameters/1"),
	})
}
