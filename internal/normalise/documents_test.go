package normalise

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec"
)

// documentTest is a description, what a rule makes of it, and the places of the changes, separated by spaces. Where there
// is nothing wanted, the description stays as it is.
type documentTest struct {
	name, input, want, changes string
}

// testDocuments applies a rule to descriptions. What it reports is at places of the description as it was, with what stood
// there.
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

// checkPlace fails where a change is neither at a place of the description nor adds to one. A name that has changed may
// stand for all that has it.
func checkPlace(t *testing.T, document any, change spec.Change) {
	t.Helper()
	value, found := spec.Lookup(document, change.Pointer)
	tokens, _ := spec.Split(change.Pointer)
	switch {
	case !found && change.Before != nil:
		t.Errorf("%s: nothing was there", change.Pointer)
	case found && change.Before != nil && !reflect.DeepEqual(value, change.Before) && !slices.Contains(tokens, spec.Text(change.Before)):
		t.Errorf("%s: it was %v and not %v", change.Pointer, value, change.Before)
	case !found && len(tokens) > 1:
		if _, ok := spec.Lookup(document, spec.Join("", tokens[:len(tokens)-2]...)); !ok {
			t.Errorf("%s is nowhere", change.Pointer)
		}
	}
}

// inPaths is a description with the given paths, and inGet one with the given operation.
func inPaths(paths string) string { return `{"paths": ` + paths + `}` }
func inGet(operation string) string {
	return inPaths(`{"/a": {"get": ` + operation + `}}`)
}
