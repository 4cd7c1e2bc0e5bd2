package normalize

import "testing"

func TestConvertNewer(t *testing.T) {
	inContent := func(content string) string {
		return inGet(`{"responses": {"200": {"description": "d", "content": ` + content + `}}}`)
	}
	const at = "/paths/~1a/get/"
	testDocuments(t, convertNewer, []documentTest{
		{"tags", `{"tags": [{"name": "a", "summary": "A", "parent": "b", "kind": "nav", "description": "d"}]}`, `{"tags": [{"name": "a", "description": "d"}]}`,
			"/tags/0/summary /tags/0/parent /tags/0/kind"},
		{"a device flow", `{"components": {"securitySchemes": {"o": {"type": "oauth2", "oauth2MetadataUrl": "u", "deprecated": true, "flows": {"deviceAuthorization": {}, "password": {}}}}}}`,
			`{"components": {"securitySchemes": {"o": {"type": "oauth2", "flows": {"password": {}}}}}}`,
			"/components/securitySchemes/o/oauth2MetadataUrl /components/securitySchemes/o/deprecated /components/securitySchemes/o/flows/deviceAuthorization"},
		{"a summary of a response", inGet(`{"responses": {"200": {"summary": "s"}, "404": {"summary": "s", "description": "d"}}}`),
			inGet(`{"responses": {"200": {"description": "s"}, "404": {"description": "d"}}}`), at + "responses/200/description " + at + "responses/200/summary " + at + "responses/404/summary"},
		{"a sequence", inContent(`{"application/jsonl": {"itemSchema": {"type": "string"}}}`), inContent(`{"application/jsonl": {"schema": {"type": "array", "items": {"type": "string"}}}}`),
			at + "responses/200/content/application~1jsonl/itemSchema"},
		{"a sequence of an older version", inContent(`{"text/event-stream": {"schema": {}, "x-oai-itemSchema": {"type": "string"}}}`),
			inContent(`{"text/event-stream": {"schema": {"type": "array", "items": {"type": "string"}}}}`), at + "responses/200/content/text~1event-stream/x-oai-itemSchema"},
		{"encodings by position", inContent(`{"multipart/mixed": {"prefixEncoding": [{}], "itemEncoding": {}, "encoding": {"a": {"contentType": "a/b", "encoding": {}}}}}`),
			inContent(`{"multipart/mixed": {"encoding": {"a": {"contentType": "a/b"}}}}`),
			at + "responses/200/content/multipart~1mixed/prefixEncoding " + at + "responses/200/content/multipart~1mixed/itemEncoding " +
				at + "responses/200/content/multipart~1mixed/encoding/a/encoding"},
		{"a query string", inPaths(`{"/a": {"get": {"parameters": [{"in": "query", "name": "q"}, {"in": "querystring", "name": "all", "content": {"application/x-www-form-urlencoded": {
				"encoding": {"ids": {"style": "pipeDelimited", "explode": false}},
				"schema": {"required": ["page"], "properties": {"page": {"type": "integer"}, "ids": {"type": "array", "items": {"type": "string"}}}}}}}]}}}`),
			inPaths(`{"/a": {"get": {"parameters": [{"in": "query", "name": "q"},
				{"in": "query", "name": "ids", "required": false, "style": "pipeDelimited", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
				{"in": "query", "name": "page", "required": true, "schema": {"type": "integer"}}]}}}`), at + "parameters/1"},
		{"a query string of a shared type", `{"paths": {"/a": {"parameters": [{"in": "querystring", "name": "all", "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/F"}}}}]}},
				"components": {"schemas": {"F": {"properties": {"a": {}}}}}}`,
			`{"paths": {"/a": {"parameters": [{"in": "query", "name": "a", "required": false, "schema": {}}]}}, "components": {"schemas": {"F": {"properties": {"a": {}}}}}}`,
			"/paths/~1a/parameters/0"},
		{"a query string that is composed", inGet(`{"parameters": [{"in": "querystring", "name": "all", "content": {"application/x-www-form-urlencoded": {
				"schema": {"allOf": [{"required": ["a"], "properties": {"a": {}}}, {"properties": {"b": {}}}], "additionalProperties": {"type": "string"}}}}}]}`),
			inGet(`{"parameters": [{"in": "query", "name": "a", "required": true, "schema": {}}, {"in": "query", "name": "b", "required": false, "schema": {}},
				{"in": "query", "name": "all", "schema": {"type": "object", "additionalProperties": {"type": "string"}}}]}`), at + "parameters/0"},
		{"a query string that is not a form", inGet(`{"parameters": [{"in": "querystring", "name": "all", "content": {"application/json": {"schema": {"type": "object"}}}}]}`), inGet(`{}`), at + "parameters/0"},
	})
	testDocuments(t, inlineComponents, []documentTest{
		{"media types", `{"paths": {"/a": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": {"200": {"content": {"application/json": {"$ref": "#/components/mediaTypes/M"}}}}}}},
				"components": {"requestBodies": {"B": {"content": {"application/json": {"$ref": "#/components/mediaTypes/M"}}}}, "mediaTypes": {"M": {"schema": {"type": "string"}}}}}`,
			`{"paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "string"}}}}, "responses": {"200": {"content": {"application/json": {"schema": {"type": "string"}}}}}}}},
				"components": {}}`, "/components/requestBodies/B /components/mediaTypes/M"},
	})
}
