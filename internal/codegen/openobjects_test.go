package codegen

import (
	"strings"
	"testing"
)

// A component without listed properties is a struct with unknown fields, wherever it is used; a
// dictionary of a type stays a map.
func TestObjectsWithoutProperties(t *testing.T) {
	const get = `"/a":{"get":{"operationId":"a","responses":{"200":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Whole"}}}}}}}`
	for properties, want := range map[string]string{
		`"A":{"$ref":"#/components/schemas/Open"}`:                                                                         "type Open struct {",
		`"A":{"type":"object","additionalProperties":{"type":"integer"}}`:                                                  "map[string]int64",
		`"A":{"allOf":[{"$ref":"#/components/schemas/Open"},{"type":"object","additionalProperties":{"type":"integer"}}]}`: "map[string]int64",
	} {
		for _, open := range []string{`{"type":"object"}`, `{"type":"object","additionalProperties":true}`, `{"type":"object","additionalProperties":{}}`} {
			code := codeOf(t, `"schemas":{"Open":`+open+`,"Whole":{"type":"object","properties":{`+properties+`}}}`, get)
			if !strings.Contains(code, want) {
				t.Errorf("%s with %s: no %s", properties, open, want)
			}
		}
	}
	for _, mediaType := range []string{"multipart/form-data", "application/x-www-form-urlencoded"} {
		codeOf(t, `"schemas":{"Open":{"type":"object"}}`,
			`"/a":{"post":{"operationId":"a","requestBody":{"content":{"`+mediaType+`":{"schema":{"$ref":"#/components/schemas/Open"}}}},"responses":{"204":{"description":""}}}}`)
	}
}

// The comment of each method of a deprecated operation says so, and who closes the body.
func TestCommentsOfEveryVariant(t *testing.T) {
	code := codeOf(t, `"schemas":{}`, `"/a":{"post":{"operationId":"a","deprecated":true,"requestBody":{"content":{"application/json":{"schema":{"type":"integer"}}}},`+
		`"responses":{"200":{"description":"","content":{"application/pdf":{"schema":{"type":"string","format":"binary"}}}}}}}`)
	_, client, _ := strings.Cut(code, "func (c *Client) Raw()")
	for _, part := range []string{"// Deprecated:", "// The caller must close the body"} {
		if count := strings.Count(client, part); count != 2 {
			t.Errorf("%d methods have %q", count, part)
		}
	}
}
