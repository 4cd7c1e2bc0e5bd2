package normalize

import (
	"strings"
	"testing"
)

func TestReduceResponses(t *testing.T) {
	const order, file = `{"schema": {"$ref": "#/components/schemas/Order"}}`, `{"schema": {"type": "string", "format": "binary"}}`
	respond := func(content string) string {
		return inGet(`{"responses": {"200": {"description": "", "content": {` + content + `}}}}`)
	}
	const at = "/paths/~1a/get/responses/200/content"
	testDocuments(t, reduceMediaTypes, []documentTest{
		{"one", respond(`"application/json": ` + order), "", ""},
		{"what ASP.NET offers", respond(`"text/plain": ` + order + `, "application/json": ` + order + `, "text/json": ` + order + `, "application/xml": ` + order), respond(`"application/json": ` + order),
			at + "/application~1xml " + at + "/text~1json " + at + "/text~1plain"},
		{"parameters", respond(`"application/json; charset=utf-8": ` + order + `, "Text/CSV;v=1": ` + file), respond(`"application/json": ` + order + `, "text/csv": ` + file),
			at + "/Text~1CSV;v=1 " + at + "/application~1json; charset=utf-8"},
		{"with and without parameters", respond(`"application/json": ` + order + `, "application/json; v=1": ` + order), respond(`"application/json": ` + order), at + "/application~1json; v=1"},
		{"another content with parameters", respond(`"text/csv": ` + file + `, "text/csv; v=1": {"schema": 1}`), respond(`"text/csv": ` + file), at + "/text~1csv; v=1"},
		{"not application/json", respond(`"application/problem+json": ` + order), respond(`"application/json": ` + order), at + "/application~1problem+json"},
		{"the JSON of a vendor", respond(`"application/problem+json": ` + order + `, "application/vnd.order+json": {"schema": {}}`), respond(`"application/json": {"schema": {}, "x-media-type": "application/vnd.order+json"}`),
			at + "/application~1problem+json " + at + "/application~1vnd.order+json"},
		{"anything", respond(`"*/*": ` + order), respond(`"application/json": ` + order), at + "/*~1*"},
		{"anything with parameters", respond(`"application/* ;q=1": {"schema": {"type": "array"}}`), respond(`"application/json": {"schema": {"type": "array"}}`), at + "/application~1* ;q=1 " + at + "/application~1* ;q=1"},
		{"any string", respond(`"*/*": {"schema": {"type": "string"}}`), "", ""},
		{"a file as JSON", respond(`"application/json": ` + file + `, "text/plain": ` + file + `, "text/json": ` + file), respond(`"application/octet-stream": ` + file),
			at + "/text~1json " + at + "/text~1plain " + at + "/application~1json"},
		{"a file under its type too", respond(`"application/json": ` + file + `, "application/pdf": ` + file), respond(`"application/pdf": ` + file), at + "/application~1json"},
		{"a file as bytes too", respond(`"application/json": ` + file + `, "application/octet-stream": ` + file + `, "application/pdf": ` + file), respond(`"application/octet-stream": ` + file),
			at + "/application~1pdf " + at + "/application~1json"},
		{"different contents", respond(`"application/json": ` + order + `, "text/csv": {"schema": {"type": "string"}}`), "", ""},
		{"an equal schema under another type", respond(`"application/json": ` + order + `, "application/x-msgpack": ` + order), respond(`"application/json": ` + order), at + "/application~1x-msgpack"},
		{"no schema", respond(`"application/json": {}, "text/csv": {"schema": 1, "encoding": []}`), respond(`"application/json": {"schema": {}}, "text/csv": {}`),
			at + "/text~1csv/schema " + at + "/text~1csv/encoding " + at + "/application~1json/schema"},
		{"not media types", respond(`"json": {"schema": 1}, "": {}, "application/json": "order", "a/b/c": {}`), inGet(`{"responses": {"200": {"description": ""}}}`),
			at + "/ " + at + "/a~1b~1c " + at + "/application~1json " + at + "/json " + at},
		{"nothing", respond(``), inGet(`{"responses": {"200": {"description": ""}}}`), at},
	})
}

