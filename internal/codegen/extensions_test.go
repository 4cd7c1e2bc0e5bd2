package codegen

import (
	"errors"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestIdempotence(t *testing.T) {
	for _, test := range []struct {
		method, extension string
		want              bool
	}{
		{"get", "", true}, {"head", "", true}, {"put", "", true}, {"delete", "", true}, {"options", "", true}, {"trace", "", true},
		{"post", "", false}, {"patch", "", false},
		{"post", `"x-idempotent":true,`, true}, {"get", `"x-idempotent":false,`, false}, {"get", `"x-idempotent":true,`, true},
	} {
		code := codeOf(t, `"schemas":{}`, `"/a":{"`+test.method+`":{"operationId":"search",`+test.extension+`"responses":{"204":{"description":""}}}}`)
		if !strings.Contains(code, `ID: "search"`) || strings.Contains(code, "Idempotent: true") != test.want {
			t.Errorf("%s with %q: idempotent is %v", test.method, test.extension, !test.want)
		}
	}
}

func TestIdempotenceMustBeBoolean(t *testing.T) {
	for _, value := range []string{`"true"`, `1`, `null`, `{}`, `[true]`} {
		document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{"/a":{"post":{"operationId":"search","x-idempotent":` + value + `,"responses":{"204":{"description":""}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Generate(document, Options{Package: "api"}, &tree.Report{})
		problems, ok := errors.AsType[tree.Problems](err)
		if !ok || len(problems) != 1 || problems[0].Pointer != "/paths/~1a/post/x-idempotent" || !strings.Contains(problems[0].Remedy, "true or false") {
			t.Errorf("%s: got %v", value, err)
		}
	}
}

func TestMayBeEmpty(t *testing.T) {
	for extension, want := range map[string]bool{"": false, `"x-may-be-empty":true,`: true, `"x-may-be-empty":false,`: false} {
		code := codeOf(t, `"schemas":{}`, `"/a":{"post":{"operationId":"create",`+extension+`"responses":{"201":{"description":"","content":{"application/json":{"schema":{"type":"integer"}}}}}}}`)
		if strings.Contains(code, "MayBeEmpty: true") != want {
			t.Errorf("with %q: may be empty is %v", extension, !want)
		}
	}
}
