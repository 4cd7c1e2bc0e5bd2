package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// TestTypesThatHoldThemselves generates code for schemas that lead back to themselves, which must come to an end.
func TestTypesThatHoldThemselves(t *testing.T) {
	for name, test := range map[string]struct{ schemas, want string }{
		"a member that extends the type around it": {
			`{"Node":{"type":"object","properties":{"next":{"allOf":[{"$ref":"#/components/schemas/Node"},{"type":"object","properties":{"weight":{"type":"integer"}}}]}}}}`,
			"type NodeNext struct",
		},
		"elements that extend the type around them": {
			`{"Node":{"type":"object","properties":{"all":{"type":"array","items":{"properties":{"a":{"type":"string"}},"allOf":[{"$ref":"#/components/schemas/Node"}]}}}}}`,
			"All []NodeAllItem",
		},
		"a choice that extends the type around it": {
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
				t.Errorf("there is no %q in\n%s", test.want, code)
			}
		})
	}
}

// codeOf returns the code for a description with the given components and paths, which are JSON members.
func codeOf(t *testing.T, components, paths string) string {
	t.Helper()
	document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{` + paths + `},"components":{` + components + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(document, Options{Package: "api", Server: true}, &tree.Report{})
	if err != nil {
		t.Fatal(err)
	}
	return string(files[0].Content)
}
