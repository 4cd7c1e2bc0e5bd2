package normalize

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// normalized returns the result of all rules for a spec.
func normalized(t *testing.T, input string) tree.Object {
	t.Helper()
	output, _ := apply(t, Normalize, input)
	return asTree(t, output).(tree.Object)
}

func pathsOf(t *testing.T, document tree.Object) string {
	t.Helper()
	return strings.Join(slices.Sorted(maps.Keys(tree.ObjectAt(document, "paths"))), " ")
}

// styles are specs as ASP.NET tools write them, each with its typical traits.
var styles = map[string]string{
	"Swashbuckle 5": `{
		"openapi": "3.0.1", "info": {"title": "Shop", "version": "v1"},
		"paths": {"/api/Orders/{id}": {
			"get": {"tags": ["Orders"], "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "format": "int32"}}],
				"responses": {"200": {"description": "Success", "content": {
					"text/plain": {"schema": {"$ref": "#/components/schemas/OrderPage"}}, "application/json": {"schema": {"$ref": "#/components/schemas/OrderPage"}}, "text/json": {"schema": {"$ref": "#/components/schemas/OrderPage"}}}}}},
			"put": {"tags": ["Orders"], "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "format": "int32"}}],
				"requestBody": {"content": {"application/json-patch+json": {"schema": {"$ref": "#/components/schemas/Order"}}, "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}, "application/*+json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
				"responses": {"200": {"description": "Success"}}}}},
		"components": {
			"schemas": {
				"Order": {"type": "object", "properties": {"id": {"type": "integer", "format": "int32"}, "note": {"type": "string", "nullable": true, "example": 5}, "status": {"allOf": [{"$ref": "#/components/schemas/Status"}], "description": "d"}}, "additionalProperties": false},
				"Status": {"enum": [0, 1, 2], "type": "integer", "format": "int32"},
				"OrderPage": {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}, "nullable": true}}, "additionalProperties": false}},
			"securitySchemes": {"Bearer": {"type": "apiKey", "description": "JWT", "name": "Authorization", "in": "header"}}},
		"security": [{"Bearer": []}]}`,
	"Swashbuckle 6": `{
		"openapi": "3.0.4", "info": {"title": "Shop | v1", "version": "1.0"}, "servers": [{"url": "/shop"}],
		"paths": {"/upload": {"post": {"tags": ["Files"], "requestBody": {"content": {"multipart/form-data": {
			"schema": {"type": "object", "properties": {"title": {"type": "string"}, "file": {"type": "string", "format": "binary"}}}, "encoding": {"title": {"style": "form"}, "file": {"style": "form"}}}}},
			"responses": {"200": {"description": "OK"}}}},
			"/pages": {"get": {"parameters": [{"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object", "additionalProperties": {"type": "string"}}}],
				"responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PagedResult` + "`" + `1[[Acme.Order, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]"}}}}}}}},
		"components": {"schemas": {
			"PagedResult` + "`" + `1[[Acme.Order, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]": {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Acme.Order"}}}},
			"Acme.Order": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/Acme.Order"}}}}}}`,
	"NSwag": `{
		"x-generator": "NSwag v13.20.0.0 (NJsonSchema v10.9.0.0 (Newtonsoft.Json v13.0.0.0))", "openapi": "3.0.0", "info": {"title": "Shop", "version": "1.0.0"}, "servers": [{"url": "https://localhost:5001"}],
		"paths": {"/api/orders": {"post": {"tags": ["Orders"], "operationId": "Orders_Post", "requestBody": {"x-name": "order", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}, "required": true, "x-position": 1},
			"responses": {"200": {"description": "", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}}}},
		"components": {"schemas": {
			"Order": {"type": "object", "additionalProperties": false, "properties": {"status": {"$ref": "#/components/schemas/Status"}, "shop": {"nullable": true, "oneOf": [{"$ref": "#/components/schemas/Shop"}]}}},
			"Shop": {"allOf": [{"$ref": "#/components/schemas/Order"}, {"type": "object", "additionalProperties": false, "properties": {"price": {"type": "number", "format": "decimal"}}}]},
			"Status": {"type": "integer", "description": "0 = New\r\n1 = Paid", "x-enumNames": ["New", "Paid"], "enum": [0, 1]}},
			"securitySchemes": {"JWT": {"type": "apiKey", "name": "Authorization", "in": "header", "description": "d"}}},
		"security": [{"JWT": []}]}`,
	".NET 10": `{
		"openapi": "3.1.1", "info": {"title": "Shop | v1", "version": "1.0.0"}, "servers": [{"url": "http://localhost:5000/"}],
		"paths": {"/orders/{id}": {"get": {"tags": ["Shop"], "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"pattern": "^-?(?:0|[1-9]\\d*)$", "type": ["integer", "string"], "format": "int32"}}],
			"responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Order"}]}}}}}}}},
		"components": {"schemas": {"Order": {"required": ["lines"], "type": "object", "properties": {
			"lines": {"type": ["null", "array"], "items": {"type": "object", "properties": {"parent": {"$ref": "#/components/schemas/Order/properties/lines/items"}}}},
			"price": {"pattern": "^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?$", "type": ["number", "string"], "format": "double"}, "any": {}}}}},
		"tags": [{"name": "Shop"}]}`,
}

