package evidence_test

import (
	"slices"
	"testing"
)

// TestSchemas compares small request bodies.
func TestSchemas(t *testing.T) {
	for name, test := range map[string]struct {
		ours, theirs string
		want         []string
	}{
		"composed array": {
			"{type: array, items: {type: string}}", "{allOf: [{items: {type: string}}, {title: T}]}", nil,
		},
		"property of the class itself": {
			"{properties: {A: {type: string}}}", "{properties: {A: {type: string}}, allOf: [{properties: {A: {type: integer}}}]}", nil,
		},
		"property required in one of several classes": {
			"{properties: {A: {}}}", "{properties: {A: {}}, oneOf: [{allOf: [{required: [A]}]}, {}]}", nil,
		},
		"property required by a class": {
			"{properties: {A: {}}}", "{properties: {A: {}}, allOf: [{required: [A]}]}",
			[]string{`observed op request A required: contradicted, "optional", "required"`},
		},
		"alternatives in one of several classes": {
			"{properties: {A: {}}, oneOf: [{anyOf: [{required: [A]}]}, {}]}", "{properties: {A: {}}}", nil,
		},
		"exactly one of two properties": {
			"{properties: {A: {}, B: {}}, oneOf: [{required: [B]}, {required: [A]}]}", "{properties: {A: {}, B: {}}}",
			[]string{`observed op request one of: missing, "A, B", ""`},
		},
		"requirement in a base class": {
			"{properties: {A: {}}, allOf: [{required: [A]}]}", "{properties: {A: {}}, required: [A]}", nil,
		},
		"alternative without requirements": {
			"{properties: {A: {}}, anyOf: [{required: [A]}, {}]}", "{properties: {A: {}}}", nil,
		},
		"any type": {
			"{properties: {A: {}}}", "{properties: {A: {type: string}}}", nil,
		},
		"wider integer": {
			"{type: integer, format: int32}", "{type: integer, format: int64}",
			[]string{`observed op request: contradicted, "integer of the format int32", "integer of the format int64"`},
		},
		"names that differ only in case": {
			"{properties: {id: {type: string}}}", "{properties: {Id: {type: integer}, id: {type: string}}}",
			[]string{`op request Id: new, "", "integer"`},
		},
		"reference without a fragment": {
			"{properties: {A: {type: string}, B: {type: string}}}",
			"{properties: {A: {$ref: /paths/~1a/post/requestBody/content/text~1json/schema/properties/B}, B: {type: string}}}",
			[]string{`observed op request A: missing, "string", "any type"`},
		},
	} {
		body := func(schema string) string {
			return "paths: {/a: {post: {operationId: op, x-evidence: observed, requestBody: {content: {text/json: {schema: " + schema + "}}}}}}"
		}
		if others, _ := confirm(t, read(t, body(test.ours)), read(t, body(test.theirs))); !slices.Equal(others, test.want) {
			t.Errorf("%s: got %q, want %q", name, others, test.want)
		}
	}
}

// TestParameters compares the parameters of small operations.
func TestParameters(t *testing.T) {
	const header = "{name: X-Shop, in: header, schema: {type: array, items: {type: string}}}"
	for name, test := range map[string]struct {
		ours, theirs string // of the path and of the operation
		want         []string
	}{
		"header in another case with another encoding": {
			"{post: {parameters: [" + header + "]", "{post: {parameters: [{name: x-shop, in: header, explode: false, schema: {type: array, items: {type: string}}}]", nil,
		},
		"reference without a target": {"{post: {parameters: []", "{post: {parameters: [{$ref: '#/a'}]", nil},
		"operation overrides its path": {
			"{post: {parameters: [{name: a, in: query, schema: {type: string}}]",
			"{parameters: [{name: a, in: query, schema: {type: integer}}], post: {parameters: [{name: a, in: query, schema: {type: string}}]", nil,
		},
		"header with the name of a query key": {
			"{post: {parameters: []", "{post: {parameters: [{name: key, in: header, schema: {type: string}}]",
			[]string{`op header key: new, "", "string"`},
		},
	} {
		path := func(item string) string {
			return "components: {securitySchemes: {key: {in: query, name: key}}}\npaths: {/a: " + item + ", operationId: op, x-evidence: observed}}}"
		}
		if others, _ := confirm(t, read(t, path(test.ours)), read(t, path(test.theirs))); !slices.Equal(others, test.want) {
			t.Errorf("%s: got %q, want %q", name, others, test.want)
		}
	}
}
