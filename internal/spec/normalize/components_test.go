package normalize

import (
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestInlineComponents(t *testing.T) {
	testDocuments(t, inlineComponents, []documentTest{
		{"nothing shared", `{"paths": {"/a": {"get": {"parameters": [{"name": "a"}], "responses": {"200": {}}}}}, "components": {"schemas": {"A": {}}, "parameters": {}}}`, "", ""},
		{"everything", `{
			"paths": {"/a": {
				"parameters": [{"$ref": "#/components/parameters/P"}],
				"get": {"parameters": [{"name": "own"}, {"$ref": "#/components/parameters/P"}], "requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": {"200": {"$ref": "#/components/responses/R"}}}}},
			"components": {"parameters": {"P": {"name": "p"}}, "requestBodies": {"B": {"content": {}}}, "headers": {"H": {"schema": {}}},
				"responses": {"R": {"headers": {"X": {"$ref": "#/components/headers/H"}}}}, "schemas": {"S": {}}}}`,
			`{
			"paths": {"/a": {
				"parameters": [{"name": "p"}],
				"get": {"parameters": [{"name": "own"}, {"name": "p"}], "requestBody": {"content": {}}, "responses": {"200": {"headers": {"X": {"schema": {}}}}}}}},
			"components": {"schemas": {"S": {}}}}`,
			"/components/parameters/P /components/headers/H /components/requestBodies/B /components/responses/R"},
		{"a path item", `{"paths": {"/a": {"$ref": "#/components/pathItems/I"}}, "components": {"pathItems": {"I": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}]}}}, "parameters": {"P": {"name": "p"}}}}`,
			`{"paths": {"/a": {"get": {"parameters": [{"name": "p"}]}}}, "components": {}}`, "/components/parameters/P /components/pathItems/I"},
		{"operations next to a reference", `{"paths": {"/a": {"$ref": "#/components/pathItems/I", "get": {"summary": "own"}, "put": {}}}, "components": {"pathItems": {"I": {"get": {"summary": "shared"}, "post": {}}}}}`,
			`{"paths": {"/a": {"get": {"summary": "own"}, "put": {}, "post": {}}}, "components": {}}`, "/components/pathItems/I"},
		{"description next to a reference", `{"paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/R", "description": "own"}}}}}, "components": {"responses": {"R": {"description": "shared", "content": {}}}}}`,
			`{"paths": {"/a": {"get": {"responses": {"200": {"description": "own", "content": {}}}}}}, "components": {}}`, "/components/responses/R"},
		{"references to references", `{"paths": {"/a": {"get": {"requestBody": {"$ref": "#/components/requestBodies/A"}}}}, "components": {"requestBodies": {"A": {"$ref": "#/components/requestBodies/B"}, "B": {"content": {}}}}}`,
			`{"paths": {"/a": {"get": {"requestBody": {"content": {}}}}}, "components": {}}`, "/components/requestBodies/A /components/requestBodies/B"},
		{"in the wrong section", `{"paths": {"/a": {"get": {"parameters": [{"name": "p"}]}}, "/b": {"get": {"parameters": [{"$ref": "#/paths/~1a/get/parameters/0"}]}}}}`,
			`{"paths": {"/a": {"get": {"parameters": [{"name": "p"}]}}, "/b": {"get": {"parameters": [{"name": "p"}]}}}}`, "/paths/~1b/get/parameters/0/$ref"},
		{"dangling", inGet(`{"parameters": [{"$ref": "#/components/parameters/P"}, {"$ref": "other.json"}, {"$ref": 1}], "requestBody": {"$ref": "#/info"}}`),
			inGet(`{"parameters": [{"$ref": "#/components/parameters/P"}, {"$ref": "other.json"}, {"$ref": 1}], "requestBody": {"$ref": "#/info"}}`), ""},
		{"a cycle", `{"paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}`, "", ""},
	})
}

// If copies shared memory, a fix to one would change all of them, but would be reported once.
func TestInlinedComponentsAreCopies(t *testing.T) {
	const answers = `{"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}}`
	output, changes := apply(t, func(document tree.Object, report *tree.Report) {
		inlineComponents(document, report)
		reduceMediaTypes(document, report)
	}, `{"paths": {"/a": `+answers+`, "/b": `+answers+`}, "components": {"responses": {"R": {"content": {"text/json": {"schema": {}}}}}}}`)
	const fixed = `{"get": {"responses": {"200": {"content": {"application/json": {"schema": {}, "x-media-type": "text/json"}}}}}}`
	if want := asJSON(t, asTree(t, `{"paths": {"/a": `+fixed+`, "/b": `+fixed+`}, "components": {}}`)); output != want {
		t.Errorf("got\n%s", output)
	}
	if len(changes) != 3 || changes[1].Pointer != "/paths/~1a/get/responses/200/content/text~1json" || changes[2].Pointer != "/paths/~1b/get/responses/200/content/text~1json" {
		t.Errorf("got report %+v", changes)
	}
}

// Unused components are reported too, so they are not lost.
func TestInlinedComponentsAreReported(t *testing.T) {
	_, changes := apply(t, inlineComponents, `{"components": {"parameters": {"P": {"name": "p"}}}, "paths": {}}`)
	if len(changes) != 1 || asJSON(t, changes[0].Before) != asJSON(t, asTree(t, `{"name": "p"}`)) || changes[0].Reason != "inlined in the 0 locations that use it" {
		t.Errorf("got %+v", changes)
	}
}
