package evidence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestSpecConfirmsItself(t *testing.T) {
	document := ours(t)
	if others, confirmed := confirm(t, document, document); len(others) > 0 || confirmed < 80 {
		t.Errorf("%d details confirmed; others: %q", confirmed, others)
	}
}

// TestComparesAllEvidence finds evidence by its key alone, so that the comparison cannot miss any.
func TestComparesAllEvidence(t *testing.T) {
	document := ours(t)
	evidenceOf := map[string][]string{}
	for _, finding := range evidence.Confirm(document, document) {
		evidenceOf[finding.OursPointer] = append(evidenceOf[finding.OursPointer], finding.Evidence)
	}
	count := 0
	var visit func(pointer string, value any)
	visit = func(pointer string, value any) {
		object, _ := value.(tree.Object)
		if kind, ok := object["x-evidence"]; ok {
			count++
			found := evidenceOf[pointer]
			if _, ok := object["content"]; ok { // a response: its body is compared
				found = evidenceOf[pointer+"/content/application~1json/schema"]
			}
			if !slices.Contains(found, tree.String(kind)) {
				t.Errorf("%s: evidence is %s, compared as %q", pointer, kind, found)
			}
		}
		for name, value := range tree.Fields(object) {
			visit(tree.Join(pointer, name), value)
		}
		if list, ok := value.([]any); ok {
			for i, element := range list {
				visit(tree.Join(pointer, fmt.Sprint(i)), element)
			}
		}
	}
	visit("", document)
	if count < 55 {
		t.Errorf("only %d locations", count)
	}
}

const (
	orders     = "/paths/~1{organizationName}~1orders"
	listOrders = orders + "/get/responses/2XX/content/application~1json/schema"
	schemas    = "/components/schemas/"
)

