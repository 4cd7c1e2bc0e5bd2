package codegen

import (
	"strings"
	"testing"
)

// TestNamesThatTagsCannotHold checks that members with such names are left to those that the description does not list, and
// that the names of parameters do not become formats.
func TestNamesThatTagsCannotHold(t *testing.T) {
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
