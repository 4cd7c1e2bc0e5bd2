package swagger2

import "testing"

func TestConvertPaths(t *testing.T) {
	const ok = `"responses": {"200": {"description": "OK"}}`
	runConversions(t, []conversion{
		{name: "all methods", base: `"paths": {"/a": {"get": {` + ok + `}, "put": {` + ok + `}, "post": {` + ok + `}, "delete": {` + ok + `}, "options": {` + ok + `}, "head": {` + ok + `}, "patch": {` + ok + `}}}`,
			at:   "/paths/~1a",
			want: `{"get": {` + ok + `}, "put": {` + ok + `}, "post": {` + ok + `}, "delete": {` + ok + `}, "options": {` + ok + `}, "head": {` + ok + `}, "patch": {` + ok + `}}`},
		{name: "extension of the paths", base: `"paths": {"x-a": {"get": 1}, "x-b": "text"}`, at: "/paths", want: `{"x-a": {"get": 1}, "x-b": "text"}`},
		{name: "extension of a path", base: `"paths": {"/a": {"x-a": 1}}`, at: "/paths/~1a", want: `{"x-a": 1}`},
		{name: "unknown field of a path", base: `"paths": {"/a": {"link": {}}}`, at: "/paths/~1a", want: `{}`, reports: "swagger2-dropped /paths/~1a/link"},
		{name: "fields of an operation",
			base: post(`"tags": ["Orders"], "summary": "S", "description": "D", "operationId": "Orders_Put", "deprecated": true, "externalDocs": {"url": "/d"}, "security": [], "x-a": [1], "consumes": ["application/json"], "produces": ["application/json"], ` + ok),
			at:   operationPointer,
			want: `{"tags": ["Orders"], "summary": "S", "description": "D", "operationId": "Orders_Put", "deprecated": true, "externalDocs": {"url": "/d"}, "security": [], "x-a": [1], ` + ok + `}`},
		{name: "schemes of an operation", base: post(`"schemes": ["http"], ` + ok), at: operationPointer, want: `{` + ok + `}`, reports: "swagger2-dropped /paths/~1orders~1{id}/post/schemes"},
		{name: "parameters of a path", base: `"paths": {"/a/{id}": {"parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}], "get": {` + ok + `}}}`,
			at: "/paths/~1a~1{id}", want: `{"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}], "get": {` + ok + `}}`},
		{name: "body of a path", base: `"paths": {"/a": {"parameters": [{"name": "a", "in": "body", "x-a": [1], "schema": {"enum": ["a"]}}], "put": {` + ok + `}, "post": {"consumes": ["text/plain"], ` + ok + `}}}`,
			at:   "/paths/~1a",
			want: `{"put": {"requestBody": {"x-a": [1], "content": {"application/json": {"schema": {"enum": ["a"]}}}}, ` + ok + `}, "post": {"requestBody": {"x-a": [1], "content": {"text/plain": {"schema": {"enum": ["a"]}}}}, ` + ok + `}}`},
		{name: "body of a path that an operation overrides", base: `"paths": {"/a": {"parameters": [{"name": "a", "in": "body", "schema": {"type": "string"}}], "put": {"parameters": [{"name": "a", "in": "body", "schema": {"type": "integer"}}], ` + ok + `}}}`,
			at: "/paths/~1a/put/requestBody", want: `{"content": {"application/json": {"schema": {"type": "integer"}}}}`},
		{name: "form of a path", base: `"paths": {"/a": {"parameters": [{"name": "a", "in": "formData", "type": "string"}], "put": {"parameters": [{"name": "b", "in": "formData", "type": "string"}], ` + ok + `}}}`,
			at: "/paths/~1a/put/requestBody/content/application~1x-www-form-urlencoded/schema/properties", want: `{"a": {"type": "string"}, "b": {"type": "string"}}`},
		{name: "wrong types", base: `"paths": {"/a": 1, "/b": {"get": [], "parameters": {}}, "/c": {"get": {"parameters": [1], "responses": {"200": true, "201": {"description": "OK"}}}}}`,
			at:      "/paths",
			want:    `{"/b": {}, "/c": {"get": {"responses": {"201": {"description": "OK"}}}}}`,
			reports: "swagger2-dropped /paths/~1a, swagger2-dropped /paths/~1b/parameters, swagger2-dropped /paths/~1b/get, swagger2-dropped /paths/~1c/get/parameters/0, swagger2-dropped /paths/~1c/get/responses/200"},
	})
}
