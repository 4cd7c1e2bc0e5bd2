package codegen

import (
	"strings"
	"testing"
)

func TestGeneratedComments(t *testing.T) {
	long := "The id of the buyer. " + strings.Repeat("Każde zamówienie ma kupującego. ", 4)
	code := codeOf(t, `"schemas": {
		"Order": {"type": "object", "description": "An order.", "properties": {
			"BuyerId": {"type": "integer", "description": "`+long+`"},
			"IsPaid": {"type": "boolean", "description": "Whether it is paid.", "deprecated": true},
			"Note": {"type": "string", "description": "Notatka\n\n- a\n- b"},
			"Empty": {"type": "string", "description": "…"},
			"Lines": {"type": "array", "items": {"type": "object", "properties": {"Sku": {"type": "string"}}}}}},
		"Shop.Buyer": {"type": "object", "properties": {"Id": {"type": "integer"}}},
		"Status": {"type": "string", "enum": ["new"]}}`,
		`"/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Get an order", "description": "Returns it.", "deprecated": true,
			"x-evidence": "documented", "x-evidence-source": "https://example.test/docs",
			"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}, {"name": "full", "in": "query", "description": "Czy wszystko", "schema": {"type": "boolean"}}],
			"responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}}},
		"put": {"operationId": "putOrder", "summary": "Zapisz zamówienie", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
			"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}, "responses": {"204": {"description": ""}}}}`)
	for _, want := range []string{
		"// Order is an order.\ntype Order struct",
		"\t// BuyerID is the id of the buyer. Każde zamówienie ma kupującego. Każde zamówienie ma\n\t// kupującego. Każde zamówienie ma kupującego. Każde",
		"\t// IsPaid reports whether it is paid.\n\t//\n\t// Deprecated: the spec marks it as deprecated.\n",
		"\t// Note: Notatka\n\t//\n\t// - a\n\t// - b\n",
		"// OrderLinesItem is an inline schema of the spec.\n",
		"// Buyer is the schema Shop.Buyer of the spec.\n",
		"// Status is a schema of the spec.\n",
		"// The values of Status.\nconst",
		"// GetOrderParams contains the parameters of GetOrder.\n",
		"\t// Full: Czy wszystko.\n",
		"// GetOrder is [Client.GetOrder] with the raw response.\n//\n// Deprecated: the spec marks it as deprecated.\nfunc (c *RawClient) GetOrder(",
		"// GetOrder gets an order.\n//\n// Returns it.\n//\n// It calls GET /orders/{id}. Evidence: documented, https://example.test/docs\n//\n// Deprecated: the spec marks it as deprecated.\nfunc (c *Client) GetOrder(",
		"// PutOrder calls PUT /orders/{id}.\n//\n// Zapisz zamówienie\nfunc (c *Client) PutOrder(",
		"// PutOrderWithBody is PutOrder with a body of any type.\nfunc (c *Client) PutOrderWithBody(",
		"// NewPutOrderRequestWithBody returns a request of PutOrderWithBody, for a server such as https://host.\n",
	} {
		if !strings.Contains(code, want) {
			t.Errorf("%q is missing in\n%s", want, code[:min(len(code), 4000)])
		}
	}
	for _, unwanted := range []string{"defines model", "operationId)", "deepmap", "Empty:", "// queryValues", "no `x-deprecated-reason`"} {
		if strings.Contains(code, unwanted) {
			t.Errorf("the code contains %q", unwanted)
		}
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"short":                        "short",
		"one two three four":           "one two\nthree four",
		"one two three\nfour\n\nfive":  "one two\nthree four\n\nfive",
		"averyveryverylongword a":      "averyveryverylongword\na",
		"a averyveryverylongword":      "a\naveryveryverylongword",
		"zażółć gęślą":                 "zażółć\ngęślą",
		"0 = a\n1 = b":                 "0 = a\n1 = b",
		"- a list item that is long":   "- a list item that is long",
		"```\ncode that is long\n```":  "```\ncode that is long\n```",
		"one two three four\n- item":   "one two\nthree four\n- item",
		"one two three four\n\n  code": "one two\nthree four\n\n  code",
	} {
		if got := wrap(text, 10); got != want {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}
