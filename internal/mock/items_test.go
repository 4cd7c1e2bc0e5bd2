package mock

import (
	"encoding/json"
	"strings"
	"testing"
)

// A key of zeros is a value if it is a string.
func TestKeysThatClientsLeaveToTheServer(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	schema := func(id string) string {
		return "    Item: {type: object, properties: {id: {" + id + "}, name: {type: string}}}\n"
	}
	paths := collectionPaths("{type: array, items: "+item+"}", item, item)
	s := newService(t, paths, schema("type: integer, format: int64"), nil)
	s.want("POST /items", `{"id":0,"name":"a"}`, 201, `{"id":4,"name":"a"}`)
	s = newService(t, strings.ReplaceAll(paths, "schema: {type: integer}}", "schema: {type: string}}"), schema("type: string"), nil)
	s.want("POST /items", `{"id":"0","name":"a"}`, 201, `{"id":"0","name":"a"}`)
	s.want("POST /items", `{"id":"","name":"b"}`, 201, `{"id":"4","name":"b"}`)
	s.want("POST /items", `{"id":"00000000-0000-0000-0000-000000000000","name":"c"}`, 201, `{"id":"5","name":"c"}`)
}

func TestKeyAfterTheHighestOne(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item), itemSchema, nil)
	s.want("POST /items", `{"id":9223372036854775807,"name":"a"}`, 201, `{"id":9223372036854775807,"name":"a"}`)
	s.want("POST /items", `{"name":"b"}`, 201, `{"id":4,"name":"b"}`)
}

// An item of a client is of one kind.
func TestItemThatBecomesAnotherKind(t *testing.T) {
	item := "{$ref: '#/components/schemas/Animal'}"
	paths := collectionPaths("{type: array, items: "+item+"}", item, item) +
		"    put: {operationId: replace, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], requestBody: {content: {application/json: {schema: " + item + "}}}, responses: {'200': {description: x, content: {application/json: {schema: " + item + "}}}}}\n"
	s := newService(t, paths, "    Animal: {type: object, required: [id, kind, seen], discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}},\n"+
		"      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], properties: {id: {type: integer}, kind: {type: string}, seen: {type: integer, readOnly: true}}}\n"+
		"    Cat: {type: object, required: [kind, meow], properties: {kind: {type: string, enum: [cat]}, meow: {type: boolean}}}\n"+
		"    Dog: {type: object, required: [kind, bark], properties: {kind: {type: string, enum: [dog]}, bark: {type: integer}}}\n", nil)
	for _, test := range []struct{ sent, lacks string }{{`{"kind":"dog","bark":1}`, "meow"}, {`{"kind":"cat","meow":true}`, "bark"}} {
		for range 4 { // which kind is generated depends on the key
			_, header, created := s.send("POST /items", test.sent)
			if strings.Contains(created, test.lacks) || !strings.Contains(created, `"seen":`) {
				t.Errorf("sent %s, got %s", test.sent, created)
			}
			if _, replaced := s.do("PUT "+header.Get("Location"), `{"kind":"cat","meow":false}`); strings.Contains(replaced, "bark") {
				t.Errorf("replaced by a cat: %s", replaced)
			}
		}
	}
}

// listPaths returns the paths of a collection whose list has parameters and, in a page, headers.
func listPaths(parameters, headers string) string {
	item := "{$ref: '#/components/schemas/Item'}"
	list := "operationId: list, "
	return strings.Replace(collectionPaths("{type: array, items: "+item+"}", item, item),
		list+"responses: {'200': {", list+"parameters: ["+parameters+"], responses: {'200': {headers: {"+headers+"}, ", 1)
}

