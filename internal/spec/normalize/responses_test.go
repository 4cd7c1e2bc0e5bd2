package normalize

import "testing"

func TestFixResponses(t *testing.T) {
	responses := func(responses string) string { return inGet(`{"responses": {` + responses + `}}`) }
	const at = "/paths/~1a/get/responses"
	testDocuments(t, fixResponses, []documentTest{
		{"normal", responses(`"200": {"description": "OK"}, "4XX": {"description": ""}, "default": {"description": ""}, "x-a": 1`), "", ""},
		{"none", responses(``), responses(`"default": {"description": "Any response."}`), at},
		{"only extensions", responses(`"x-a": 1`), responses(`"x-a": 1, "default": {"description": "Any response."}`), at},
		{"keys", responses(`" 200 ": {"description": ""}, "4xx": {"description": ""}, "DEFAULT": {"description": ""}`),
			responses(`"200": {"description": ""}, "4XX": {"description": ""}, "default": {"description": ""}`), at + "/ 200  " + at + "/4xx " + at + "/DEFAULT"},
		{"invalid keys", responses(`"200": {"description": ""}, "2xX": {"description": ""}, "2XX": {"description": "2"}, "600": {}, "OK": {}, "20": {}, "": {}, "0200": {}`),
			responses(`"200": {"description": ""}, "2XX": {"description": "2"}`), at + "/ " + at + "/0200 " + at + "/20 " + at + "/2xX " + at + "/600 " + at + "/OK"},
		{"no responses", responses(`"200": "OK", "404": null`), responses(`"default": {"description": "Any response."}`), at + "/200 " + at + "/404 " + at},
		{"required fields", responses(`"200": {}, "404": {"description": 1}`), responses(`"200": {"description": ""}, "404": {"description": ""}`), at + "/200/description " + at + "/404/description"},
		{"wrong types", responses(`"200": {"description": "", "content": [], "headers": "h"}`), responses(`"200": {"description": ""}`), at + "/200/content " + at + "/200/headers"},
		{"no body", responses(`"204": {"description": "", "content": {"a/b": {}}}, "205": {"description": "", "content": {}}, "304": {"description": "", "content": {}}, "200": {"description": "", "content": {}}`),
			responses(`"204": {"description": ""}, "205": {"description": ""}, "304": {"description": ""}, "200": {"description": "", "content": {}}`), at + "/204/content " + at + "/205/content " + at + "/304/content"},
		{"headers", responses(`"200": {"description": "", "headers": {"A": {"schema": {}}, "B": {}, "C": "c", "content-type": {"schema": {}}, "D": {"$ref": "#/x"}, "E": {"content": {}}}}`),
			responses(`"200": {"description": "", "headers": {"A": {"schema": {}}, "B": {"schema": {"type": "string"}}, "D": {"$ref": "#/x"}, "E": {"content": {}}}}`),
			at + "/200/headers/B/schema " + at + "/200/headers/C " + at + "/200/headers/content-type"},
		{"a dangling reference", responses(`"200": {"$ref": "#/components/responses/R"}`), "", ""},
		{"of HEAD", inPaths(`{"/a": {"head": {"responses": {"200": {"description": "", "content": {"a/b": {}}}}}}}`), inPaths(`{"/a": {"head": {"responses": {"200": {"description": ""}}}}}`), "/paths/~1a/head/responses/200/content"},
	})
}
