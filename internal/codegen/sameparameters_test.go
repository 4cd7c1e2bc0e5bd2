package codegen

import (
	"strings"
	"testing"
)

// Parameters of the same name in the query, a header and a cookie share one tag: vet rejects
// duplicates.
func TestParametersWithSameName(t *testing.T) {
	var parameters []string
	for _, in := range []string{"query", "header", "cookie"} {
		parameters = append(parameters, `{"name":"api-version","in":"`+in+`","schema":{"type":"string"}}`)
	}
	code := codeOf(t, `"schemas":{}`, `"/a":{"get":{"operationId":"a","parameters":[`+strings.Join(parameters, ",")+`],"responses":{"204":{"description":""}}}}`)
	if count := strings.Count(code, `json:"api-version`); count != 1 {
		t.Errorf("%d fields have the name in their tags:\n%s", count, code)
	}
}