func TestHeadersOfPages(t *testing.T) {
	s := newService(t, listPaths("{name: page, in: query, schema: {type: integer}}, {name: pageSize, in: query, schema: {type: integer}}",
		"X-Total-Count: {required: true, schema: {type: integer}}, X-Page-Count: {schema: {type: integer, maximum: 1}}, X-Request-Id: {schema: {type: string}}"), itemSchema, nil)
	_, header, _ := s.send("GET /items?page=2&pageSize=2", "")
	if header.Get("X-Total-Count") != "3" || header.Values("X-Page-Count") != nil || header.Values("X-Request-Id") != nil {
		t.Errorf("got %v", header)
	}
}

func TestFilterOfANumber(t *testing.T) {
	s := newService(t, listPaths("{name: size, in: query, schema: {type: number}}", ""), itemSchema,
		map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":1,"size":1.5}`), json.RawMessage(`{"id":2,"size":15}`)}})
	s.want("GET /items?size=1.50", "", 200, `[{"id":1,"size":1.5}]`)
	s.want("GET /items?size=1.5e1", "", 200, `[{"id":2,"size":15}]`)
	s.want("GET /items?size=1", "", 200, `[]`)
}

// An item stays below its parent, whatever a client sends.
func TestParentOfAReplacedItem(t *testing.T) {
	item := "{type: object, properties: {id: {type: integer}, shop: {type: string}, name: {type: string}}}"
	shop := "{name: shop, in: path, required: true, schema: {type: string}}"
	id := "{name: id, in: path, required: true, schema: {type: integer}}"
	content := "content: {application/json: {schema: " + item + "}}"
	paths := "  /shops/{shop}/items:\n    post: {operationId: create, parameters: [" + shop + "], requestBody: {" + content + "}, responses: {'201': {description: x, " + content + "}}}\n" +
		"  /shops/{shop}/items/{id}:\n"
	for _, method := range []string{"put", "patch"} {
		paths += "    " + method + ": {operationId: " + method + ", parameters: [" + shop + ", " + id + "], requestBody: {" + content + "}, responses: {'200': {description: x, " + content + "}}}\n"
	}
	s := newService(t, paths, "", map[string][]json.RawMessage{"/shops/{shop}/items": nil})
	s.want("POST /shops/a/items", `{"name":"x"}`, 201, `{"id":1,"name":"x","shop":"a"}`)
	s.want("PUT /shops/a/items/1", `{"name":"y"}`, 200, `{"id":1,"name":"y","shop":"a"}`)
	s.want("PATCH /shops/a/items/1", `{"shop":"b"}`, 200, `{"id":1,"name":"y","shop":"a"}`)
}

// The path of a seed says which parent its items have, in whatever words it names the variable.
func TestParentOfASeed(t *testing.T) {
	content := "content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}"
	shop := "{name: shop, in: path, required: true, schema: {type: string}}"
	paths := "  /v1/shops/{shop}/items:\n    get: {operationId: list, parameters: [" + shop + "], responses: {'200': {description: x, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}}}}\n" +
		"  /v1/shops/{shop}/items/{id}:\n    get: {operationId: read, parameters: [" + shop + ", {name: id, in: path, required: true, schema: {type: integer}}], responses: {'200': {description: x, " + content + "}}}\n"
	const schema = "    Item: {type: object, required: [id, shop], properties: {id: {type: integer}, shop: {type: string}, name: {type: string}}}\n"
	items := func(name string) []json.RawMessage {
		return []json.RawMessage{json.RawMessage(`{"name":"` + name + `"}`)}
	}
	s := newService(t, paths, schema, map[string][]json.RawMessage{"/shops/{id}/items": items("all"), "/shops/a/items": items("a")})
	s.want("GET /v1/shops/a/items", "", 200, `[{"id":1,"name":"a","shop":"a"}]`)
	s.want("GET /v1/shops/b/items", "", 200, `[{"id":1,"name":"all","shop":"b"}]`)
	_, err := s.plan.NewData(map[string][]json.RawMessage{"/shops/{id}/items": nil, "/v1/shops/{shop}/items": nil})
	if err == nil || !strings.Contains(err.Error(), "is listed twice") {
		t.Errorf("got %v for a collection that is listed twice", err)
	}
}
