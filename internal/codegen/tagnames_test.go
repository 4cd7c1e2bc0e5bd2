package codegen

import (
	"strings"
	"testing"
)

// Properties whose names are invalid in struct tags are kept with the unknown fields. Parameters
// may have any name.
func TestNamesInvalidInTags(t *testing.T) {
	code := codeOf(t, `"schemas":{"A":{"type":"object","properties":{"a":{"type":"string"},"-":{"type":"string"},"it's":{"type":"string"},"b,c":{"type":"string"},"d\"e":{"type":"string"},"f\u0060g":{"type":"string"},"h\ni":{"type":"string"},"j\u202ek":{"type":"string"},"💥":{"type":"string"},"żółw":{"type":"string"},"$a.b/c":{"type":"string"}}}}`,
		`"/a":{"get":{"operationId":"a","parameters":[{"name":"-","in":"query","schema":{"type":"string"}},{"name":"a,%d","in":"query","required":true,"schema":{"type":"string"}},{"name":"%s","in":"cookie","schema":{"type":"string"}}],"responses":{"204":{"description":""}}}}`)
	for text, want := range map[string]bool{
		`json:"a,`: true, `json:"żółw,`: true, `json:"$a.b/c,`: true, `"it's"`: false, `💥"`: false, `json:"-,`: false, `json:"-"`: true,
		`b,c`: false, `d"e`: false, "f`g": false, "h\ni": false, "j\u202ek": false,
		`query:"-"`: true, `query:"a%2C%25d,required"`: true, `cookie:"%25s"`: true,
	} {
		if strings.Contains(code, text) != want {
			t.Errorf("%q is %v in\n%s", text, !want, code)
		}
	}
}
