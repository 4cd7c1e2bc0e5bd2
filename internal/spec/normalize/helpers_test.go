package normalize

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// apply applies a rule to a spec and returns the result and the report. Every change must
// have a reason, and a second run must not change anything.
func apply(t *testing.T, fix rule, input string) (string, []tree.Change) {
	t.Helper()
	document, err := tree.Read([]byte(input))
	if err != nil {
		t.Fatalf("%v in %s", err, input)
	}
	var report, again tree.Report
	fix(document, &report)
	for _, change := range report.Changes {
		if change.Rule == "" || change.Reason == "" {
			t.Errorf("incomplete change: %+v", change)
		}
	}
	output := asJSON(t, document)
	fix(document, &again)
	if second := asJSON(t, document); second != output || len(again.Changes) != 0 {
		t.Errorf("the second run changes %+v, and turns\n%s\ninto\n%s", again.Changes, output, second)
	}
	return output, report.Changes
}

// schemaTest is a schema, the result of a rule, and the space-separated pointers of the
// changes in it.
type schemaTest struct {
	name, input, want, changes string
}

// testSchemas applies a rule to schemas, one spec per schema, next to the given components.
func testSchemas(t *testing.T, rule rule, others string, tests []schemaTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			output, changes := apply(t, rule, `{"components": {"schemas": {"T": `+test.input+others+`}}}`)
			document, err := tree.Read([]byte(output))
			if err != nil {
				t.Fatal(err)
			}
			got, _ := tree.Lookup(document, "/components/schemas/T")
			if want := asTree(t, test.want); !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%s\nwant\n%s", asJSON(t, got), asJSON(t, want))
			}
			var pointers []string
			for _, change := range changes {
				pointers = append(pointers, strings.TrimPrefix(change.Pointer, "/components/schemas/T/"))
			}
			if got := strings.Join(pointers, " "); got != test.changes {
				t.Errorf("got report %q, want %q", got, test.changes)
			}
		})
	}
}

func asTree(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := tree.JSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
