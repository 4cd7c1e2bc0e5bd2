package mock

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
	_ "github.com/xsale-go/xsale/internal/contract/rare"
)

// service is a plan with data, for tests.
type service struct {
	t        testing.TB
	document *contract.Document
	plan     *Plan
	data     *Data
}

// newService serves a spec of paths and schemas, in flow YAML.
func newService(t testing.TB, paths, schemas string, resources map[string][]json.RawMessage) *service {
	t.Helper()
	if schemas != "" {
		schemas = "components:\n  schemas:\n" + schemas
	}
	document, err := contract.Load([]byte("openapi: 3.0.3\ninfo: {title: Mock, version: '1'}\npaths:\n" + paths + schemas))
	if err != nil {
		t.Fatal(err)
	}
	plan := NewPlan(document, 1)
	data, err := plan.NewData(resources)
	if err != nil {
		t.Fatal(err)
	}
	return &service{t, document, plan, data}
}

// do sends a request and returns the status and the body without white space at its end. The response
// must fit the spec.
func (s *service) do(request, body string, header ...string) (int, string) {
	s.t.Helper()
	status, _, text := s.send(request, body, header...)
	return status, text
}

func (s *service) send(request, body string, header ...string) (int, http.Header, string) {
	s.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	call := s.document.Call(r)
	if call.Operation == nil {
		s.t.Fatalf("%s is not an operation", request)
	}
	response, failure := s.data.Respond(call, r, []byte(body))
	if failure != nil {
		return failure.Status, nil, failure.Location + ": " + failure.Problem
	}
	for _, finding := range contract.Errors(call.CheckResponse(response.Status, response.Header, response.Body)) {
		s.t.Errorf("%s: %s: %s", request, finding, response.Body)
	}
	return response.Status, response.Header, strings.TrimSpace(string(response.Body))
}

func (s *service) want(request, body string, status int, want string, header ...string) {
	s.t.Helper()
	if got, text := s.do(request, body, header...); got != status || text != want {
		s.t.Errorf("%s: got %d %s, want %d %s", request, got, text, status, want)
	}
}

// reasons returns the reason of each operation by id.
func (s *service) reasons() map[string]string {
	all := make(map[string]string)
	for _, o := range s.document.Operations() {
		stateful, reason := s.plan.Treatment(o)
		if stateful != (s.plan.operations[o].on != nil) {
			s.t.Errorf("%s: stateful %v", o.ID, stateful)
		}
		all[o.ID] = reason
	}
	return all
}

const itemSchema = "    Item: {type: object, properties: {id: {type: integer}, name: {type: string}, size: {type: number}}}\n"

// collection returns the paths of a collection whose bodies have the given schemas.
func collectionPaths(list, item, body string) string {
	content := func(schema string) string { return "content: {application/json: {schema: " + schema + "}}" }
	variable := "parameters: [{name: id, in: path, required: true, schema: {type: integer}}]"
	return "  /items:\n" +
		"    get: {operationId: list, responses: {'200': {description: x, " + content(list) + "}}}\n" +
		"    post: {operationId: create, requestBody: {" + content(body) + "}, responses: {'201': {description: x, " + content(item) + "}}}\n" +
		"  /items/{id}:\n" +
		"    get: {operationId: read, " + variable + ", responses: {'200': {description: x, " + content(item) + "}}}\n"
}