// TestVendorChanges edits a copy of our spec and compares it as the vendor's.
func TestVendorChanges(t *testing.T) {
	for name, test := range map[string]struct {
		edits []edit
		want  []string
	}{
		"renamed path parameter, other case, other prose": {
			[]edit{
				move(orders, "/paths/~1{org}~1Orders~1"),
				set("/paths/~1{org}~1Orders~1/parameters/0", "{name: org, in: path, required: true, schema: {type: string}}"),
				set("/info/title", "The vendor's"), remove("/paths/~1me/get/summary"),
			},
			nil,
		},
		"envelope": {
			[]edit{set(listOrders, "{type: object, properties: {Data: {type: array, items: {$ref: '#/components/schemas/Order'}}, Total: {type: integer}}}")},
			[]string{
				`inferred listOrders response: contradicted, "array of object", "2XX: object, with the array in Data"`,
				`listOrders response Total: new, "", "integer"`,
			},
		},
		"envelope with other elements": {
			[]edit{set(listOrders, "{properties: {Data: {items: {properties: {Id: {type: string}}}}}}")},
			[]string{
				`documented listOrders response [].Items: missing, "array of object", ""`,
				`inferred listOrders response [].Id: contradicted, "integer of the format int64", "string"`,
				`inferred listOrders response: contradicted, "array of object", "2XX: object, with the array in Data"`,
			},
		},
		"object with two arrays": {
			[]edit{set(listOrders, "{properties: {A: {items: {}}, B: {items: {}}}}")},
			[]string{`inferred listOrders response: contradicted, "array of object", "2XX: object"`},
		},
		"array instead of an object": {
			[]edit{set("/paths/~1me/get/responses/2XX/content/application~1json/schema", "{type: array, items: {$ref: '#/components/schemas/Me'}}")},
			[]string{`documented getMe response: contradicted, "object", "2XX: array of object"`},
		},
		"property in another case": {
			[]edit{move(schemas+"Status/properties/Id", schemas+"Status/properties/id")},
			[]string{`inferred listStatuses response [].Id: contradicted, "Id: integer of the format int64", "id: integer of the format int64"`},
		},
		"property of another type": {
			[]edit{set(schemas+"Status/properties/Id/type", "string"), remove(schemas + "Status/properties/Id/format")},
			[]string{`inferred listStatuses response [].Id: contradicted, "integer of the format int64", "string"`},
		},
		"array of another type": {
			[]edit{set(schemas+"Me/properties/Organizations/items", "{type: string}")},
			[]string{`documented getMe response Organizations: contradicted, "array of object", "array of string"`},
		},
		"property of another format": {
			[]edit{set(schemas+"CreateOrder/properties/PurchaseDate/format", "date-time")},
			[]string{`documented createOrder request PurchaseDate: contradicted, "string of the format date", "string of the format date-time"`},
		},
		"narrower integer, format where ours has none, no format": {
			[]edit{
				set(schemas+"Order/properties/Id/format", "int32"), set(schemas+"CreateOrderItem/properties/Quantity/format", "double"),
				remove(schemas + "Status/properties/Id/format"),
			},
			nil,
		},
		"property of any type": {
			[]edit{set(schemas+"Order/properties/Items", "{}")},
			[]string{`documented listOrders response [].Items: missing, "array of object", "any type"`},
		},
		"property in another object": {
			[]edit{move(schemas+"OrderItem/properties/OrderItemArticles", schemas+"Order/properties/OrderItemArticles")},
			[]string{
				`inferred listOrders response [].Items[].OrderItemArticles: missing, "array of object", ""`,
				`listOrders response [].OrderItemArticles: new, "", "array of object"`,
			},
		},
		"properties in a base class": {
			[]edit{
				move(schemas+"Order", schemas+"Base"),
				set(schemas+"Order", "{allOf: [{$ref: '#/components/schemas/Base'}, {properties: {Total: {type: number, format: double}}}]}"),
			},
			[]string{`listOrders response [].Total: new, "", "number of the format double"`},
		},
		"properties in one of two classes, and required there": {
			[]edit{
				move(schemas+"CreateIntegration", schemas+"Base"),
				set(schemas+"CreateIntegration", "{type: object, required: [Name, IntegrationType], oneOf: [{$ref: '#/components/schemas/Base'}, {required: [IsActive]}]}"),
			},
			nil,
		},
		"new properties": {
			[]edit{
				set(schemas+"OrderItemArticle/properties", "{Ean: {type: string, nullable: true}, Stock: {properties: {A: {}}}}"),
				set(schemas+"ParameterDefinition/required", "[Name]"), set(schemas+"ParameterDefinition/properties", "{Name: {type: string}}"),
			},
			[]string{
				`createParameter request Name: new, "", "string, required"`,
				`listOrders response [].Items[].OrderItemArticles[].Ean: new, "", "string, nullable"`,
				`listOrders response [].Items[].OrderItemArticles[].Stock: new, "", "object"`,
			},
		},
		"optional instead of required": {
			[]edit{set(schemas+"CreateIntegration/required", "[Name]"), remove(schemas + "Translation/required")},
			[]string{
				`documented createIntegration request IntegrationType required: contradicted, "required", "optional"`,
				`observed listTranslations response [].LanguageId required: contradicted, "required", "optional"`,
				`observed setTranslation request LanguageId required: contradicted, "required", "optional"`,
			},
		},
		"required instead of optional": {
			[]edit{set(schemas+"CreateIntegration/required", "[Name, IntegrationType, IsActive]"), set(schemas+"Me/required", "[Id]")},
			[]string{`documented createIntegration request IsActive required: contradicted, "optional", "required"`},
		},
		"no null": {
			[]edit{remove(schemas + "Translation/properties/Name/nullable")},
			[]string{
				`inferred listTranslations response [].Name null: contradicted, "may be null", "not null"`,
				`inferred setTranslation request Name null: contradicted, "may be null", "not null"`,
			},
		},
		"null where ours has no null": {
			[]edit{set(schemas+"Me/properties/Name/nullable", "true")},
			nil,
		},
		"alternatives not described": {
			[]edit{remove(schemas + "CreateOrderItem/anyOf")},
			[]string{`documented createOrder request Items[] one of: missing, "PriceGross, PriceNet", ""`},
		},
		"other alternatives": {
			[]edit{set(schemas+"CreateOrderItem/anyOf", "[{required: [PriceNet, Currency]}, {required: [PriceGross]}]")},
			[]string{`documented createOrder request Items[] one of: contradicted, "PriceGross, PriceNet", "Currency with PriceNet, PriceGross"`},
		},
		"alternatives in another order": {
			[]edit{set(schemas+"CreateOrderItem/anyOf", "[{required: [PriceNet]}, {required: [PriceGross]}]")},
			nil,
		},
		"other encoding of an array": {
			[]edit{set(orders+"/get/parameters/0/explode", "false"), remove(orders + "/get/parameters/1/explode"), remove(orders + "/get/parameters/1/style")},
			[]string{`inferred listOrders query statusidin encoding: contradicted, "a key for each element", "one key, separated by commas"`},
		},
		"other style of an array": {
			[]edit{set(orders+"/get/parameters/1/style", "pipeDelimited")},
			[]string{`inferred listOrders query statusnamein encoding: contradicted, "a key for each element", "pipeDelimited"`},
		},
		"one value instead of an array": {
			[]edit{set(orders+"/get/parameters/0/schema", "{type: string}"), set(orders+"/get/parameters/0/explode", "false")},
			[]string{`documented listOrders query statusidin: contradicted, "array of integer of the format int64", "string"`},
		},
		"array of other values": {
			[]edit{set(orders+"/get/parameters/0/schema/items", "{type: string}")},
			[]string{`documented listOrders query statusidin: contradicted, "array of integer of the format int64", "array of string"`},
		},
		"parameter in another case": {
			[]edit{set(orders+"/get/parameters/0/name", "StatusIdIn")},
			[]string{`documented listOrders query statusidin: contradicted, "statusidin: array of integer of the format int64", "StatusIdIn: array of integer of the format int64"`},
		},
		"other parameters": {
			[]edit{set(orders+"/get/parameters", "[{name: page, in: query, required: true, schema: {type: integer, format: int32}}, {name: X-Shop, in: header, content: {application/json: {schema: {type: string}}}}]")},
			[]string{
				`documented listOrders query statusidin: missing, "array of integer of the format int64", ""`,
				`documented listOrders query statusnamein: missing, "array of string", ""`,
				`listOrders header X-Shop: new, "", "string"`,
				`listOrders query page: new, "", "integer of the format int32, required"`,
			},
		},
		"parameter required": {
			[]edit{set(orders+"/get/parameters/0/required", "true")},
			[]string{`documented listOrders query statusidin required: contradicted, "optional", "required"`},
		},
		"tokens as parameters": {
			[]edit{set("/paths/~1me/get/parameters", "[{name: X-ID-Token, in: header, schema: {type: string}}, {name: Authorization, in: header, schema: {type: string}}, {name: x-id-token, in: query, schema: {type: string}}]")},
			[]string{`getMe query x-id-token: new, "", "string"`},
		},
		"path parameters by position": {
			[]edit{
				move("/paths/~1{organizationName}~1integrations~1{id}~1categories~1{categoryId}~1parameters", "/paths/~1{a}~1integrations~1{b}~1categories~1{id}~1parameters"),
				set("/paths/~1{a}~1integrations~1{b}~1categories~1{id}~1parameters/parameters", "[{name: id, in: path, schema: {type: string}}, {name: a, in: path, schema: {type: string}}, {name: b, in: path, schema: {type: integer}}]"),
			},
			[]string{`documented createParameter path categoryId: contradicted, "integer of the format int64", "string"`},
		},
		"operation without a response body": {
			[]edit{move(orders+"/post/responses/2XX", orders+"/post/responses/201"), set(orders+"/post/responses/201", "{description: Created}")},
			[]string{`inferred createOrder response: missing, "object", "201: no body"`},
		},
		"operation without a success response": {
			[]edit{remove(orders + "/post/responses/2XX"), set(orders+"/post/responses/default", "{description: Any}")},
			[]string{`inferred createOrder response: missing, "object", "default: no body"`},
		},
		"responses of several statuses": {
			[]edit{
				set(orders+"/post/responses", "{'200': {description: No body}, '202': {content: {application/json: {schema: {properties: {Id: {type: string}}}}}}, '203': {content: {application/json: {}}}, '400': {description: Wrong}, '401': {description: Who}, x-a: {}}"),
			},
			[]string{`inferred createOrder response Id: contradicted, "integer of the format int64", "string"`},
		},
		"response with a body where ours has none": {
			[]edit{set("/paths/~1{organizationName}~1articles~1{id}~1translations/put/responses/2XX/content", "{application/json: {schema: {type: object}}}")},
			[]string{`inferred setTranslation response: contradicted, "no body", "2XX: object"`},
		},
		"other media type": {
			[]edit{move("/paths/~1me/get/responses/2XX/content/application~1json", "/paths/~1me/get/responses/2XX/content/application~1xml")},
			[]string{`documented getMe response: contradicted, "object", "2XX: application/xml"`},
		},
		"responses without a body": {
			[]edit{set(orders+"/post/responses", "{'200': {description: A}, '201': {description: B}, '400': {}}")},
			[]string{`inferred createOrder response: missing, "object", "200: no body"`},
		},
		"only failures, where ours has no body": {
			[]edit{set("/paths/~1{organizationName}~1articles~1{id}~1translations/put/responses", "{'400': {description: Wrong}}")},
			[]string{`inferred setTranslation response: missing, "no body", ""`},
		},
		"media types that are JSON": {
			[]edit{
				move("/paths/~1me/get/responses/2XX/content/application~1json", "/paths/~1me/get/responses/2XX/content/application~1vnd.shop+json; v=1"),
				set("/paths/~1me/get/responses/2XX/content/application~1xml", "{}"),
				set(orders+"/post/requestBody/content/text~1json", "{schema: {type: string}}"),
			},
			nil,
		},
		"no failures": {
			[]edit{remove("/paths/~1me/get/responses/default"), set("/paths/~1me/get/responses/x-a", "{}")},
			[]string{`inferred getMe response default: missing, "default", ""`},
		},
		"no request body": {
			[]edit{remove(orders + "/post/requestBody")},
			[]string{`documented createOrder request: missing, "object", ""`},
		},
		"request body where ours has none": {
			[]edit{set("/paths/~1me/get/requestBody", "{content: {application/json: {schema: {type: object}}}}")},
			[]string{`getMe request: new, "", "object"`},
		},
		"no operation": {
			[]edit{remove("/paths/~1me")},
			[]string{`documented getMe operation: missing, "GET /me", ""`},
		},
		"other method": {
			[]edit{move("/paths/~1me/get", "/paths/~1me/post")},
			[]string{`documented getMe operation: missing, "GET /me", "only POST"`, `getMe operation: new, "", "POST /me"`},
		},
		"more operations": {
			[]edit{set("/paths/~1users", "{get: {operationId: listUsers}, head: {operationId: countUsers}}")},
			[]string{`countUsers operation: new, "", "HEAD /users"`, `listUsers operation: new, "", "GET /users"`},
		},
		"references without a target": {
			[]edit{
				set(schemas+"Status", "{$ref: '#/components/schemas/Status'}"), set(orders+"/post/requestBody", "{$ref: 'other.json#/a'}"),
				set(schemas+"Me/properties/Name", "{$ref: '#/components/schemas/Nothing'}"),
			},
			[]string{
				`documented createOrder request: missing, "object", ""`,
				`documented getMe response Name: missing, "string", "any type"`,
				`inferred listStatuses response: missing, "array of object", "2XX: array of any type"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			theirs := ours(t)
			for _, edit := range test.edits {
				edit(theirs)
			}
			others, confirmed := confirm(t, ours(t), theirs)
			if !slices.Equal(others, test.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(others, "\n"), strings.Join(test.want, "\n"))
			}
			if confirmed < 60 {
				t.Errorf("only %d details confirmed", confirmed)
			}
		})
	}
}
