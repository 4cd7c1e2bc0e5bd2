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

func TestFailureSigns(t *testing.T) {
	const paths = `"/a":{"post":{"operationId":"create","responses":{"204":{"description":""}}},"get":{"operationId":"get","x-failure-when":{},"responses":{"204":{"description":""}}},"put":{"operationId":"put","x-failure-when":{"Outcome":["ERR\"OR",2,2.50,true,null],"Error":[]},"responses":{"204":{"description":""}}}}`
	generate := func(root, paths string) ([]File, error) {
		document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},` + root + `"paths":{` + paths + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		return Generate(document, Options{Package: "api"}, &tree.Report{})
	}
	files, err := generate(`"x-failure-when":{"Status":["ERROR"]},`, paths)
	if err != nil {
		t.Fatal(err)
	}
	code := string(files[0].Content)
	for id, want := range map[string]string{
		"create": `, FailureWhen: []call.FailureSign{{Field: "Status", Values: []any{"ERROR"}}}}, options`,
		"get":    `, Idempotent: true}, options`,
		"put":    `, FailureWhen: []call.FailureSign{{Field: "Error", Values: []any{}}, {Field: "Outcome", Values: []any{"ERR\"OR", 2, 2.5, true, nil}}}}, options`,
	} {
		_, rest, _ := strings.Cut(code, `ID: "`+id+`"`)
		if line, _, _ := strings.Cut(rest, "\n"); !strings.Contains(line, want) {
			t.Errorf("%s: %s", id, line)
		}
	}
	for _, value := range []string{`true`, `["Status"]`, `{"Status":"ERROR"}`, `{"Status":[[1]]}`, `{"Status":[{}]}`, `{"":[1]}`, `{"Status":[1e999]}`, `null`} {
		const two = `"/a":{"post":{"operationId":"a","responses":{"204":{"description":""}}},"put":{"operationId":"b","responses":{"204":{"description":""}}}}`
		_, err := generate(`"x-failure-when":`+value+`,`, two)
		problems, ok := errors.AsType[tree.Problems](err)
		if !ok || len(problems) != 1 || problems[0].Pointer != "/x-failure-when" || !strings.Contains(problems[0].Remedy, "{Status: [ERROR, 500]}") {
			t.Errorf("%s at the root: got %v", value, err)
		}
		_, err = generate("", `"/a":{"post":{"operationId":"a","x-failure-when":`+value+`,"responses":{"204":{"description":""}}}}`)
		if problems, ok := errors.AsType[tree.Problems](err); !ok || len(problems) != 1 || problems[0].Pointer != "/paths/~1a/post/x-failure-when" {
			t.Errorf("%s: got %v", value, err)
		}
	}
}
