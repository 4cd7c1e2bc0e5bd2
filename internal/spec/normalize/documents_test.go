package normalize

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// documentTest is a spec, the result of a rule, and the space-separated pointers of the
// changes. If want is empty, the rule must not change the spec.
type documentTest struct {
	name, input, want, changes string
}

// testDocuments applies a rule to specs and checks that its report refers to the original spec.
func testDocuments(t *testing.T, rule rule, tests []documentTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			output, changes := apply(t, rule, test.input)
			want := test.input
			if test.want != "" {
				want = test.want
			}
			if got := asTree(t, output); !reflect.DeepEqual(got, asTree(t, want)) {
				t.Errorf("got\n%s\nwant\n%s", output, asJSON(t, asTree(t, want)))
			}
			var pointers []string
			for _, change := range changes {
				pointers = append(pointers, change.Pointer)
				checkPointer(t, asTree(t, test.input), change)
			}
			if got := strings.Join(pointers, " "); got != test.changes {
				t.Errorf("got report\n%q\nwant\n%q", got, test.changes)
			}
		})
	}
}

// checkPointer fails if a change is neither at a location of the spec nor adds to one.
func checkPointer(t *testing.T, document any, change tree.Change) {
	t.Helper()
	_, found := tree.Lookup(document, change.Pointer)
	tokens, _ := tree.Split(change.Pointer)
	if !found && change.Before == nil && len(tokens) > 1 {
		_, found = tree.Lookup(document, tree.Join("", tokens[:len(tokens)-2]...)) // a field may be added along with its object
	}
	if !found && len(tokens) > 1 {
		t.Errorf("%s does not exist", change.Pointer)
	}
}

// inPaths returns a spec with the given paths, inGet one with the given operation.
func inPaths(paths string) string { return `{"paths": ` + paths + `}` }
func inGet(operation string) string {
	return inPaths(`{"/a": {"get": ` + operation + `}}`)
}
