package normalize

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// documentTest is a description, what a rule makes of it, and the places of the changes, separated by spaces. Where there
// is nothing wanted, the description stays as it is.
type documentTest struct {
	name, input, want, changes string
}

// testDocuments applies a rule to descriptions. What it reports is at places of the description as it was.
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
				t.Errorf("got\n%s\ninstead of\n%s", output, asText(t, asTree(t, want)))
			}
			var places []string
			for _, change := range changes {
				places = append(places, change.Pointer)
				checkPlace(t, asTree(t, test.input), change)
			}
			if got := strings.Join(places, " "); got != test.changes {
				t.Errorf("reported is\n%q instead of\n%q", got, test.changes)
			}
		})
	}
}

// checkPlace fails where a change is neither at a place of the description nor adds to one.
func checkPlace(t *testing.T, document any, change tree.Change) {
	t.Helper()
	_, found := tree.Lookup(document, change.Pointer)
	tokens, _ := tree.Split(change.Pointer)
	if !found && change.Before == nil && len(tokens) > 1 {
		_, found = tree.Lookup(document, tree.Join("", tokens[:len(tokens)-2]...)) // a member may come with its object
	}
	if !found && len(tokens) > 1 {
		t.Errorf("%s: nothing was there", change.Pointer)
	}
}

// inPaths is a description with the given paths, and inGet one with the given operation.
func inPaths(paths string) string { return `{"paths": ` + paths + `}` }
func inGet(operation string) string {
	return inPaths(`{"/a": {"get": ` + operation + `}}`)
}
