package normalize

import "testing"

func TestRemoveUnused(t *testing.T) {
	testDocuments(t, removeUnused, []documentTest{
		{"normal", `{"openapi": "3.0.3", "info": {"title": "T", "license": {"name": "MIT"}}, "components": {"schemas": {"A": {}}}, "paths": {"/a": {"get": {"responses": {"200": {"description": ""}}}}}}`, "", ""},
		{"of the document", `{"swagger": "2.0", "webhooks": {"w": {}}, "jsonSchemaDialect": "d", "info": {"summary": "s", "license": {"name": "MIT", "identifier": "MIT"}},
			"components": {"callbacks": {}, "links": {"L": {}}, "responses": {"R": {"links": {}}}}}`,
			`{"info": {"license": {"name": "MIT"}}, "components": {"responses": {"R": {}}}}`,
			"/webhooks /jsonSchemaDialect /info/summary /info/license/identifier /swagger /components/responses/R/links /components/callbacks /components/links"},
		{"of operations", inGet(`{"callbacks": {"c": {}}, "responses": {"200": {"links": {"l": {}}, "description": "d"}, "404": "none"}}`),
			inGet(`{"responses": {"200": {"description": "d"}, "404": "none"}}`), "/paths/~1a/get/callbacks /paths/~1a/get/responses/200/links"},
		{"odd shapes", `{"info": [], "components": 1, "paths": {"/a": []}}`, "", ""},
	})
}
