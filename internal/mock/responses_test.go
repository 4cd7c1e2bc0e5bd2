package mock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// operationPath returns a path with one operation and its responses.
func operationPath(method, path, responses string) string {
	return fmt.Sprintf("  %s:\n    %s: {operationId: only, responses: {%s}}\n", path, method, responses)
}

func TestStatuses(t *testing.T) {
	for _, test := range []struct {
		method, responses string
		want              int
	}{
		{"get", "'404': {description: x}, '203': {description: x}, '200': {description: x}", 200},
		{"get", "'2XX': {description: x}, default: {description: x}", 200},
		{"post", "'2XX': {description: x}", 201},
		{"post", "'202': {description: x}, '2XX': {description: x}", 202},
		{"get", "default: {description: x}", 200},
		{"get", "'302': {description: x}, '400': {description: x}", 302},
		{"get", "'404': {description: x}, '400': {description: x}", 400},
	} {
		s := newService(t, operationPath(test.method, "/x", test.responses), "", nil)
		s.want(strings.ToUpper(test.method)+" /x", "", test.want, "")
	}
}

func TestBodiesOtherThanJSON(t *testing.T) {
	for _, test := range []struct{ content, accept, contentType, want string }{
		{"text/plain: {schema: {type: string, example: hello}}", "", "text/plain", "hello"},
		{"text/csv: {example: 'a,b'}", "", "text/csv", "a,b"},
		{"application/pdf: {schema: {type: string, format: binary}}", "", "application/pdf", "sandbox"},
		{"image/*: {schema: {type: string, format: binary}}", "", "image/png", "sandbox"},
		{"application/json: {example: {a: 1}}, text/csv: {example: 'a,b'}", "text/csv;q=0.9, application/json;q=0.5", "text/csv", "a,b"},
		{"application/json: {example: {a: 1}}, text/csv: {example: 'a,b'}", "text/html", "application/json", `{"a":1}`},
		{"application/json: {example: {a: 1}, x-media-type: application/hal+json}", "", "application/hal+json", `{"a":1}`},
		{"application/jsonl: {schema: {type: array, items: {type: object}}, example: [{a: 1}, {a: 2}]}", "", "application/jsonl", "{\"a\":1}\n{\"a\":2}"},
		{"text/event-stream: {schema: {type: array, items: {type: object}}, example: [{event: e, data: '{}'}, {data: {a: 2}}]}", "", "text/event-stream", "event: e\ndata: {}\n\ndata: {\"a\":2}"},
		{"application/xml: {example: '<a/>'}", "", "application/xml", "<a/>"},
	} {
		s := newService(t, operationPath("get", "/x", "'200': {description: x, content: {"+test.content+"}}"), "", nil)
		status, header, body := s.send("GET /x", "", "Accept", test.accept)
		if status != 200 || header.Get("Content-Type") != test.contentType || body != test.want {
			t.Errorf("%s: got %d %s %q", test.content, status, header.Get("Content-Type"), body)
		}
	}
}

