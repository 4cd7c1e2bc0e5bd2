package normalize

import "testing"

func TestFixServers(t *testing.T) {
	server := func(servers, path string) string {
		return `{"servers": ` + servers + `, "paths": {"` + path + `": {}, "x-a": 1}}`
	}
	testDocuments(t, fixServers, []documentTest{
		{"one origin", server(`[{"url": "https://api.example.com", "description": "d"}]`, "/a"), "", ""},
		{"the origin of the document", server(`[{"url": "/"}]`, "/a"), "", ""},
		{"none", `{"paths": {}}`, `{"paths": {}, "servers": [{"url": "/"}]}`, "/servers"},
		{"an empty list", server(`[]`, "/a"), server(`[{"url": "/"}]`, "/a"), "/servers"},
		{"a path", server(`[{"url": "https://api.example.com/v1/"}]`, "/a"), server(`[{"url": "https://api.example.com"}]`, "/v1/a"), "/servers /paths"},
		{"a path alone", server(`[{"url": "api/v1"}]`, "/a"), server(`[{"url": "/"}]`, "/api/v1/a"), "/servers /paths"},
		{"several", server(`[{"url": "https://a.example"}, {"url": "https://b.example/b"}]`, "/a"), server(`[{"url": "https://a.example"}]`, "/a"), "/servers"},
		{"variables", server(`[{"url": "https://{host}:{port}/{base}", "variables": {"host": {"default": "a.example"}, "port": {"default": 8443}, "base": {"default": "v2"}}}]`, "/a"),
			server(`[{"url": "https://a.example:8443"}]`, "/v2/a"), "/servers /paths"},
		{"a variable without a value", server(`[{"url": "https://{host}/v1", "variables": {"host": "a"}}]`, "/a"), server(`[{"url": "/"}]`, "/v1/a"), "/servers /paths"},
		{"an unknown variable", server(`[{"url": "https://{host}/v1"}]`, "/a"), server(`[{"url": "/"}]`, "/a"), "/servers"},
		{"invalid URL", server(`[{"url": "https://%zz"}]`, "/a"), server(`[{"url": "/"}]`, "/a"), "/servers"},
		{"no server", server(`["https://a.example"]`, "/a"), server(`[{"url": "/"}]`, "/a"), "/servers"},
		{"a URL that is not a string", server(`[{"url": {"a": 1}}]`, "/a"), server(`[{"url": "/"}]`, "/a"), "/servers"},
		{"URL parts beyond origin and path", server(`[{"url": "https://user:secret@a.example?x=1#y"}]`, "/a"), server(`[{"url": "https://a.example"}]`, "/a"), "/servers"},
		{"of paths and operations", `{"servers": [{"url": "/"}], "paths": {"/a": {"servers": [], "get": {"servers": [{"url": "https://b.example"}]}}, "/b": [], "x-a": {"servers": 1}}}`,
			`{"servers": [{"url": "/"}], "paths": {"/a": {"get": {}}, "/b": [], "x-a": {"servers": 1}}}`, "/paths/~1a/servers /paths/~1a/get/servers"},
		{"of a path", `{"servers": [{"url": "https://a.example/v1"}], "paths": {"/a": {"servers": [{"url": "/v2"}, {"url": "/v3"}], "get": {}}, "/b": {"get": {}}}}`,
			`{"servers": [{"url": "https://a.example"}], "paths": {"/v2/a": {"get": {}}, "/v1/b": {"get": {}}}}`, "/servers /paths/~1a/servers /paths"},
		{"of an operation", `{"servers": [{"url": "https://a.example"}], "paths": {"/a": {"parameters": [{"name": "p"}], "get": {"servers": [{"url": "https://a.example/v2"}]}, "put": {}}}}`,
			`{"servers": [{"url": "https://a.example"}], "paths": {"/a": {"parameters": [{"name": "p"}], "put": {}}, "/v2/a": {"get": {"parameters": [{"name": "p"}]}}}}`, "/paths/~1a/get/servers"},
		{"of another host", `{"servers": [{"url": "https://a.example/v1"}], "paths": {"/a": {"get": {"servers": [{"url": "https://b.example/v2"}]}}}}`,
			`{"servers": [{"url": "https://a.example"}], "paths": {"/v1/a": {"get": {}}}}`, "/servers /paths/~1a/get/servers /paths"},
	})
}

// The path of a server is also added to paths without a leading slash.
func TestServersApplyAfterPaths(t *testing.T) {
	output := normalized(t, `{"openapi": "3.0.3", `+plainInfo+`, "servers": [{"url": "/v1"}], "paths": {"orders": {"get": {"operationId": "list", "responses": {"200": {"description": ""}}}}}}`)
	if paths := pathsOf(t, output); paths != "/v1/orders" {
		t.Errorf("got paths %s", paths)
	}
}
