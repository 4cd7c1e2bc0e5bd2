package codegen

import (
	"strings"
	"testing"
)

// Properties whose names are invalid in struct tags are kept with the unknown fields, and the
// names of parameters are not used as formats.
func TestNamesInvalidInTags(t *testing.T) {
	code := codeOf(t, `"schemas":{"A":{"type":"object","properties":{"a":{"type":"string"},"-":{"type":"string"},"it's":{"type":"string"},"💥":{"type":"string"},"żółw":{"type":"string"},"$a.b/c":{"type":"string"}}}}`,
		`"/a":{"get":{"operationId":"a","parameters":[{"name":"-","in":"query","schema":{"type":"string"}},{"name":"%d","in":"header","required":true,"schema":{"type":"string"}},{"name":"%s","in":"cookie","schema":{"type":"string"}}],"responses":{"204":{"description":""}}}}`)
	for text, want := range map[string]bool{
		`json:"a,`: true, `json:"żółw,`: true, `json:"$a.b/c,`: true, `"it's"`: false, `💥"`: false, `json:"-,`: false, `json:"-"`: true,
		`errors.New("parameter %d is required`: true, `Errorf("Header`: false, `Errorf("Error`: false,
	} {
		if strings.Contains(code, text) != want {
			t.Errorf("%q is %v in\n%s", text, !want, code)
		}
	}
}