func TestXML(t *testing.T) {
	s := newService(t, operationPath("get", "/x", "'200': {description: x, content: {application/xml: {schema: {$ref: '#/components/schemas/Pet'}, example: {id: 7, name: 'A & B', tags: [x, y], visits: [{day: monday}], owner: null}}}}"),
		"    Pet: {type: object, xml: {name: pet}, properties: {id: {type: integer, xml: {attribute: true}}, name: {type: string, xml: {name: fullName}}, owner: {type: string, nullable: true}, "+
			"tags: {type: array, xml: {wrapped: true}, items: {type: string, xml: {name: tag}}}, visits: {type: array, items: {type: object, properties: {day: {type: string}}}}}}\n", nil)
	s.want("GET /x", "", 200, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<pet id="7"><fullName>A &amp; B</fullName><tags><tag>x</tag><tag>y</tag></tags><visits><day>monday</day></visits></pet>`)
}

func TestExampleThatDoesNotFitIsNotSent(t *testing.T) {
	s := newService(t, operationPath("get", "/x", "'200': {description: x, content: {application/json: {schema: {type: object, required: [n], properties: {n: {type: integer, minimum: 5, maximum: 5}}}, example: {n: 4}}}}"), "", nil)
	s.want("GET /x", "", 200, `{"n":5}`)
}

// A client takes fields with some names for an error, or for the way to another page.
func TestGeneratedResponsesAreCalm(t *testing.T) {
	s := newService(t, operationPath("get", "/x", "'200': {description: x, content: {application/json: {schema: {type: object, required: [errors, next], properties: {"+
		"success: {type: boolean}, error: {type: string}, errors: {type: array, items: {type: string}}, errorCode: {type: integer, nullable: true}, next: {type: string}, hasMore: {type: boolean}, continuationToken: {type: string, nullable: true}}}}}}"), "", nil)
	s.want("GET /x", "", 200, `{"continuationToken":null,"error":"","errorCode":null,"errors":[],"hasMore":false,"next":"","success":true}`)
}

func TestFieldsThatAreOnlyWritten(t *testing.T) {
	s := newService(t, operationPath("get", "/x", "'200': {description: x, content: {application/json: {schema: {type: object, properties: {n: {type: integer, enum: [1]}, secret: {type: string, writeOnly: true}}}}}}"), "", nil)
	s.want("GET /x", "", 200, `{"n":1}`)
}

func TestRequiredHeaders(t *testing.T) {
	s := newService(t, operationPath("get", "/x", "'200': {description: x, headers: {X-Limit: {required: true, schema: {type: integer}}, X-Maybe: {schema: {type: string}}}}"), "", nil)
	_, header, _ := s.send("GET /x", "")
	if header.Get("X-Limit") == "" || header.Get("X-Maybe") != "" {
		t.Errorf("got %v", header)
	}
}

func TestPatches(t *testing.T) {
	const content = "content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}"
	paths := collectionPaths("{type: array, items: {$ref: '#/components/schemas/Item'}}", "{$ref: '#/components/schemas/Item'}", "{$ref: '#/components/schemas/Item'}") +
		"    patch: {operationId: patch, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], requestBody: {content: {application/json-patch+json: {schema: {type: array, items: {type: object, properties: {op: {type: string}, path: {type: string}, value: {}}}}}}}, responses: {'200': {description: x, " + content + "}}}\n"
	s := newService(t, paths, "    Item: {type: object, properties: {id: {type: integer}, name: {type: string}, tags: {type: array, items: {type: string}}}}\n",
		map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":1,"name":"a","tags":["x"]}`)}})
	for _, test := range []struct {
		patch  string
		status int
		want   string
	}{
		{`[{"op":"replace","path":"/name","value":"b"},{"op":"add","path":"/tags/-","value":"y"},{"op":"add","path":"/tags/0","value":"w"}]`, 200, `{"id":1,"name":"b","tags":["w","x","y"]}`},
		{`[{"op":"test","path":"/Name","value":"b"},{"op":"remove","path":"/tags/1"},{"op":"copy","from":"/tags/0","path":"/name"}]`, 200, `{"id":1,"name":"w","tags":["w","y"]}`},
		{`[{"op":"move","from":"/tags/1","path":"/tags/0"}]`, 200, `{"id":1,"name":"w","tags":["y","w"]}`},
		{`[{"op":"replace","path":"/id","value":9}]`, 200, `{"id":1,"name":"w","tags":["y","w"]}`},
		{`[{"op":"remove","path":"/name"},{"op":"test","path":"/tags","value":[]}]`, 400, "/1: the test fails"},
		{`[{"op":"remove","path":"/tags/7"}]`, 400, "/0: path leads nowhere"},
		{`[{"op":"jump","path":"/name"}]`, 400, "/0: op is none of add, remove, replace, move, copy and test"},
	} {
		s.want("PATCH /items/1", test.patch, test.status, test.want)
	}
	s.want("GET /items/1", "", 200, `{"id":1,"name":"w","tags":["y","w"]}`)
}

