package swagger2

import (
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestConvertBoundsCopies(t *testing.T) {
	c := &converter{
		source: parse(t, `{"consumes": ["a/a", "a/b", "a/c"], `+post(`"parameters": [{"name": "a", "in": "body", "schema": {"enum": [1, 2, 3]}}], `+okResponse)+`}`).(tree.Object),
		report: &tree.Report{},
		copies: maxCopies - 10, // a copy has six values
	}
	content, _ := tree.Lookup(c.document(), operationPointer+"/requestBody/content")
	if want := `{"a/a": {"schema": {"enum": [1, 2, 3]}}, "a/b": {}, "a/c": {}}`; write(t, content) != write(t, parse(t, want)) {
		t.Errorf("got content %s", write(t, content))
	}
	if len(c.problems) != 1 || c.problems[0].Pointer != "/paths" || c.problems[0].Remedy == "" {
		t.Errorf("got problems %v", c.problems)
	}
}
