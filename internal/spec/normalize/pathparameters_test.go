package normalize

import "testing"

func TestFixPathParameters(t *testing.T) {
	const id = `{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}`
	const text = `"schema": {"type": "string"}`
	at := func(path, parameters string) string {
		return inPaths(`{"` + path + `": {"get": {"parameters": ` + parameters + `}}}`)
	}
	testDocuments(t, fixPathParameters, []documentTest{
		{"normal", at("/a/{id}", `[`+id+`, {"name": "q", "in": "query", "content": {"application/json": {}}}]`), "", ""},
		{"none", at("/a", `[]`), "", ""},
		{"an empty list of the path", inPaths(`{"/a": {"parameters": [], "get": {}}}`), "", ""},
		{"of the path", inPaths(`{"/a/{id}": {"parameters": [` + id + `, {"name": "q", "in": "query", "x-a": 1, ` + text + `}], "get": {"parameters": [{"name": "q", "in": "query", ` + text + `}]}, "put": {}}}`),
			inPaths(`{"/a/{id}": {"get": {"parameters": [{"name": "q", "in": "query", ` + text + `}, ` + id + `]}, "put": {"parameters": [` + id + `, {"name": "q", "in": "query", "x-a": 1, ` + text + `}]}}}`),
			"/paths/~1a~1{id}/parameters"},
		{"of the path, fixed", inPaths(`{"/a/{id}": {"parameters": [{"name": "ID", "in": "path", ` + text + `}, {"name": "Authorization", "in": "header"}], "get": {}}}`),
			at("/a/{id}", `[{"name": "id", "in": "path", "required": true, `+text+`}]`),
			"/paths/~1a~1{id}/parameters/0/name /paths/~1a~1{id}/parameters/0/required /paths/~1a~1{id}/parameters/1 /paths/~1a~1{id}/parameters"},
		{"not declared", at("/a/{id}/{id}/{b}", `[`+id+`]`), at("/a/{id}/{id}/{b}", `[`+id+`, {"name": "b", "in": "path", "required": true, `+text+`}]`), "/paths/~1a~1{id}~1{id}~1{b}/get/parameters"},
		{"rejected", at("/a", `[{"in": "query"}, {"name": 1, "in": "query"}, {"name": "b", "in": "body"}, {"name": "c"}, {"name": "accept", "in": "header"}, {"name": "X-ID-TOKEN", "in": "header"}, {"name": "id", "in": "path"}, {"name": "Content-Length", "in": "header"}]`),
			inPaths(`{"/a": {"get": {}}}`),
			"/paths/~1a/get/parameters/0 /paths/~1a/get/parameters/1 /paths/~1a/get/parameters/2 /paths/~1a/get/parameters/3 /paths/~1a/get/parameters/4 /paths/~1a/get/parameters/5 /paths/~1a/get/parameters/6 /paths/~1a/get/parameters/7"},
		{"duplicates", at("/a/{id}", `[`+id+`, `+id+`, {"name": "Id", "in": "path"}, {"name": "id", "in": "query", `+text+`}]`), at("/a/{id}", `[`+id+`, {"name": "id", "in": "query", `+text+`}]`),
			"/paths/~1a~1{id}/get/parameters/1 /paths/~1a~1{id}/get/parameters/2"},
		{"another case and not required", at("/a/{id}", `[{"name": "ID", "in": "path", "required": "yes", `+text+`}]`), at("/a/{id}", `[{"name": "id", "in": "path", "required": true, `+text+`}]`),
			"/paths/~1a~1{id}/get/parameters/0/name /paths/~1a~1{id}/get/parameters/0/required"},
		{"wrong types", at("/a", `[{"name": "q", "in": "query", "required": 1, "explode": "e", "style": {}, "schema": "s", "content": []}]`), at("/a", `[{"name": "q", "in": "query", `+text+`}]`),
			"/paths/~1a/get/parameters/0/required /paths/~1a/get/parameters/0/explode /paths/~1a/get/parameters/0/style /paths/~1a/get/parameters/0/schema /paths/~1a/get/parameters/0/content /paths/~1a/get/parameters/0/schema"},
		{"styles", at("/a", `[{"name": "q", "in": "query", "style": "simple", `+text+`}, {"name": "h", "in": "header", "style": "simple", `+text+`}]`),
			at("/a", `[{"name": "q", "in": "query", `+text+`}, {"name": "h", "in": "header", "style": "simple", `+text+`}]`), "/paths/~1a/get/parameters/0/style"},
		{"a deep object", at("/a", `[{"name": "q", "in": "query", "style": "deepObject", "schema": {}}, {"name": "r", "in": "query", "style": "deepObject", "explode": true, "schema": {}}]`),
			at("/a", `[{"name": "q", "in": "query", "style": "deepObject", "explode": true, "schema": {}}, {"name": "r", "in": "query", "style": "deepObject", "explode": true, "schema": {}}]`), "/paths/~1a/get/parameters/0/explode"},
		{"schema and content", at("/a", `[{"name": "q", "in": "query", "schema": {}, "content": {"a/b": {}}}, {"name": "r", "in": "query", "content": {}}]`),
			at("/a", `[{"name": "q", "in": "query", "schema": {}}, {"name": "r", "in": "query", `+text+`}]`),
			"/paths/~1a/get/parameters/0/content /paths/~1a/get/parameters/1/content /paths/~1a/get/parameters/1/schema"},
		{"a dangling reference", at("/a", `[{"$ref": "#/components/parameters/P"}]`), "", ""},
		{"extensions", inPaths(`{"x-a": {"parameters": [1], "get": {}}}`), "", ""},
	})
}
