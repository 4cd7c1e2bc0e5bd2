package codegen

import (
	"strings"
	"testing"
)

// TestParametersOfOneName checks that a name in the query, a header and a cookie is in the tags of one field only, which
// vet wants.
func TestParametersOfOneName(t *testing.T) {
	var parameters []string
	for _, in := range []string{"query", "header", "cookie"} {
		parameters = append(parameters, `{"name":"api-version","in":"`+in+`","schema":{"type":"string"}}`)
	}
	code := codeOf(t, `"schemas":{}`, `"/a":{"get":{"operationId":"a","parameters":[`+strings.Join(parameters, ",")+`],"responses":{"204":{"description":""}}}}`)
	if count := strings.Count(code, `json:"api-version`); count != 1 {
		t.Errorf("%d fields have the name in their tags:\n%s", count, code)
	}
}
