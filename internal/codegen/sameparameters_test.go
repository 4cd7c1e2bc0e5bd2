package codegen

import (
	"strings"
	"testing"
)

// Parameters of the same name in the query, a header and a cookie have their own tags.
func TestParametersWithSameName(t *testing.T) {
	var parameters []string
	for _, in := range []string{"query", "header", "cookie"} {
		parameters = append(parameters, `{"name":"api-version","in":"`+in+`","schema":{"type":"string"}}`)
	}
	code := codeOf(t, `"schemas":{}`, `"/a":{"get":{"operationId":"a","parameters":[`+strings.Join(parameters, ",")+`],"responses":{"204":{"description":""}}}}`)
	for _, in := range []string{"query", "header", "cookie"} {
		if !strings.Contains(code, in+`:"api-version"`) {
			t.Errorf("no field is in the %s:\n%s", in, code)
		}
	}
}
