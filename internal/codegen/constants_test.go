package codegen

import (
	"strings"
	"testing"
)

// TestEnumsThatAreNoConstants checks that an enum with a value which cannot be a constant of its type becomes the type.
func TestEnumsThatAreNoConstants(t *testing.T) {
	for schemas, want := range map[string]string{
		`"A":{"type":"string","enum":["x","a\tb"]}`:                                                               "type A = string",
		`"A":{"type":"string","enum":["x","a\"b"],"x-enum-varnames":["X","Y"]}`:                                   "type A = string",
		`"A":{"allOf":[{"$ref":"#/components/schemas/B"},{"type":"integer"}]},"B":{"type":"string","enum":["b"]}`: "type A = int64",
		`"A":{"type":"string","enum":["x","y"]}`:                                                                  "AY A = \"y\"",
		`"A":{"type":"integer","format":"int32","enum":[3000000000]}`:                                             "type A = int32",
		`"A":{"type":"integer","format":"uint8","enum":[-1,300]}`:                                                 "AN300 A = 300",
		`"A":{"type":"integer","format":"int32","enum":[-1]}`:                                                     "AMinus1 A = -1",
	} {
		code := strings.Join(strings.Fields(codeOf(t, `"schemas":{`+schemas+`}`, "")), " ")
		if !strings.Contains(code, want) {
			t.Errorf("%s: there is no %q in\n%s", schemas, want, code)
		}
	}
}
