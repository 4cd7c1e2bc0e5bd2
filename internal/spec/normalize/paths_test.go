package normalize

import "testing"

func TestFixPath(t *testing.T) {
	for path, want := range map[string]string{
		"/a/{id}": "/a/{id}", "/a/": "/a/", "/": "/", "": "/", "a": "/a", "//a//b": "/a//b", " /a ": "/a", "/a?x={y}": "/a", "/a#b": "/a",
		"/a/{id:int}": "/a/{id}", "/a/{id:int:min(1)}/b": "/a/{id}/b", "/a/{id?}": "/a/{id}", "/{*rest}": "/{rest}", "/{**rest}": "/{rest}", "/{rest*}": "/{rest}", "/{id=1}.json": "/{id}.json",
		"/a/{id:regex(^[[a-z?#]]+$)}": "/a/{id}", "/{}": "/{}", "/a/{b": "/a/{b", "/a/{b{c}}": "/a/{b{c}}",
		`/a/{code:regex(^\d{{3}}-\d{{2,}}$)}/{id:int}`: "/a/{code}/{id}",
	} {
		if got, _, _ := fixPath(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestFixPaths(t *testing.T) {
	testDocuments(t, fixPaths, []documentTest{
		{"normal", inPaths(`{"/a": {"get": {}}, "/a/{id}": {}, "x-a?b": {"get": {}}}`), "", ""},
		{"fixed", inPaths(`{"a/{id:int}#x=1": {"get": {}}}`), inPaths(`{"/a/{id}": {"get": {}}}`), "/paths/a~1{id:int}#x=1"},
		{"joined", inPaths(`{"/a": {"get": {}}, "/a#b": {"post": {}}, "/a#c": {"put": {}}}`), inPaths(`{"/a": {"get": {}, "post": {}, "put": {}}}`), "/paths/~1a#b /paths/~1a#c"},
		{"a query", inPaths(`{"/a?do=list&id={key}&page&size={size}": {"parameters": [{"in": "path", "name": "key"}], "get": {"parameters": [{"in": "query", "name": "size"}]}}}`),
			inPaths(`{"/a": {"parameters": [{"in": "query", "name": "id"}], "get": {"parameters": [{"in": "query", "name": "size"},
				{"in": "query", "name": "do", "required": true, "schema": {"type": "string", "enum": ["list"]}}, {"in": "query", "name": "page", "schema": {"type": "string"}}]}}}`),
			"/paths/~1a?do=list&id={key}&page&size={size} /paths/~1a?do=list&id={key}&page&size={size}"},
		{"the rest of a path", inPaths(`{"/files/{**path}": {"parameters": [{"in": "path", "name": "Path"}], "get": {}, "put": {"parameters": [{"in": "path", "name": "**path"}]}}}`),
			inPaths(`{"/files/{path}": {"parameters": [{"in": "path", "name": "path", "x-catch-all": true}], "get": {}, "put": {"parameters": [{"in": "path", "name": "path", "x-catch-all": true}]}}}`),
			"/paths/~1files~1{**path} /paths/~1files~1{**path}"},
		{"an undeclared rest", inPaths(`{"/{*path:nonfile}": {"get": {}}}`),
			inPaths(`{"/{path}": {"get": {"parameters": [{"in": "path", "name": "path", "required": true, "schema": {"type": "string"}, "x-catch-all": true}]}}}`),
			"/paths/~1{*path:nonfile} /paths/~1{*path:nonfile}"},
		{"a rest of ServiceStack", inPaths(`{"/{name*}": {"get": {"parameters": [{"in": "path", "name": "name*"}]}}}`),
			inPaths(`{"/{name}": {"get": {"parameters": [{"in": "path", "name": "name", "x-catch-all": true}]}}}`), "/paths/~1{name*} /paths/~1{name*}"},
		{"not the rest", inPaths(`{"/{*path}/a": {"get": {}}}`), inPaths(`{"/{path}/a": {"get": {}}}`), "/paths/~1{*path}~1a"},
		{"not joined", inPaths(`{"/a": {"get": {}}, "/a?b": {"get": {}, "post": {}}}`), "", ""},
	})
}
