package codegen

import (
	"strings"
	"testing"
)

func TestResultOfUndescribedResponses(t *testing.T) {
	const response, none = "(*http.Response, error)", "error"
	for _, test := range []struct{ method, responses, want string }{
		{"get", `"200":{"description":""}`, response},
		{"get", `"200":{"description":"","content":{}},"404":{"description":""}`, response},
		{"get", `"2XX":{"description":""}`, response},
		{"get", `"200":{"description":""},"206":{"description":""}`, response},
		{"get", `"200":{"description":""},"204":{"description":""}`, response},
		{"get", `"404":{"description":""}`, response},
		{"get", `"default":{"description":""}`, response},
		{"get", `"204":{"description":""}`, none},
		{"get", `"204":{"description":""},"205":{"description":""}`, none},
		{"get", `"200":{"description":"","content":{"application/json":{"schema":{"type":"string"}}}},"202":{"description":""}`, "(string, error)"},
		{"head", `"200":{"description":""}`, none},
		{"post", `"200":{"description":""}`, none},
		{"put", `"201":{"description":""}`, none},
		{"delete", `"default":{"description":""}`, none},
	} {
		code := codeOf(t, `"schemas":{}`, `"/a":{"`+test.method+`":{"operationId":"a","responses":{`+test.responses+`}}}`)
		if !strings.Contains(code, "func (c *Client) A(ctx context.Context, options ...call.Option) "+test.want+" {") {
			t.Errorf("%s with %s is not %s", test.method, test.responses, test.want)
		}
	}
}

func TestResultsThatMayBeNull(t *testing.T) {
	const order = `"Order":{"type":"object","properties":{"no":{"type":"string"}}}`
	for _, test := range []struct {
		schema, extension string
		want              bool
	}{
		{`{"$ref":"#/components/schemas/Order"}`, "", false},
		{`{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Order"}]}`, "", true},
		{`{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Order"}]}`, `"x-may-be-empty":false,`, false},
		{`{"nullable":true,"type":"array","items":{"type":"string"}}`, "", false}, // null is an empty list
	} {
		code := codeOf(t, `"schemas":{`+order+`}`, `"/a":{"get":{"operationId":"a",`+test.extension+`"responses":{"200":{"description":"","content":{"application/json":{"schema":`+test.schema+`}}}}}}`)
		if strings.Contains(code, "MayBeEmpty: true") != test.want {
			t.Errorf("%s %s: MayBeEmpty is not %t", test.schema, test.extension, test.want)
		}
	}
}

func TestMarksOfContainersAndUnionsReachTheCodec(t *testing.T) {
	code := codeOf(t, `"schemas":{"A":{"type":"object","properties":{
		"map":{"type":"object","additionalProperties":{},"readOnly":true,"nullable":true},
		"list":{"type":"array","items":{"type":"string"},"writeOnly":true},
		"union":{"anyOf":[{"type":"number","nullable":true},{"type":"string"}]}}}}`,
		`"/a":{"put":{"operationId":"a","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},"responses":{"204":{"description":""}}}}`)
	for _, want := range []string{`"map,omitzero" wire:"null,readOnly"`, `"list,omitzero" wire:"writeOnly"`, `"union,omitempty" wire:"null"`} {
		if !strings.Contains(code, want) {
			t.Errorf("no field is tagged %s", want)
		}
	}
}
