package codegen

import (
	"strings"
	"testing"
)

func TestSequencesOfJSONValues(t *testing.T) {
	const schemas = `"schemas":{"Order":{"type":"object","properties":{"Id":{"type":"integer"}}},"Orders":{"type":"array","items":{"$ref":"#/components/schemas/Order"}}}`
	for _, test := range []struct{ mediaType, schema, element string }{
		{"application/jsonl", `{"$ref":"#/components/schemas/Order"}`, "Order"},
		{"application/x-ndjson", `{"type":"array","items":{"$ref":"#/components/schemas/Order"}}`, "Order"},
		{"application/json-seq", `{"$ref":"#/components/schemas/Orders"}`, "Order"},
		{"application/jsonl", `{"type":"object","properties":{"A":{"type":"string"}}}`, "AResponseItem"},
		{"application/jsonl", `{"type":"number"}`, "wire.Decimal"},
		{"text/event-stream", `{"type":"number"}`, ""},
	} {
		code := codeOf(t, schemas, `"/a":{"get":{"operationId":"a","responses":{"200":{"description":"","content":{"`+test.mediaType+`":{"schema":`+test.schema+`}}}}}}`)
		want := `ASeq(ctx context.Context, options ...call.Option) iter.Seq2[` + test.element + `, error] {`
		if strings.Contains(code, want) == (test.element == "") {
			t.Errorf("%s of %s: %q is missing", test.mediaType, test.schema, want)
		}
		if !strings.Contains(code, "A(ctx context.Context, options ...call.Option) (*http.Response, error) {") || !strings.Contains(code, `Accept: "`+test.mediaType+`"`) {
			t.Errorf("%s of %s: the response cannot be read as it comes", test.mediaType, test.schema)
		}
	}
}
