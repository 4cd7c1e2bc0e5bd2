package normalize

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// apply applies a rule to a description, and returns what becomes of it and what is reported. A rule says why, and finds
// nothing to do a second time.
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
			t.Errorf("a change says too little: %+v", change)
		}
	}
	output := asText(t, document)
	fix(document, &again)
	if second := asText(t, document); second != output || len(again.Changes) != 0 {
		t.Errorf("a second time changes %+v, and makes\n%s\nof\n%s", again.Changes, second, output)
	}
	return output, report.Changes
}

// schemaTest is a schema, what a rule makes of it, and the places of the changes in it, separated by spaces.
type schemaTest struct {
	name, input, want, changes string
}

// testSchemas applies a rule to schemas, each the only one in its description, beside the given ones.
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
				t.Errorf("got\n%s\ninstead of\n%s", asText(t, got), asText(t, want))
			}
			var places []string
			for _, change := range changes {
				places = append(places, strings.TrimPrefix(change.Pointer, "/components/schemas/T/"))
			}
			if got := strings.Join(places, " "); got != test.changes {
				t.Errorf("reported is %q instead of %q", got, test.changes)
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

func asText(t *testing.T, value any) string {
	t.Helper()
	text, err := tree.JSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
