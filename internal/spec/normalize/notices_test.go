package normalize

import (
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestNotices(t *testing.T) {
	for _, test := range []struct {
		schema string
		want   []string
	}{
		{`{"type": "string", "minLength": 3, "pattern": "^a", "example": "abc"}`, nil},
		{`{"type": "integer", "example": "a"}`, []string{"/example: the example"}},
		{`{"type": "string", "pattern": "^(?!a)"}`, []string{"/pattern: the pattern is not checked, because Go cannot compile it, "}},
		{`{"not": {"type": "null"}}`, []string{"/not: the keyword is not checked, "}},
		{`{"if": {}, "then": {}, "else": {}, "$comment": "c"}`, []string{"/if: the keyword is not checked, "}},
		{`{"properties": {"contains": {"type": "string"}, "a": {"contains": {"const": 1}}, "never": false}}`,
			[]string{"/properties/never: the keyword is not", "/properties/a/contains: the keyword is not"}},
		{`{"dependentRequired": {"a": ["b"]}, "propertyNames": {"maxLength": 3}}`, []string{"/dependentRequired: the keyword is not", "/propertyNames: the keyword is not"}},
		{`{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false}`, []string{"/prefixItems: the keyword is checked only in part, "}},
		{`{"type": "array", "items": [{"type": "integer"}]}`, []string{"/items: the keyword is checked only in part, "}},
		{`{"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false}`, []string{"/patternProperties: the keyword is checked only in part, "}},
		{`{"type": "array", "items": {"type": "number"}, "enum": [[1]]}`, []string{"/enum: the keyword is not checked, "}},
		{`{"type": ["string", "number", "boolean", "array", "object"], "required": ["a"]}`, []string{"/required: the keyword is not checked, "}},
	} {
		document, err := tree.Read([]byte(`{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"T": ` + test.schema + `}}}`))
		if err != nil {
			t.Fatal(err)
		}
		var report tree.Report
		Normalize(document, &report)
		got := Notices(&report)
		same := slices.EqualFunc(got, test.want, func(got, want string) bool {
			return strings.HasPrefix(got, "/components/schemas/T"+want)
		})
		if !same {
			t.Errorf("%s: got %q", test.schema, got)
		}
	}
}
