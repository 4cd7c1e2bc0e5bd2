package swagger2

import (
	"strings"
	"testing"
)

func TestConvertReferences(t *testing.T) {
	schema := func(name, ref, definition, want string) conversion {
		return conversion{
			name: name,
			base: `"definitions": {"Holder": {"$ref": "` + ref + `"}, "` + definition + `": {"type": "string"}}`,
			at:   "/components/schemas/Holder/$ref",
			want: `"` + want + `"`,
		}
	}
	escaped := schema("escaped name without special characters", "#/definitions/List%3COrder%3E", "List_Order_", "#/components/schemas/List_Order_")
	escaped.reports = "swagger2-references /definitions/Holder/$ref"
	twice := schema("two names without special characters", "#/definitions/List<Order>", "List_Order_", "#/components/schemas/List_Order_")
	twice.base = strings.Replace(twice.base, "{", `{"Again": {"$ref": "#/definitions/List<Order>"}, `, 1)
	twice.reports = "swagger2-references /definitions/Again/$ref"
	odd := schema("name without special characters", "#/definitions/List<Order>", "List_Order_", "#/components/schemas/List_Order_")
	odd.reports = "swagger2-references /definitions/Holder/$ref"
	runConversions(t, []conversion{
		schema("definition", "#/definitions/Order", "Order", "#/components/schemas/Order"),
		schema("brackets", "#/definitions/ApiResponse[Order]", "ApiResponse[Order]", "#/components/schemas/ApiResponse[Order]"),
		schema("generic of .NET", "#/definitions/Page`1[[Shop.Order, Shop]]", "Page`1[[Shop.Order, Shop]]", "#/components/schemas/Page`1[[Shop.Order, Shop]]"),
		schema("escaped", "#/definitions/Page%601%5BOrder%5D", "Page`1[Order]", "#/components/schemas/Page%601%5BOrder%5D"),
		schema("slash", "#/definitions/A~1B", "A/B", "#/components/schemas/A~1B"),
		odd, escaped, twice,
		schema("dangling", "#/definitions/Missing", "Order", "#/components/schemas/Missing"),
		schema("another document", "common.json#/definitions/Order", "Order", "common.json#/definitions/Order"),
		{name: "inside a schema", base: `"definitions": {"Holder": {"$ref": "#/definitions/Order/properties/Id"}, "Order": {"properties": {"Id": {"type": "string"}}}}`,
			at: "/components/schemas/Holder/$ref", want: `"#/components/schemas/Order/properties/Id"`},
		{name: "everywhere in a schema",
			base: `"definitions": {"A": {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/definitions/A"}}, "$ref": {"type": "string"}}, "additionalProperties": {"$ref": "#/definitions/A"}, "allOf": [{"$ref": "#/definitions/A"}], "x-of": {"$ref": "#/definitions/A"}}}`,
			at:   "/components/schemas/A",
			want: `{"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}, "$ref": {"type": "string"}}, "additionalProperties": {"$ref": "#/components/schemas/A"}, "allOf": [{"$ref": "#/components/schemas/A"}], "x-of": {"$ref": "#/components/schemas/A"}}`},
		{name: "parameter", base: `"parameters": {"Page": {"name": "page", "in": "query", "type": "integer"}}, ` + post(`"parameters": [{"$ref": "#/parameters/Page"}], `+okResponse),
			at: operationPointer + "/parameters", want: `[{"$ref": "#/components/parameters/Page"}]`},
		{name: "missing parameter", base: post(`"parameters": [{"$ref": "#/parameters/Page"}], ` + okResponse),
			at: operationPointer + "/parameters", want: `[{"$ref": "#/components/parameters/Page"}]`},
		{name: "body with an escaped name", base: `"parameters": {"A B": {"name": "a", "in": "body", "schema": {"type": "string"}}}, ` + post(`"parameters": [{"$ref": "#/parameters/A%20B"}], `+okResponse),
			at: operationPointer + "/requestBody", want: `{"content": {"application/json": {"schema": {"type": "string"}}}}`},
		{name: "parameter with a broken escape", base: post(`"parameters": [{"$ref": "#/parameters/100%"}], ` + okResponse),
			at: operationPointer + "/parameters", want: `[{"$ref": "#/components/parameters/100%"}]`},
		{name: "response", base: `"responses": {"Gone": {"description": "Gone"}}, ` + post(`"responses": {"410": {"$ref": "#/responses/Gone"}}`),
			at: operationPointer + "/responses", want: `{"410": {"$ref": "#/components/responses/Gone"}}`},
		{name: "path item", base: `"paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {}}`, at: "/paths/~1a", want: `{"$ref": "#/paths/~1b"}`},
		{name: "into an operation",
			base:     `"definitions": {"A": {"$ref": "#/paths/~1orders~1{id}/post/responses/200/schema"}}, ` + post(`"responses": {"200": {"description": "OK", "schema": {"type": "string"}}}`),
			at:       "/components/schemas/A/$ref",
			want:     `"#/paths/~1orders~1{id}/post/responses/200/schema"`,
			problems: "/definitions/A/$ref"},
		{name: "to a parameter by its index",
			base:     `"definitions": {"A": {"$ref": "#/paths/~1orders~1{id}/post/parameters/0/schema"}}, ` + post(`"parameters": [{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "query", "type": "string"}], `+okResponse),
			at:       "/components/schemas/A/$ref",
			want:     `"#/paths/~1orders~1{id}/post/parameters/0/schema"`,
			problems: "/definitions/A/$ref"},
		{name: "cycle of parameters", base: `"parameters": {"A": {"$ref": "#/parameters/B"}, "B": {"$ref": "#/parameters/A"}}`,
			at: "/components/parameters", want: `{"A": {"$ref": "#/components/parameters/B"}, "B": {"$ref": "#/components/parameters/A"}}`},
	})
}
