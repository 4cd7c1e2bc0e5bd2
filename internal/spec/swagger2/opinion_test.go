package swagger2

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// The converter of kin-openapi is correct for specs that leave nothing implicit, so the
// results must agree for this one.
const wellFormed = `{
	"swagger": "2.0",
	"info": {"title": "Shop", "version": "1", "contact": {"name": "N"}},
	"host": "api.example.com", "basePath": "/v1", "schemes": ["https", "http"],
	"tags": [{"name": "Orders", "description": "All"}],
	"externalDocs": {"url": "https://example.com/docs"},
	"security": [{"key": []}],
	"x-generator": "T",
	"parameters": {"Page": {"name": "page", "in": "query", "type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "default": 1}},
	"responses": {"Failed": {"description": "Failed", "schema": {"$ref": "#/definitions/Error"}}},
	"securityDefinitions": {
		"basic": {"type": "basic"},
		"key": {"type": "apiKey", "in": "header", "name": "x-key"},
		"implicit": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a/auth", "scopes": {"read": "R"}},
		"password": {"type": "oauth2", "flow": "password", "tokenUrl": "https://a/token", "scopes": {"read": "R"}},
		"application": {"type": "oauth2", "flow": "application", "tokenUrl": "https://a/token", "scopes": {"read": "R"}},
		"code": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a/auth", "tokenUrl": "https://a/token", "scopes": {"read": "R"}}
	},
	"paths": {
		"/orders/{id}": {
			"parameters": [{"name": "id", "in": "path", "required": true, "type": "string", "maxLength": 9}],
			"get": {
				"operationId": "get", "tags": ["Orders"], "summary": "S", "description": "D", "deprecated": true,
				"produces": ["application/json"],
				"parameters": [
					{"$ref": "#/parameters/Page"},
					{"name": "a", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "csv"},
					{"name": "b", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"},
					{"name": "c", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "ssv"},
					{"name": "d", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"},
					{"name": "x-trace", "in": "header", "type": "string", "pattern": "^a$", "enum": ["a"]}
				],
				"responses": {
					"200": {"description": "OK", "schema": {"type": "array", "items": {"$ref": "#/definitions/Order"}}, "examples": {"application/json": []}, "headers": {"x-total": {"type": "integer", "description": "T"}}},
					"400": {"$ref": "#/responses/Failed"},
					"404": {"description": "Not found"}
				}
			},
			"put": {
				"operationId": "put", "consumes": ["application/json"], "security": [],
				"parameters": [{"name": "order", "in": "body", "description": "B", "required": true, "schema": {"$ref": "#/definitions/Order"}}],
				"responses": {"204": {"description": "Done"}}
			},
			"post": {
				"operationId": "post", "consumes": ["multipart/form-data"],
				"parameters": [{"name": "file", "in": "formData", "type": "file", "description": "F"}, {"name": "note", "in": "formData", "type": "string", "maxLength": 9}],
				"responses": {"204": {"description": "Done"}}
			}
		}
	},
	"definitions": {
		"Order": {
			"type": "object", "required": ["Id"], "discriminator": "Kind", "x-of": 1, "title": "T", "description": "D", "example": {"Id": 1},
			"properties": {"Id": {"type": "integer", "readOnly": true}, "Kind": {"type": "string"}, "Total": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "x-nullable": true}, "Next": {"$ref": "#/definitions/Order"}},
			"additionalProperties": {"$ref": "#/definitions/Error"}
		},
		"Error": {"allOf": [{"$ref": "#/definitions/Order"}, {"type": "object", "properties": {"Message": {"type": "string"}}, "additionalProperties": false}]}
	}
}`

func TestConvertAgreesWithKinOpenAPI(t *testing.T) {
	var theirs openapi2.T
	if err := json.Unmarshal([]byte(wellFormed), &theirs); err != nil {
		t.Fatal(err)
	}
	converted, err := openapi2conv.ToV3(&theirs)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(converted)
	if err != nil {
		t.Fatal(err)
	}
	want, err := tree.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	tree.VisitObjects(want, func(_ string, object tree.Object) { // markers for the way back
		delete(object, "x-originalParamName")
		delete(object, "x-formData-name")
	})
	got, _, _ := convert(t, wellFormed)
	compare(t, "", got, want)
}

func compare(t *testing.T, pointer string, got, want any) {
	t.Helper()
	gotObject, ok := got.(tree.Object)
	wantObject, wanted := want.(tree.Object)
	if !ok || !wanted {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %s, kin-openapi has %s", pointer, write(t, got), write(t, want))
		}
		return
	}
	for name := range wantObject {
		compare(t, tree.Join(pointer, name), gotObject[name], wantObject[name])
	}
	for name := range gotObject {
		if _, ok := wantObject[name]; !ok {
			t.Errorf("%s: got %s, kin-openapi has nothing", tree.Join(pointer, name), write(t, gotObject[name]))
		}
	}
}
