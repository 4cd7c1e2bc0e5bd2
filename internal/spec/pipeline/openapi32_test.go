package pipeline

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// normalized returns the normal form of a spec.
func normalized(t *testing.T, data string) string {
	t.Helper()
	result, err := Run([]byte(data), Options{})
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	normal, err := tree.YAML(result.Document)
	if err != nil {
		t.Fatal(err)
	}
	return string(normal)
}

// A service that changes to a newer version of OpenAPI does not change its client: the two
// documents have one normal form, and code is generated from it.
func TestVersionsHaveOneNormalForm(t *testing.T) {
	const response = `{"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}`
	const order = `"components": {"schemas": {"Order": {"type": "object", "properties": {"id": {"type": ["null", "integer"]}, "kind": {"type": "string"}}}}}`
	document := func(version, paths, rest string) string {
		return `{"openapi": "` + version + `", "info": {"title": "Shop", "version": "1"}, "paths": {` + paths + `}, ` + rest + `}`
	}
	get := func(operation string) string {
		return `"/orders": {"get": {"operationId": "get", ` + operation + `}}`
	}
	for _, test := range []struct{ name, older, newer string }{
		{"nothing new", document("3.1.0", get(`"responses": {"200": `+response+`}`), order), document("3.2.0", get(`"responses": {"200": `+response+`}`), order)},
		{"an older version", document("3.0.4", get(`"responses": {"200": `+response+`}`), strings.Replace(order, `["null", "integer"]`, `"integer", "nullable": true`, 1)),
			document("3.2.1", get(`"responses": {"200": `+response+`}`), order)},
		{"a QUERY", document("3.1.0", `"/orders": {"x-oai-additionalOperations": {"QUERY": {"operationId": "find", "responses": {"200": `+response+`}}}}`, order),
			document("3.2.0", `"/orders": {"query": {"operationId": "find", "responses": {"200": `+response+`}}}`, order)},
		{"another method", document("3.0.3", `"/orders": {"x-oai-additionalOperations": {"COPY": {"operationId": "copy", "responses": {"200": `+response+`}}}}`, order),
			document("3.2.0", `"/orders": {"additionalOperations": {"COPY": {"operationId": "copy", "responses": {"200": `+response+`}}}}`, order)},
		{"a response without a description", document("3.1.0", get(`"responses": {"204": {"description": ""}}`), order), document("3.2.0", get(`"responses": {"204": {}}`), order)},
		{"a summary of a response", document("3.1.0", get(`"responses": {"204": {"description": "Done."}}`), order), document("3.2.0", get(`"responses": {"204": {"summary": "Done."}}`), order)},
		{"the address of the document", document("3.1.0", get(`"responses": {"200": `+response+`}`), order),
			document("3.2.0", get(`"responses": {"200": `+strings.Replace(response, "#/", "https://shop.example/v1.json#/", 1)+`}`), `"$self": "https://shop.example/v1.json", `+order)},
		{"a shared media type", document("3.1.0", get(`"responses": {"200": `+response+`}`), order),
			document("3.2.0", get(`"responses": {"200": {"description": "OK", "content": {"application/json": {"$ref": "#/components/mediaTypes/Order"}}}}`),
				strings.Replace(order, `"schemas"`, `"mediaTypes": {"Order": {"schema": {"$ref": "#/components/schemas/Order"}}}, "schemas"`, 1))},
		{"a sequence", document("3.1.0", get(`"responses": {"200": {"description": "OK", "content": {"application/jsonl": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}}}}}`), order),
			document("3.2.0", get(`"responses": {"200": {"description": "OK", "content": {"application/jsonl": {"itemSchema": {"$ref": "#/components/schemas/Order"}}}}}`), order)},
		{"events", document("3.1.0", get(`"responses": {"200": {"description": "OK", "content": {"text/event-stream": {"x-oai-itemSchema": {"type": "string"}}}}}`), order),
			document("3.2.0", get(`"responses": {"200": {"description": "OK", "content": {"text/event-stream": {"itemSchema": {"type": "string"}}}}}`), order)},
		{"a query string", document("3.1.0", get(`"parameters": [{"name": "page", "in": "query", "required": false, "schema": {"type": "integer"}}], "responses": {"204": {"description": ""}}`), order),
			document("3.2.0", get(`"parameters": [{"name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"page": {"type": "integer"}}}}}}],
				"responses": {"204": {"description": ""}}`), order)},
		{"tags", document("3.1.0", get(`"tags": ["a"], "responses": {"204": {"description": ""}}`), `"tags": [{"name": "a"}], `+order),
			document("3.2.0", get(`"tags": ["a"], "responses": {"204": {"description": ""}}`), `"tags": [{"name": "a", "summary": "A", "parent": "b", "kind": "nav"}], `+order)},
		{"a name of the server", document("3.1.0", get(`"responses": {"204": {"description": ""}}`), `"servers": [{"url": "https://shop.example"}], `+order),
			document("3.2.0", get(`"responses": {"204": {"description": ""}}`), `"servers": [{"url": "https://shop.example", "name": "live"}], `+order)},
		{"a device flow", document("3.1.0", get(`"responses": {"204": {"description": ""}}`), strings.Replace(order, `"schemas"`, `"securitySchemes": {}, "schemas"`, 1)),
			document("3.2.0", get(`"responses": {"204": {"description": ""}}`), strings.Replace(order, `"schemas"`, `"securitySchemes": {"login": {"type": "oauth2",
				"flows": {"deviceAuthorization": {"deviceAuthorizationUrl": "https://shop.example/device", "tokenUrl": "https://shop.example/token", "scopes": {}}}}}, "schemas"`, 1))},
		{"a default of a discriminator, XML and examples", document("3.1.0", get(`"responses": {"200": `+response+`}`), strings.Replace(order, `"type": "object"`, `"type": "object", "discriminator": {"propertyName": "kind"}`, 1)),
			document("3.2.0", get(`"responses": {"200": `+strings.Replace(response, `"schema"`, `"examples": {"a": {"dataValue": {"id": 1}, "serializedValue": "{}"}}, "schema"`, 1)+`}`),
				strings.Replace(order, `"type": "object"`, `"type": "object", "xml": {"nodeType": "element"}, "discriminator": {"propertyName": "kind", "defaultMapping": "Order"}`, 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			older, newer := normalized(t, test.older), normalized(t, test.newer)
			if older != newer {
				t.Errorf("the older document becomes\n%s\nthe newer one\n%s", older, newer)
			}
			generated(t, []byte(test.newer), false)
		})
	}
}
