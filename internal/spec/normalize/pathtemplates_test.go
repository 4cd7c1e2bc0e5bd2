package normalize

import "testing"

func TestUnifyPathTemplates(t *testing.T) {
	parameter := func(name, more string) string { return `{"name": "` + name + `", "in": "path"` + more + `}` }
	get := func(parameters string) string { return `"get": {"parameters": [` + parameters + `]}` }
	put := func(parameters string) string { return `"put": {"parameters": [` + parameters + `]}` }
	testDocuments(t, unifyPathTemplates, []documentTest{
		{"different", inPaths(`{"/a/{id}": {"get": {}}, "/b/{id}": {"get": {}}, "/a/{id}.{x}": {"put": {}}, "x-{a}": 1, "x-{b}": 2}`), "", ""},
		{"joined", inPaths(`{"/a/{id}": {` + get(parameter("id", "")) + `}, "/a/{orderId}": {` + put(parameter("orderId", `, "x": 1`)+`, {"name": "orderId", "in": "query"}`) + `}}`),
			inPaths(`{"/a/{id}": {` + get(parameter("id", "")) + `, ` + put(parameter("id", `, "x": 1`)+`, {"name": "orderId", "in": "query"}`) + `}}`), "/paths/~1a~1{orderId}"},
		{"reversed", inPaths(`{"/a/{x}/{y}": {` + get(parameter("x", `, "n": 1`)+`, `+parameter("y", `, "n": 2`)) + `}, "/a/{y}/{x}": {` + put(parameter("x", `, "n": 3`)+`, `+parameter("y", `, "n": 4`)) + `}}`),
			inPaths(`{"/a/{x}/{y}": {` + get(parameter("x", `, "n": 1`)+`, `+parameter("y", `, "n": 2`)) + `, ` + put(parameter("y", `, "n": 3`)+`, `+parameter("x", `, "n": 4`)) + `}}`), "/paths/~1a~1{y}~1{x}"},
		{"the same operation", inPaths(`{"/a/{id}": {` + get(parameter("id", "")) + `}, "/a/{orderId}": {` + get(parameter("orderId", "")) + `}}`), "", ""},
		{"a variable twice", inPaths(`{"/{a}/{a}": {"get": {}}, "/{a}/{b}": {"put": {}}}`), "", ""},
	})
}