// Services wrap items and lists in many ways.
func TestEnvelopes(t *testing.T) {
	const item = "{$ref: '#/components/schemas/Item'}"
	object := func(fields string) string { return "{type: object, properties: {" + fields + "}}" }
	for name, test := range map[string]struct {
		list, item, body       string
		sent, wantItem, wantOf string
	}{
		"none": {"{type: array, items: " + item + "}", item, item,
			`{"name":"a"}`, `{"id":1,"name":"a"}`, `[{"id":1,"name":"a"}]`},
		"data and paging": {
			object("Data: {type: array, items: " + item + "}, Paging: " + object("Page: {type: integer}, TotalRows: {type: integer}") + ", ErrorMessage: {type: string}"),
			object("Data: " + item + ", ErrorCode: {type: integer}"), item,
			`{"name":"a"}`, `{"Data":{"id":1,"name":"a"}}`, `{"Data":[{"id":1,"name":"a"}],"Paging":{"Page":0,"TotalRows":1}}`},
		"OData": {object("'@odata.count': {type: integer}, '@odata.nextLink': {type: string, nullable: true}, value: {type: array, items: " + item + "}"), item, item,
			`{"name":"a"}`, `{"id":1,"name":"a"}`, `{"@odata.count":1,"value":[{"id":1,"name":"a"}]}`},
		"HAL": {object("_embedded: " + object("items: {type: array, items: "+item+"}") + ", page: " + object("totalElements: {type: integer}")), item, item,
			`{"name":"a"}`, `{"id":1,"name":"a"}`, `{"_embedded":{"items":[{"id":1,"name":"a"}]},"page":{"totalElements":1}}`},
		"request as well": {object("items: {type: array, items: " + item + "}, hasMore: {type: boolean}, total: {type: integer}"), object("item: " + item), object("item: " + item),
			`{"item":{"name":"a"}}`, `{"item":{"id":1,"name":"a"}}`, `{"hasMore":false,"items":[{"id":1,"name":"a"}],"total":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, collectionPaths(test.list, test.item, test.body), itemSchema, map[string][]json.RawMessage{"/items": nil})
			s.want("POST /items", test.sent, 201, test.wantItem)
			s.want("GET /items/1", "", 200, test.wantItem)
			s.want("GET /items", "", 200, test.wantOf)
		})
	}
}

// Keys have the name of the variable, or of a part of it, and the type of their schema.
func TestKeys(t *testing.T) {
	for _, test := range []struct{ variable, field, schema, first, created string }{
		{"id", "id", "{type: integer}", "1", "4"},
		{"id", "Id", "{type: string}", "1", "4"},
		{"itemId", "id", "{type: integer}", "1", "4"},
		{"item_id", "itemId", "{type: integer}", "1", "4"},
		{"id", "itemId", "{type: integer, minimum: 1}", "1", "4"},
		{"id", "shopItemId", "{type: integer}", "1", "4"},
		{"sku", "SKU", "{type: string, pattern: '^[A-Z]{3}-[0-9]{4}$'}", "", ""},
		{"key", "key", "{type: string, format: uuid}", "", ""},
		{"number", "number", "{type: integer, minimum: 1000}", "", ""},
	} {
		t.Run(test.variable+" of "+test.field, func(t *testing.T) {
			item := "{$ref: '#/components/schemas/Item'}"
			paths := strings.ReplaceAll(collectionPaths("{type: array, items: "+item+"}", item, item), "{id}", "{"+test.variable+"}")
			paths = strings.ReplaceAll(paths, "{name: id, in: path, required: true, schema: {type: integer}}", "{name: "+test.variable+", in: path, required: true, schema: "+test.schema+"}")
			s := newService(t, paths, "    Item: {type: object, required: ["+test.field+"], properties: {name: {type: string}, "+test.field+": "+test.schema+"}}\n", nil)
			_, listed := s.do("GET /items", "")
			var items []map[string]json.RawMessage
			if err := json.Unmarshal([]byte(listed), &items); err != nil || len(items) != 3 {
				t.Fatalf("listed %s: %v", listed, err)
			}
			_, created := s.do("POST /items", `{"name":"new"}`)
			var item3 map[string]json.RawMessage
			if err := json.Unmarshal([]byte(created), &item3); err != nil {
				t.Fatal(err)
			}
			first, last := strings.Trim(string(items[0][test.field]), `"`), strings.Trim(string(item3[test.field]), `"`)
			if test.first != "" && (first != test.first || last != test.created) {
				t.Errorf("got the keys %s and %s, want %s and %s", first, last, test.first, test.created)
			}
			s.want("GET /items/"+last, "", 200, created)
			if status, _ := s.do("GET /items/"+last+"0", ""); status != 404 {
				t.Errorf("another key: status %d", status)
			}
		})
	}
}

func TestKeyOfTheClient(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item), itemSchema, nil)
	s.want("POST /items", `{"id":40,"name":"a"}`, 201, `{"id":40,"name":"a"}`)
	s.want("POST /items", `{"id":40,"name":"b"}`, 409, "/id: is already used by another item")
	s.want("POST /items", `{"id":0,"name":"c"}`, 201, `{"id":41,"name":"c"}`)
}

func TestLocationOfACreatedItem(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	paths := strings.ReplaceAll(collectionPaths("{type: array, items: "+item+"}", item, item), "/items", "/shops/{shop}/items")
	paths = strings.ReplaceAll(paths, "operationId", "parameters: [{name: shop, in: path, required: true, schema: {type: string}}], operationId")
	paths = strings.Replace(paths, "operationId: read, parameters: [", "operationId: read, parameters2: [", 1)
	paths = strings.Replace(paths, "schema: {type: string}}], operationId: read, parameters2: [", "schema: {type: string}}, {name: id, in: path, required: true, schema: {type: integer}}], operationId: read, x-unused: [", 1)
	s := newService(t, paths, itemSchema, nil)
	_, header, _ := s.send("POST /shops/a%20b/items", `{"name":"x"}`)
	if got := header.Get("Location"); got != "/shops/a%20b/items/4" {
		t.Errorf("got %s", got)
	}
	s.want("GET "+header.Get("Location"), "", 200, `{"id":4,"name":"x"}`)
	s.want("GET /shops/other/items/4", "", 404, "path id: there is no such item")
}

// A PUT on the path of a collection has the key in its body.
func TestPutOnTheCollection(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	paths := strings.Replace(collectionPaths("{type: array, items: "+item+"}", item, item), "    post:",
		"    put: {operationId: put, requestBody: {content: {application/json: {schema: "+item+"}}}, responses: {'201': {description: x}}}\n    post:", 1)
	s := newService(t, paths, itemSchema, map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":1,"name":"a","size":2}`)}})
	s.want("PUT /items", `{"id":1,"name":"b"}`, 201, "")
	s.want("PUT /items", `{"id":7,"name":"c"}`, 201, "")
	s.want("PUT /items", `{"name":"d"}`, 201, "")
	s.want("GET /items", "", 200, `[{"id":1,"name":"b"},{"id":7,"name":"c"},{"id":8,"name":"d"}]`)
}