func TestReduceRequests(t *testing.T) {
	const order, form = `{"schema": {"$ref": "#/components/schemas/Order"}}`, `{"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}`
	orderAs := func(others ...string) string {
		return `{"schema": {"$ref": "#/components/schemas/Order"}, "x-other-media-types": [` + strings.Join(others, ", ") + `]}`
	}
	const components = `, "components": {"schemas": {"Order": {}, "Upload": {"allOf": [{"$ref": "#/components/schemas/Upload"}, {"$ref": "#/components/schemas/Part"}]}, "Part": {"properties": {"f": {"type": "array", "items": {"format": "binary"}}}}, "File": {"type": "string", "format": "binary"}}}}`
	body := func(content string) string {
		return `{"paths": {"/a": {"post": {"requestBody": {"content": {` + content + `}}}}}` + components
	}
	const none = `{"paths": {"/a": {"post": {}}}` + components
	const at = "/paths/~1a/post/requestBody/content"
	const multipart, urlencoded = `"multipart/form-data": `, `"application/x-www-form-urlencoded": `
	testDocuments(t, reduceMediaTypes, []documentTest{
		{"what ASP.NET reads", body(`"application/json": ` + order + `, "text/json": ` + order + `, "application/*+json": ` + order), body(`"application/json": ` + orderAs(`"application/*+json", "text/json"`)), at + "/application~1*+json " + at + "/text~1json"},
		{"text/json alone", body(`"text/json": ` + order), body(`"application/json": ` + orderAs(`"text/json"`)), at + "/text~1json"},
		{"any JSON alone", body(`"application/*+json": ` + order), body(`"application/json": ` + orderAs(`"application/*+json"`)), at + "/application~1*+json"},
		{"another JSON alone", body(`"application/json-patch+json": ` + order), "", ""},
		{"a JSON type and a form", body(`"application/json": ` + order + `, ` + multipart + order), body(`"application/json": ` + order), at + "/multipart~1form-data"},
		{"two forms", body(multipart + form + `, ` + urlencoded + form), body(urlencoded + form), at + "/multipart~1form-data"},
		{"two forms with a file", body(multipart + `{"schema": {"properties": {"f": {"format": "binary"}}}}, ` + urlencoded + form), body(multipart + `{"schema": {"properties": {"f": {"format": "binary"}}}}`), at + "/application~1x-www-form-urlencoded"},
		{"two forms with a file in a shared schema", body(multipart + `{"schema": {"$ref": "#/components/schemas/Upload"}}, ` + urlencoded + form), body(multipart + `{"schema": {"$ref": "#/components/schemas/Upload"}}`), at + "/application~1x-www-form-urlencoded"},
		{"two forms with a file that is a shared schema", body(multipart + `{"schema": {"properties": {"f": {"$ref": "#/components/schemas/File"}}}}, ` + urlencoded + form), body(multipart + `{"schema": {"properties": {"f": {"$ref": "#/components/schemas/File"}}}}`), at + "/application~1x-www-form-urlencoded"},
		{"no content", body(``), none, "/paths/~1a/post/requestBody"},
		{"no content field", `{"paths": {"/a": {"post": {"requestBody": {"description": "d"}}}}` + components, none, "/paths/~1a/post/requestBody"},
		{"content of the wrong type", `{"paths": {"/a": {"post": {"requestBody": {"content": []}}}}` + components, none, "/paths/~1a/post/requestBody"},
		{"a dangling reference", `{"paths": {"/a": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}}}` + components, "", ""},
	})
}

// The report does not call types with different schemas equivalent.
func TestReasonOfDifferentJSON(t *testing.T) {
	_, changes := apply(t, reduceMediaTypes, `{"paths": {"/a": {"patch": {"requestBody": {"content": {
		"application/json-patch+json": {"schema": {"type": "array"}}, "application/merge-patch+json": {"schema": {"type": "object"}}}}}}}}`)
	if len(changes) != 1 || changes[0].Reason != "generated code has one JSON type, which is application/json-patch+json" {
		t.Errorf("got %+v", changes)
	}
}
