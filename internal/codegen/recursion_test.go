package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Generating code for schemas that contain or extend themselves must terminate.
func TestRecursiveTypes(t *testing.T) {
	for name, test := range map[string]struct{ schemas, want string }{
		"a property that extends its own type": {
			`{"Node":{"type":"object","properties":{"next":{"allOf":[{"$ref":"#/components/schemas/Node"},{"type":"object","properties":{"weight":{"type":"integer"}}}]}}}}`,
			"type NodeNext struct",
		},
		"elements that extend their own type": {
			`{"Node":{"type":"object","properties":{"all":{"type":"array","items":{"properties":{"a":{"type":"string"}},"allOf":[{"$ref":"#/components/schemas/Node"}]}}}}}`,
			"All []NodeAllItem",
		},
		"a choice that extends its own type": {
			`{"Node":{"type":"object","properties":{"one":{"oneOf":[{"type":"string"},{"allOf":[{"$ref":"#/components/schemas/Node"},{"type":"object"}]}]}}}}`,
			"type NodeOneOption2 struct",
		},
		"two that extend each other": {
			`{"A":{"allOf":[{"$ref":"#/components/schemas/B"},{"type":"object","properties":{"a":{"type":"string"}}}]},"B":{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object","properties":{"b":{"type":"string"}}}]}}`,
			"type A struct",
		},
	} {
		t.Run(name, func(t *testing.T) {
			code := codeOf(t, `"schemas":`+test.schemas, "")
			if !strings.Contains(strings.Join(strings.Fields(code), " "), test.want) {
				t.Errorf("%q is missing in\n%s", test.want, code)
			}
		})
	}
}

// codeOf returns the code for a spec with the given components and paths, which are JSON without
// braces.
func codeOf(t *testing.T, components, paths string) string {
	t.Helper()
	document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{` + paths + `},"components":{` + components + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(document, Options{Package: "api", Server: true, Raw: true}, &tree.Report{})
	if err != nil {
		t.Fatal(err)
	}
	return string(files[0].Content)
}
