package normalize

import "testing"

func TestReduceResponses(t *testing.T) {
	const order, file = `{"schema": {"$ref": "#/components/schemas/Order"}}`, `{"schema": {"type": "string", "format": "binary"}}`
	answer := func(content string) string {
		return inGet(`{"responses": {"200": {"description": "", "content": {` + content + `}}}}`)
	}
	const at = "/paths/~1a/get/responses/200/content"
	testDocuments(t, reduceMediaTypes, []documentTest{
		{"one", answer(`"application/json": ` + order), "", ""},
		{"what ASP.NET offers", answer(`"text/plain": ` + order + `, "application/json": ` + order + `, "text/json": ` + order + `, "application/xml": ` + order), answer(`"application/json": ` + order),
			at + "/application~1xml " + at + "/text~1json " + at + "/text~1plain"},
		{"parameters", answer(`"application/json; charset=utf-8": ` + order + `, "Text/CSV;v=1": ` + file), answer(`"application/json": ` + order + `, "text/csv": ` + file),
			at + "/Text~1CSV;v=1 " + at + "/application~1json; charset=utf-8"},
		{"with and without parameters", answer(`"application/json": ` + order + `, "application/json; v=1": ` + order), answer(`"application/json": ` + order), at + "/application~1json; v=1"},
		{"another content with parameters", answer(`"text/csv": ` + file + `, "text/csv; v=1": {"schema": 1}`), answer(`"text/csv": ` + file), at + "/text~1csv; v=1"},
		{"not application/json", answer(`"application/problem+json": ` + order + `, "application/vnd.order+json": ` + order), answer(`"application/json": ` + order),
			at + "/application~1problem+json " + at + "/application~1vnd.order+json"},
		{"anything", answer(`"*/*": ` + order), answer(`"application/json": ` + order), at + "/*~1*"},
		{"anything with parameters", answer(`"application/* ;q=1": {"schema": {"type": "array"}}`), answer(`"application/json": {"schema": {"type": "array"}}`), at + "/application~1* ;q=1 " + at + "/application~1* ;q=1"},
		{"any text", answer(`"*/*": {"schema": {"type": "string"}}`), "", ""},
		{"a file as JSON", answer(`"application/json": ` + file + `, "text/plain": ` + file + `, "text/json": ` + file), answer(`"application/octet-stream": ` + file),
			at + "/text~1json " + at + "/text~1plain " + at + "/application~1json"},
		{"a file under its type too", answer(`"application/json": ` + file + `, "application/pdf": ` + file), answer(`"application/pdf": ` + file), at + "/application~1json"},
		{"a file as bytes too", answer(`"application/json": ` + file + `, "application/octet-stream": ` + file + `, "application/pdf": ` + file), answer(`"application/octet-stream": ` + file),
			at + "/application~1pdf " + at + "/application~1json"},
		{"different contents", answer(`"application/json": ` + order + `, "text/csv": {"schema": {"type": "string"}}`), "", ""},
		{"the same under another name", answer(`"application/json": ` + order + `, "application/x-msgpack": ` + order), answer(`"application/json": ` + order), at + "/application~1x-msgpack"},
		{"no schema", answer(`"application/json": {}, "text/csv": {"schema": 1, "encoding": []}`), answer(`"application/json": {"schema": {}}, "text/csv": {}`),
			at + "/text~1csv/schema " + at + "/text~1csv/encoding " + at + "/application~1json/schema"},
		{"what is none", answer(`"json": {"schema": 1}, "": {}, "application/json": "order", "a/b/c": {}`), inGet(`{"responses": {"200": {"description": ""}}}`),
			at + "/ " + at + "/a~1b~1c " + at + "/application~1json " + at + "/json " + at},
		{"nothing", answer(``), inGet(`{"responses": {"200": {"description": ""}}}`), at},
	})
}

func TestReduceRequests(t *testing.T) {
	const order, form = `{"schema": {"$ref": "#/components/schemas/Order"}}`, `{"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}`
	const components = `, "components": {"schemas": {"Order": {}, "Upload": {"allOf": [{"$ref": "#/components/schemas/Upload"}, {"$ref": "#/components/schemas/Part"}]}, "Part": {"properties": {"f": {"type": "array", "items": {"format": "binary"}}}}}}}`
	body := func(content string) string {
		return `{"paths": {"/a": {"post": {"requestBody": {"content": {` + content + `}}}}}` + components
	}
	const none = `{"paths": {"/a": {"post": {}}}` + components
	const at = "/paths/~1a/post/requestBody/content"
	const multipart, urlencoded = `"multipart/form-data": `, `"application/x-www-form-urlencoded": `
	testDocuments(t, reduceMediaTypes, []documentTest{
		{"what ASP.NET reads", body(`"application/json": ` + order + `, "text/json": ` + order + `, "application/*+json": ` + order), body(`"application/json": ` + order), at + "/application~1*+json " + at + "/text~1json"},
		{"text/json alone", body(`"text/json": ` + order), body(`"application/json": ` + order), at + "/text~1json"},
		{"any JSON alone", body(`"application/*+json": ` + order), body(`"application/json": ` + order), at + "/application~1*+json"},
		{"another JSON alone", body(`"application/json-patch+json": ` + order), "", ""},
		{"a JSON type and a form", body(`"application/json": ` + order + `, ` + multipart + order), body(`"application/json": ` + order), at + "/multipart~1form-data"},
		{"two forms", body(multipart + form + `, ` + urlencoded + form), body(urlencoded + form), at + "/multipart~1form-data"},
		{"two forms with a file", body(multipart + `{"schema": {"properties": {"f": {"format": "binary"}}}}, ` + urlencoded + form), body(multipart + `{"schema": {"properties": {"f": {"format": "binary"}}}}`), at + "/application~1x-www-form-urlencoded"},
		{"two forms with a file in a shared schema", body(multipart + `{"schema": {"$ref": "#/components/schemas/Upload"}}, ` + urlencoded + form), body(multipart + `{"schema": {"$ref": "#/components/schemas/Upload"}}`), at + "/application~1x-www-form-urlencoded"},
		{"no content", body(``), none, "/paths/~1a/post/requestBody"},
		{"no content at all", `{"paths": {"/a": {"post": {"requestBody": {"description": "d"}}}}` + components, none, "/paths/~1a/post/requestBody"},
		{"content that is none", `{"paths": {"/a": {"post": {"requestBody": {"content": []}}}}` + components, none, "/paths/~1a/post/requestBody"},
		{"a reference to nothing", `{"paths": {"/a": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}}}` + components, "", ""},
	})
}