func TestNormalizeStyles(t *testing.T) {
	for name, input := range styles {
		t.Run(name, func(t *testing.T) {
			document := normalized(t, input) // a second run gives the same result
			loaded, err := openapi3.NewLoader().LoadFromData([]byte(asJSON(t, document)))
			if err == nil {
				err = loaded.Validate(t.Context(), openapi3.EnableExamplesValidation())
			}
			if err != nil {
				t.Errorf("%v in\n%s", err, asJSON(t, document))
			}
			if document["openapi"] != version {
				t.Errorf("got version %v", document["openapi"])
			}
		})
	}
}

// TestTraitsOfStylesSurvive lists what must not get lost.
func TestTraitsOfStylesSurvive(t *testing.T) {
	for _, test := range []struct{ style, pointer, want string }{
		{"Swashbuckle 5", "/paths/~1api~1Orders~1{id}/get/operationId", `"getOrdersById"`},
		{"Swashbuckle 5", "/paths/~1api~1Orders~1{id}/get/responses/200/content", `{"application/json": {"schema": {"$ref": "#/components/schemas/OrderPage"}}}`},
		{"Swashbuckle 5", "/paths/~1api~1Orders~1{id}/put/requestBody/content", `{"application/json": {"schema": {"$ref": "#/components/schemas/Order"}, "x-other-media-types": ["application/*+json", "application/json-patch+json"]}}`},
		{"Swashbuckle 5", "/components/schemas/Order/properties/note", `{"type": "string", "nullable": true}`},
		{"Swashbuckle 5", "/security", `[{"Bearer": []}]`},
		{"Swashbuckle 6", "/servers", `[{"url": "/"}]`},
		{"Swashbuckle 6", "/paths/~1shop~1upload/post/requestBody/content/multipart~1form-data/encoding", `{"title": {"style": "form"}, "file": {"style": "form"}}`},
		{"Swashbuckle 6", "/paths/~1shop~1pages/get/parameters/0/explode", `true`},
		{"Swashbuckle 6", "/components/schemas/PagedResultOfOrder/properties/items/items", `{"$ref": "#/components/schemas/Acme.Order"}`},
		{"NSwag", "/paths/~1api~1orders/post/operationId", `"Orders_Post"`},
		{"NSwag", "/components/schemas/Status/description", `"0 = New\n1 = Paid"`},
		{".NET 10", "/components/schemas/OrderLinesItem/properties/parent", `{"$ref": "#/components/schemas/OrderLinesItem"}`},
		{".NET 10", "/components/schemas/Order/properties/lines/items", `{"$ref": "#/components/schemas/OrderLinesItem"}`},
		{".NET 10", "/components/schemas/Order/properties/lines/nullable", `true`},
	} {
		got, _ := tree.Lookup(normalized(t, styles[test.style]), test.pointer)
		if !reflect.DeepEqual(got, asTree(t, test.want)) {
			t.Errorf("%s: %s: got %s", test.style, test.pointer, asJSON(t, got))
		}
	}
}

func TestNormalizeKeepsNormalSpec(t *testing.T) {
	const input = `{
		"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "servers": [{"url": "https://api.example.com"}], "tags": [{"name": "orders"}],
		"paths": {"/orders/{id}": {"get": {"operationId": "getOrder", "summary": "One order", "tags": ["orders"], "security": [],
			"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "format": "int64"}}, {"name": "ids", "in": "query", "style": "form", "explode": true, "schema": {"type": "array", "items": {"type": "integer"}}}],
			"responses": {"200": {"description": "OK", "headers": {"X-Page": {"schema": {"type": "integer"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}, "204": {"description": "None"}}}}},
		"components": {"schemas": {"Order": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "example": 1}, "state": {"type": "string", "enum": ["new", "paid"]}, "parent": {"$ref": "#/components/schemas/Order"}}}},
			"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
		"security": [{"token": []}]}`
	testDocuments(t, Normalize, []documentTest{{"normal", input, "", ""}})
}