func TestQuotedNumbers(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item),
		"    Item: {type: object, properties: {id: {type: integer}, size: {type: number, x-quoted-number: true}, sizes: {type: array, items: {type: integer, x-quoted-number: true}}, half: {type: number, x-values: [0.5]}}}\n", nil)
	s.want("POST /items", `{"size":"1.50","sizes":["7",8],"half":0.5}`, 201, `{"half":0.5,"id":4,"size":1.50,"sizes":[7,8]}`)
}

// The responses must fit, whatever requests may have.
func TestFormatsOfResponses(t *testing.T) {
	s := newService(t, collectionPaths("{type: array, items: {$ref: '#/components/schemas/Item'}}", "{$ref: '#/components/schemas/Item'}", "{type: object, properties: {mail: {type: string}, links: {type: array, items: {type: string}}}}"),
		"    Item: {type: object, properties: {id: {type: integer}, mail: {type: string, format: email}, links: {type: array, items: {type: string, format: uri}}}}\n", nil)
	s.want("POST /items", `{"mail":"a@example.com","links":["https://example.com/a"]}`, 201, `{"id":4,"links":["https://example.com/a"],"mail":"a@example.com"}`)
	s.want("POST /items", `{"mail":"a","links":["a b"]}`, 201, `{"id":5}`)
}

