package codegen

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// A long chain of allOf, each with a property, ends in an error before it exhausts the memory.
func TestInheritanceIsBounded(t *testing.T) {
	var schemas strings.Builder
	schemas.WriteString(`"S0": {"type": "object", "properties": {"M0": {"type": "string"}}}`)
	for i := 1; i < 600; i++ {
		fmt.Fprintf(&schemas, `, "S%d": {"allOf": [{"$ref": "#/components/schemas/S%d"}, {"type": "object", "properties": {"M%d": {"type": "string"}}}]}`, i, i-1, i)
	}
	document, err := tree.Read([]byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": {` + schemas.String() + `}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Generate(document, Options{Package: "api"}, &tree.Report{})
	problem, ok := errors.AsType[*tree.Problem](err)
	if !ok || !strings.HasPrefix(problem.Pointer, "/components/schemas/S") || !strings.Contains(problem.Message, "inherit") {
		t.Errorf("got %v", err)
	}
}
