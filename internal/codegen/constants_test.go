package codegen

import (
	"strings"
	"testing"
)

// An enum with a value that cannot be a constant of its type becomes the plain type.
func TestEnumsWithoutConstants(t *testing.T) {
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
			t.Errorf("%s: %q is missing in\n%s", schemas, want, code)
		}
	}
}