func TestMergePatches(t *testing.T) {
	const content = "content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}"
	paths := collectionPaths("{type: array, items: {$ref: '#/components/schemas/Item'}}", "{$ref: '#/components/schemas/Item'}", "{$ref: '#/components/schemas/Item'}") +
		"    patch: {operationId: patch, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], requestBody: {" + content + "}, responses: {'200': {description: x, " + content + "}}}\n"
	s := newService(t, paths, "    Item: {type: object, properties: {id: {type: integer}, name: {type: string, nullable: true}, extra: {type: object, additionalProperties: {}}}}\n",
		map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":1,"name":"a","extra":{"a":1}}`)}})
	const mergePatch = "application/merge-patch+json; charset=utf-8"
	s.want("PATCH /items/1", `{"name":null,"extra":{"b":null}}`, 200, `{"extra":{"a":1,"b":null},"id":1,"name":null}`, "Content-Type", "application/json")
	s.want("PATCH /items/1", `{"name":null,"extra":{"b":null,"c":{"d":null,"e":1}}}`, 200, `{"extra":{"a":1,"c":{"e":1}},"id":1}`, "Content-Type", mergePatch)
	s.want("PATCH /items/1", `{"extra":null}`, 200, `{"id":1}`, "Content-Type", mergePatch)
}

// Where nothing creates items, another operation must have made them.
func TestItemsThatNothingCreates(t *testing.T) {
	const variable = "parameters: [{name: id, in: path, required: true, schema: {type: integer}}]"
	s := newService(t, "  /items:\n    get: {operationId: list, responses: {'200': {description: x, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}}}}\n"+
		"  /items/{id}:\n    get: {operationId: read, "+variable+", responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}}}\n"+
		"    delete: {operationId: delete, "+variable+", responses: {'204': {description: x}}}\n", itemSchema, nil)
	_, first := s.do("GET /items/77", "")
	if !strings.HasPrefix(first, `{"id":77,`) {
		t.Errorf("got %s", first)
	}
	s.want("GET /items/77", "", 200, first)
	s.want("DELETE /items/77", "", 204, "")
	s.want("GET /items/77", "", 404, "path id: there is no such item")
}

// A success that the spec lacks would break it.
func TestOnlyFailures(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item)+
		"    delete: {operationId: delete, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], responses: {'404': {description: x, content: {text/plain: {example: gone}}}, '500': {description: x}}}\n"+
		operationPath("post", "/jobs", "5XX: {description: x}"), itemSchema, nil)
	s.want("DELETE /items/1", "", 404, "gone")
	s.want("POST /jobs", "", 500, "")
	if got := s.reasons()["delete"]; got != "the spec lists only failures" {
		t.Errorf("got the reason %q", got)
	}
	if status, _ := s.do("GET /items/1", ""); status != 200 {
		t.Errorf("the item is gone: status %d", status)
	}
}

