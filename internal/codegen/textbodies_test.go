package codegen

import (
	"strings"
	"testing"
)

// A plain-text body is a string, whatever schema the spec gives it.
func TestTextBodies(t *testing.T) {
	for _, schema := range []string{`{"type":"integer"}`, `{"type":"string","format":"date-time"}`, `{"type":"string","enum":["a"]}`, `{"type":"array","items":{}}`, `{}`} {
		code := codeOf(t, `"schemas":{}`, `"/a":{"post":{"operationId":"a","requestBody":{"content":{"text/plain":{"schema":`+schema+`}}},"responses":{"204":{"description":""}}}}`)
		if !strings.Contains(code, "A(ctx context.Context, body string,") {
			t.Errorf("%s: the body is not a string", schema)
		}
	}
}
