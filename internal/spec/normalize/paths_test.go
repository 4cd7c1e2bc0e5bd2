package normalize

import "testing"

func TestFixPath(t *testing.T) {
	for path, want := range map[string]string{
		"/a/{id}": "/a/{id}", "/a/": "/a/", "/": "/", "": "/", "a": "/a", "//a//b": "/a//b", " /a ": "/a", "/a?x={y}": "/a", "/a#b": "/a",
		"/a/{id:int}": "/a/{id}", "/a/{id:int:min(1)}/b": "/a/{id}/b", "/a/{id?}": "/a/{id}", "/{*rest}": "/{rest}", "/{**rest}": "/{rest}", "/{id=1}.json": "/{id}.json",
		"/a/{id:regex(^[[a-z?#]]+$)}": "/a/{id}", "/{}": "/{}", "/a/{b": "/a/{b",
	} {
		if got := fixPath(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestFixPaths(t *testing.T) {
	testDocuments(t, fixPaths, []documentTest{
		{"normal", inPaths(`{"/a": {"get": {}}, "/a/{id}": {}, "x-a?b": {"get": {}}}`), "", ""},
		{"fixed", inPaths(`{"a/{id:int}?x=1": {"get": {}}}`), inPaths(`{"/a/{id}": {"get": {}}}`), "/paths/a~1{id:int}?x=1"},
		{"joined", inPaths(`{"/a": {"get": {}}, "/a?b": {"post": {}}, "/a?c": {"put": {}}}`), inPaths(`{"/a": {"get": {}, "post": {}, "put": {}}}`), "/paths/~1a?b /paths/~1a?c"},
		{"not joined", inPaths(`{"/a": {"get": {}}, "/a?b": {"get": {}, "post": {}}}`), "", ""},
	})
}
