package swagger2

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// conversion tests the conversion of a part of a Swagger spec.
type conversion struct {
	name     string
	base     string // fields of the spec, without the required ones
	at       string // pointer to check in the OpenAPI 3 spec
	want     string // the value there, as JSON; "" for none
	reports  string // rules and pointers of the changes, except the conversion itself
	problems string // pointers of the problems
}

func runConversions(t *testing.T, tests []conversion) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			converted, reports, problems := convert(t, `{"swagger": "2.0", "info": {"title": "Shop", "version": "1"}, `+test.base+`}`)
			rejectSharing(t, "", converted, map[uintptr]string{})
			got, found := tree.Lookup(converted, test.at)
			switch {
			case test.want == "" && found:
				t.Errorf("%s: got %s", test.at, write(t, got))
			case test.want != "" && !reflect.DeepEqual(got, parse(t, test.want)):
				t.Errorf("%s: got %swant %s", test.at, write(t, got), test.want)
			}
			if reports != test.reports {
				t.Errorf("got report %q, want %q", reports, test.reports)
			}
			if problems != test.problems {
				t.Errorf("got problems %q, want %q", problems, test.problems)
			}
		})
	}
}

// convert returns the converted spec, and the rules and pointers of changes and problems.
func convert(t *testing.T, spec string) (converted tree.Object, reports, problems string) {
	t.Helper()
	document, err := tree.Read([]byte(spec))
	if err != nil {
		t.Fatalf("%v in %s", err, spec)
	}
	before := tree.Clone(document)
	report := &tree.Report{}
	converted, found := Convert(document, report)
	if !reflect.DeepEqual(before, any(document)) {
		t.Errorf("the given spec changed to %s", write(t, document))
	}
	var lines, locations []string
	for _, change := range report.Changes {
		if change.Reason == "" {
			t.Errorf("%s has no reason", change.Pointer)
		}
		if change.Rule != ruleConverted {
			lines = append(lines, change.Rule+" "+change.Pointer)
		}
	}
	for _, problem := range found {
		if problem.Message == "" || problem.Remedy == "" {
			t.Errorf("%s: incomplete problem: %v", problem.Pointer, problem)
		}
		locations = append(locations, problem.Pointer)
	}
	return converted, strings.Join(lines, ", "), strings.Join(locations, ", ")
}

func parse(t *testing.T, text string) any {
	t.Helper()
	parent, err := tree.Read([]byte(`{"value": ` + text + `}`))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return parent["value"]
}

func write(t *testing.T, value any) string {
	t.Helper()
	text, err := tree.JSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The single operation of specs that test a part of it.
const (
	operationPointer = "/paths/~1orders~1{id}/post"
	okResponse       = `"responses": {"200": {"description": "OK"}}`
)

func post(base string) string {
	return `"paths": {"/orders/{id}": {"post": {` + base + `}}}`
}
