package pipeline

import "testing"

// A $ref in data is data: it may lead anywhere, or nowhere.
func TestReferencesInData(t *testing.T) {
	const dangling = `{"$ref": "./one.json"}`
	for name, document := range map[string]string{
		"OpenAPI 3.1": `{"openapi": "3.1.0", "x-samples": [` + dangling + `], "info": {"title": "Shop", "version": "1", "x-a": ` + dangling + `},
			"paths": {"x-b": ` + dangling + `, "/orders": {"x-c": ` + dangling + `, "post": {"x-ms-examples": {"one": ` + dangling + `},
				"parameters": [{"name": "page", "in": "query", "schema": {"type": "object", "default": ` + dangling + `}, "examples": {"a": ` + dangling + `}}],
				"requestBody": {"content": {"application/json": {"example": ` + dangling + `, "schema": {"$ref": "#/components/schemas/Order"}}}},
				"responses": {"x-d": ` + dangling + `, "200": {"description": "OK", "links": {"next": {"operationId": "next", "parameters": ` + dangling + `}},
					"content": {"application/json": {"examples": {"b": {"value": ` + dangling + `}}, "schema": {"$ref": "#/components/schemas/Order"}}}}}}}},
			"components": {"schemas": {"Order": {"type": "object", "x-e": ` + dangling + `, "examples": [` + dangling + `], "properties": {
				"$ref": {"type": "string", "description": "A link."}, "kind": {"const": ` + dangling + `}, "state": {"enum": [` + dangling + `]}}}}}}`,
		"Swagger 2.0": `{"swagger": "2.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/orders": {"get": {"x-ms-examples": {"one": ` + dangling + `},
			"responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/Order"}, "examples": {"application/json": ` + dangling + `}}}}}},
			"definitions": {"Order": {"type": "object", "x-e": ` + dangling + `, "example": ` + dangling + `, "properties": {"$ref": {"type": "string"}}}}}`,
	} {
		t.Run(name, func(t *testing.T) { generated(t, []byte(document), false) })
	}
}