// Without optional fields, an item may fit several kinds.
func TestItemsOfSeveralKinds(t *testing.T) {
	s := newService(t, "  /payments:\n    get: {operationId: list, responses: {'200': {description: x, content: {application/json: {schema: {type: array, items: {oneOf: [{$ref: '#/components/schemas/Card'}, {$ref: '#/components/schemas/Voucher'}]}}}}}}}\n"+
		"    post: {operationId: create, requestBody: {content: {application/json: {schema: {type: object, properties: {amount: {type: integer}}}}}}, responses: {'204': {description: x}}}\n",
		"    Card: {type: object, properties: {amount: {type: integer}, card: {type: string}}, additionalProperties: false}\n"+
			"    Voucher: {type: object, properties: {amount: {type: integer}, code: {type: string}}, additionalProperties: false}\n", nil)
	s.want("POST /payments", `{"amount":7}`, 204, "")
	if _, listed := s.do("GET /payments", ""); !strings.Contains(listed, `"amount":7`) {
		t.Errorf("got %s", listed)
	}
}

// A map has no fields of the items.
func TestMapsCreateNothing(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: object, additionalProperties: "+item+"}", item, "{type: object, additionalProperties: {type: integer}}"), itemSchema, nil)
	if got := s.reasons()["read"]; got != "nothing lists or creates the items of /items" {
		t.Errorf("got %q", got)
	}
	if status, _ := s.do("GET /items/5", ""); status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestConcurrentCalls(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: object, properties: {items: {type: array, items: "+item+"}, total: {type: integer}}}", item, item)+
		"    delete: {operationId: delete, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], responses: {'204': {description: x}}}\n", itemSchema,
		map[string][]json.RawMessage{"/items": nil})
	const callers, each = 8, 20
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for i := range each {
				_, header, _ := s.send("POST /items", `{"name":"a"}`)
				s.do("GET /items", "")
				if i%2 == 0 {
					s.do("DELETE "+header.Get("Location"), "")
				}
			}
		})
	}
	group.Wait()
	var listed struct {
		Items []struct{ ID int }
		Total int
	}
	_, body := s.do("GET /items", "")
	if err := json.Unmarshal([]byte(body), &listed); err != nil || listed.Total != callers*each/2 {
		t.Fatalf("got %d items: %v", listed.Total, err)
	}
	ids := make(map[int]bool)
	for _, item := range listed.Items {
		ids[item.ID] = true
	}
	if len(ids) != listed.Total {
		t.Errorf("got %d different ids of %d items", len(ids), listed.Total)
	}
}

// A server sets fields that are only read, and does not show those that are only written.
func TestFieldsOfOneDirection(t *testing.T) {
	item := "{$ref: '#/components/schemas/Item'}"
	s := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item)+
		"    put: {operationId: put, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], requestBody: {content: {application/json: {schema: "+item+"}}}, responses: {'200': {description: x, content: {application/json: {schema: "+item+"}}}}}\n",
		"    Item: {type: object, properties: {id: {type: integer, readOnly: true}, name: {type: string}, note: {type: string}, state: {type: string, enum: [new], readOnly: true}, secret: {type: string, writeOnly: true}}}\n",
		map[string][]json.RawMessage{"/items": {json.RawMessage(`{"id":1,"name":"a","state":"new"}`)}})
	s.want("POST /items", `{"name":"b","secret":"s"}`, 201, `{"id":2,"name":"b","state":"new"}`)
	s.want("PUT /items/1", `{"name":"c","secret":"s"}`, 200, `{"id":1,"name":"c","state":"new"}`)
	full := newService(t, collectionPaths("{type: array, items: "+item+"}", item, item), "    Item: {type: object, properties: {id: {type: integer}, secret: {type: string, writeOnly: true}}}\n", nil)
	full.want("GET /items/1", "", 200, `{"id":1}`)
}
