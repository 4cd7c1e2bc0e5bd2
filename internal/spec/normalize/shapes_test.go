package normalize

import "testing"

func TestRemoveNulls(t *testing.T) {
	testDocuments(t, removeNulls, []documentTest{
		{"none", `{"paths": {"/a": {"get": {"example": null, "default": null}}}}`, "", ""},
		{"everywhere", `{"info": null, "paths": {"/a": {"get": {"tags": null, "parameters": [{"schema": null}]}}}}`,
			`{"paths": {"/a": {"get": {"parameters": [{}]}}}}`, "/info /paths/~1a/get/tags /paths/~1a/get/parameters/0/schema"},
		{"not in data", `{"components": {"schemas": {"A": {"enum": ["a", null], "const": null, "example": {"a": null}}}}}`, "", ""},
	})
}

const plainInfo = `"info": {"title": "T", "version": "1"}`

func TestFixShapes(t *testing.T) {
	testDocuments(t, fixShapes, []documentTest{
		{"normal", `{` + plainInfo + `, "paths": {}, "tags": [], "servers": [], "security": [], "components": {"schemas": {}, "x-a": {"b": 1}, "x-c": 1}}`, "", ""},
		{"nothing", `{}`, `{"info": {"title": "API", "version": "unknown"}, "paths": {}}`, "/info /info/title /info/version /paths"},
		{"info of the wrong type", `{"info": "T", "paths": {}}`, `{"info": {"title": "API", "version": "unknown"}, "paths": {}}`, "/info /info/title /info/version"},
		{"an info of numbers", `{"info": {"title": "", "version": 1.10}, "paths": {}}`, `{"info": {"title": "API", "version": "1.10"}, "paths": {}}`, "/info/title /info/version"},
		{"wrong types", `{` + plainInfo + `, "paths": [], "components": "c", "servers": {}, "security": true, "tags": {}}`,
			`{` + plainInfo + `, "paths": {}}`, "/paths /components /servers /security /tags"},
		{"components", `{` + plainInfo + `, "paths": {}, "components": {"": 1, "x": 2, "xyz": [], "schemas": {"A": 1, "B": {}, "x-a": 1, "": null}, "parameters": []}}`,
			`{` + plainInfo + `, "paths": {}, "components": {"schemas": {"B": {}, "x-a": 1}}}`,
			"/components/ /components/parameters /components/x /components/xyz /components/schemas/ /components/schemas/A"},
		{"schemas that are true or false", `{` + plainInfo + `, "paths": {}, "components": {"schemas": {"A": true, "B": false}, "headers": {"H": true}}}`,
			`{` + plainInfo + `, "paths": {}, "components": {"schemas": {"A": {}, "B": {}}, "headers": {}}}`,
			"/components/headers/H /components/schemas/A /components/schemas/B"},
		{"paths", `{` + plainInfo + `, "paths": {"/a": [], "/b": {"parameters": [1, {"name": "a"}], "get": "g", "put": null, "x-a": 1}, "x-a": [], "x-b": {"parameters": [1], "get": 1}}}`,
			`{` + plainInfo + `, "paths": {"/b": {"parameters": [{"name": "a"}], "x-a": 1}, "x-a": [], "x-b": {"parameters": [1], "get": 1}}}`,
			"/paths/~1a /paths/~1b/parameters/0 /paths/~1b/get /paths/~1b/put"},
		{"operations", `{` + plainInfo + `, "paths": {"/a": {"get": {"parameters": {}, "tags": "t", "operationId": 1, "requestBody": [], "security": {}, "responses": []}}}}`,
			`{` + plainInfo + `, "paths": {"/a": {"get": {"responses": {}}}}}`,
			"/paths/~1a/get/parameters /paths/~1a/get/tags /paths/~1a/get/operationId /paths/~1a/get/requestBody /paths/~1a/get/security /paths/~1a/get/responses"},
		{"tags", `{` + plainInfo + `, "tags": ["a", {"name": "b"}, {"name": ""}, {}], "paths": {"/a": {"get": {"tags": ["a", {"name": "b"}, 1], "responses": {}}, "put": {"tags": [1], "responses": {}}}}}`,
			`{` + plainInfo + `, "tags": [{"name": "b"}], "paths": {"/a": {"get": {"tags": ["a"], "responses": {}}, "put": {"responses": {}}}}}`,
			"/tags/0 /tags/2 /tags/3 /paths/~1a/get/tags/1 /paths/~1a/get/tags/2 /paths/~1a/put/tags/0"},
	})
}