func TestReasons(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item)+
		operationPath("get", "/status", "'200': {description: x}")+
		"  /things/{code}:\n    get: {operationId: thing, parameters: [{name: code, in: path, required: true, schema: {type: string}}], responses: {'200': {description: x, content: {application/json: {schema: "+item+"}}}}}\n", itemSchema, nil)
	for id, want := range map[string]string{
		"list": "lists the items of /items", "create": "adds an item to /items", "read": "reads an item of /items",
		"only": "no collection has this path", "thing": "nothing lists or creates the items of /things",
	} {
		if got := s.reasons()[id]; got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	parameter := func(name, schema string) *model.Parameter {
		read, err := tree.Read([]byte(cmp.Or(schema, `{"type":"integer"}`)))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := model.NewSchema(nil, read)
		if err != nil {
			t.Fatal(err)
		}
		return &model.Parameter{Name: name, In: model.InQuery, Schema: &model.SchemaRef{Value: parsed}}
	}
	for _, test := range []struct {
		parameters   []*model.Parameter
		query        string
		offset, size int
	}{
		{[]*model.Parameter{parameter("limit", ""), parameter("offset", "")}, "limit=2&offset=3", 3, 2},
		{[]*model.Parameter{parameter("$top", ""), parameter("$skip", "")}, "$top=2&$skip=30", 10, 2},
		{[]*model.Parameter{parameter("page", ""), parameter("per_page", "")}, "page=2&per_page=4", 4, 4},
		{[]*model.Parameter{parameter("page", `{"type":"integer","minimum":0}`), parameter("size", "")}, "page=2&size=4", 8, 4},
		{[]*model.Parameter{parameter("PageIndex", `{"type":"integer","default":0}`), parameter("PageSize", `{"type":"integer","default":3}`)}, "PageIndex=1", 3, 3},
		{[]*model.Parameter{parameter("page", "")}, "page=1", 0, usualPage},
		{[]*model.Parameter{parameter("limit", "")}, "limit=2", 0, 2},
		{[]*model.Parameter{parameter("limit", ""), parameter("cursor", "")}, "limit=2", 0, 0},
		{[]*model.Parameter{parameter("pageOffset", ""), parameter("pageSize", "")}, "pageSize=2&pageOffset=1", 0, 0},
		{[]*model.Parameter{parameter("page", ""), parameter("offset", ""), parameter("limit", "")}, "limit=2", 0, 0},
		{[]*model.Parameter{parameter("limit", ""), parameter("offset", "")}, "limit=-1&offset=x", 0, 0},
	} {
		s := newService(t, operationPath("get", "/x", "'200': {description: x}"), "", nil)
		operation := s.document.Operation("only")
		operation.Spec().Parameters = test.parameters
		query, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := pagingOf(operation).of(query, 10); got.offset != test.offset || got.size != test.size {
			t.Errorf("%s: got the offset %d and the size %d, want %d and %d", test.query, got.offset, got.size, test.offset, test.size)
		}
	}
}

func TestProblems(t *testing.T) {
	const details = `{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no such item"}`
	for _, test := range []struct{ responses, contentType, want string }{
		{"'200': {description: x}", "", ""},
		{"'404': {description: x}", "", ""},
		{"'404': {description: x, content: {application/json: {schema: {type: object, properties: {title: {type: string}, status: {type: integer}}}}}}", "application/problem+json", details},
		{"'404': {description: x, content: {application/json: {schema: {type: object, required: [error], properties: {error: {type: object, required: [code, message], properties: {code: {type: integer}, message: {type: string}}}}}}}}",
			"application/json", `{"error":{"code":404,"message":"There is no such item"}}`},
		{"default: {description: x, content: {application/json: {schema: {type: object, required: [reason], properties: {reason: {type: string, enum: [missing]}}}}}}", "application/json", `{"reason":"missing"}`},
		{"'404': {description: x, content: {application/json: {schema: {type: object, required: [title, status, traceId], properties: {title: {type: string}, status: {type: integer}, traceId: {type: string, enum: [t]}}}}}}",
			"application/problem+json", `{"status":404,"title":"Not Found","traceId":"t"}`},
		{"4XX: {description: x, content: {application/json: {schema: {type: string}}}}", "application/json", ""},
	} {
		s := newService(t, operationPath("get", "/x", test.responses), "", nil)
		contentType, body := s.plan.Problem(s.document.Operation("only"), 404, []byte(details))
		if got := strings.TrimSpace(string(body)); contentType != test.contentType || got != test.want && test.want != "" {
			t.Errorf("%s: got %s %s", test.responses, contentType, got)
		}
	}
}

func TestResourcesByTheEndOfTheirPath(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	paths := strings.ReplaceAll(collectionPaths("{type: array, items: "+item+"}", item, item), "/items", "/api/v1/items")
	s := newService(t, paths, itemSchema, map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":9,"name":"a"}`)}})
	s.want("GET /api/v1/items", "", 200, `[{"id":9,"name":"a"}]`)
	twice := paths + strings.ReplaceAll(strings.ReplaceAll(paths, "v1", "v2"), "operationId: ", "operationId: second")
	s = newService(t, twice, itemSchema, nil)
	if _, err := s.plan.NewData(map[string][]json.RawMessage{"/items": nil}); err == nil || !strings.Contains(err.Error(), "several paths") {
		t.Errorf("got %v", err)
	}
}