// TestAllChangesAreReported runs on random specs, with anything anywhere: every change is
// reported, and a second run changes nothing.
func TestAllChangesAreReported(t *testing.T) {
	for seed := range uint64(600) {
		random := rand.New(rand.NewPCG(seed, 1))
		document := randomObject(random, 6)
		document["openapi"] = "3.0.3"
		for _, fix := range rules {
			before := tree.Clone(document)
			var report tree.Report
			fix(document, &report)
			if same := reflect.DeepEqual(before, any(document)); same != (len(report.Changes) == 0) {
				t.Fatalf("seed %d: got report %+v, and\n%s\nbecame\n%s", seed, report.Changes, asJSON(t, before), asJSON(t, document))
			}
			mustStay(t, seed, fix, document)
		}
		mustStay(t, seed, Normalize, document)
	}
}

// mustStay fails if a rule still changes something.
func mustStay(t *testing.T, seed uint64, fix rule, document tree.Object) {
	t.Helper()
	before := tree.Clone(document)
	var report tree.Report
	if fix(document, &report); len(report.Changes) > 0 || !reflect.DeepEqual(before, any(document)) {
		t.Fatalf("seed %d: the second run changes %+v in\n%s", seed, report.Changes, asJSON(t, before))
	}
}

// words are the keys and most strings of a random spec.
var words = strings.Fields(`paths components schemas parameters responses requestBodies headers /a/{b} /a/{c} a?x get post 200 4xx default content
	application/json text/json */* multipart/form-data schema type properties items allOf anyOf $ref $defs name in path query required explode style
	security securitySchemes servers url tags operationId requestBody description title example enum nullable x-a x-go-type discriminator mapping
	propertyName info version object array string integer A B QUERY additionalOperations x-oai-additionalOperations itemSchema text/event-stream
	querystring $anchor $dynamicRef $self format int32 byte /c/{**b} #/components/schemas/# #/properties/A #/$defs/A #A` + "\x00" + ` #/components/schemas/A #/components/schemas/A/properties/B #/components/parameters/A #/paths/~1a~1{b}/get`)

func randomObject(random *rand.Rand, depth int) tree.Object {
	object := tree.Object{}
	for range random.IntN(5) {
		name := words[random.IntN(len(words))]
		object[name] = randomValue(random, depth-1, name)
	}
	if depth == 6 { // otherwise most would be empty
		for _, name := range []string{"paths", "components"} {
			object[name] = randomObject(random, depth-1)
		}
		object["paths"].(tree.Object)["/a/{b}"] = tree.Object{"get": randomOperation(random)}
		object["components"].(tree.Object)["schemas"] = tree.Object{"A": randomObject(random, 3), "B": randomValue(random, 3, "")}
	}
	return object
}

func randomOperation(random *rand.Rand) tree.Object {
	operation := randomObject(random, 4)
	for _, name := range []string{"parameters", "responses", "requestBody", "security"} {
		if random.IntN(2) == 0 {
			operation[name] = randomValue(random, 4, name)
		}
	}
	return operation
}

func randomValue(random *rand.Rand, depth int, name string) any {
	kind := random.IntN(10)
	switch {
	case name == "$ref" && kind < 8:
		return words[len(words)-1-random.IntN(4)]
	case kind == 0:
		return nil
	case kind == 1:
		return random.IntN(2) == 0
	case kind == 2:
		return json.Number("1")
	case kind < 5 || depth <= 0:
		return words[random.IntN(len(words))]
	case kind == 5:
		list := []any{}
		for range random.IntN(3) {
			list = append(list, randomValue(random, depth-1, ""))
		}
		return list
	}
	return randomObject(random, depth)
}

// Shared path items are fixed after inlining, like any other.
func TestSharedPathItemsAreFixed(t *testing.T) {
	document := normalized(t, `{"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/components/pathItems/I"}},
		"components": {"pathItems": {"I": {"parameters": [1], "get": {"parameters": ["p"], "tags": "t"}, "put": 1}}}}`)
	want := asTree(t, `{"/a": {"get": {"operationId": "getA", "responses": {"default": {"description": "Any response."}}}}}`)
	if paths := tree.ObjectAt(document, "paths"); !reflect.DeepEqual(paths, want) {
		t.Errorf("got %s", asJSON(t, paths))
	}
}

// These schemas once took two runs, because a rule revealed their content after the rule that
// fixes it.
func TestNormalizeTakesOneRun(t *testing.T) {
	testSchemas(t, fixTypes, "", []schemaTest{
		{"an invalid part next to the only one", `{"allOf": [{"type": "object"}, "odd"]}`, `{"type": "object"}`, "allOf/1 allOf"},
	})
	testSchemas(t, convertJSONSchema, "", []schemaTest{
		{"a list of schemas for elements", `{"type": "array", "items": [{"const": 1}]}`, `{"type": "array", "items": {"enum": [1]}}`, "items items/const"},
		{"an invalid choice next to the only one", `{"anyOf": ["odd", {"type": "string"}]}`, `{"type": "string"}`, "anyOf/0 anyOf"},
	})
}
