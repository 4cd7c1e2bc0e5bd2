package swagger2

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// conversion is a test of what a piece of a Swagger description becomes.
type conversion struct {
	name     string
	base     string // of the description, without what every one has
	at       string // the place in OpenAPI 3 to look at
	want     string // what is there, as JSON; "" for nothing
	reports  string // rules and places of what is reported, but that it was converted
	problems string // places of what cannot be converted
}

func runConversions(t *testing.T, tests []conversion) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			converted, reports, problems := convert(t, `{"swagger": "2.0", "info": {"title": "Shop", "version": "1"}, `+test.base+`}`)
			refuseSharing(t, "", converted, map[uintptr]string{})
			got, found := tree.Lookup(converted, test.at)
			switch {
			case test.want == "" && found:
				t.Errorf("%s is %s", test.at, write(t, got))
			case test.want != "" && !reflect.DeepEqual(got, parse(t, test.want)):
				t.Errorf("%s is %sinstead of %s", test.at, write(t, got), test.want)
			}
			if reports != test.reports {
				t.Errorf("reported is %q instead of %q", reports, test.reports)
			}
			if problems != test.problems {
				t.Errorf("problems are %q instead of %q", problems, test.problems)
			}
		})
	}
}

// convert returns the converted description, and the rules and places of reports and problems.
func convert(t *testing.T, description string) (converted tree.Object, reports, problems string) {
	t.Helper()
	document, err := tree.Read([]byte(description))
	if err != nil {
		t.Fatalf("%v in %s", err, description)
	}
	before := tree.Clone(document)
	report := &tree.Report{}
	converted, found := Convert(document, report)
	if !reflect.DeepEqual(before, any(document)) {
		t.Errorf("the given description is changed to %s", write(t, document))
	}
	var lines, locations []string
	for _, change := range report.Changes {
		if change.Reason == "" {
			t.Errorf("%s says no reason", change.Pointer)
		}
		if change.Rule != ruleConverted {
			lines = append(lines, change.Rule+" "+change.Pointer)
		}
	}
	for _, problem := range found {
		if problem.Message == "" || problem.Remedy == "" {
			t.Errorf("%s says too little: %v", problem.Pointer, problem)
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

// The one operation of descriptions that are about a part of it.
const (
	operationPlace = "/paths/~1orders~1{id}/post"
	answers        = `"responses": {"200": {"description": "OK"}}`
)

func post(base string) string {
	return `"paths": {"/orders/{id}": {"post": {` + base + `}}}`
}
