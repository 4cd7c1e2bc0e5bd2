package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// form is an issue form as in the forge's schema. Other keys make the forge ignore the form.
type form struct {
	Name, Description string
	Title             string
	Labels            []string
	Body              []formElement
}

type formElement struct {
	Type       string
	ID         string
	Attributes struct {
		Label, Description, Placeholder, Value, Render string
		Options                                        []any
	}
	Validations struct{ Required bool }
}

var formID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Issue forms fit the forge's schema, their links lead to files, and they ask for what helps.
func TestIssueForms(t *testing.T) {
	names, asked := map[string]bool{}, 0
	for _, name := range issueForms(t) {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		checkForgeLinks(t, name, string(data))
		var f form
		decodeStrictly(t, name, data, &f)
		if f.Name == "" || f.Description == "" || names[f.Name] {
			t.Errorf("%s: the name or the description is missing, or another form has the name", name)
		}
		names[f.Name] = true
		for _, problem := range formProblems(f) {
			t.Errorf("%s: %s", name, problem)
		}
		text := string(data)
		if !strings.Contains(text, "`xsale version`") {
			t.Errorf("%s: it does not ask for `xsale version`", name)
		}
		if strings.Contains(text, "`xsale doctor --output json`") {
			asked++
			if !strings.Contains(text, "no secrets") {
				t.Errorf("%s: it does not say that the report has no secrets", name)
			}
		}
	}
	if asked < 2 {
		t.Errorf("%d forms ask for `xsale doctor --output json`", asked)
	}
	var config struct {
		Blank bool                                `yaml:"blank_issues_enabled"`
		Links []struct{ Name, URL, About string } `yaml:"contact_links"`
	}
	data, err := os.ReadFile(filepath.Join(root, ".github/ISSUE_TEMPLATE/config.yml"))
	if err != nil {
		t.Fatal(err)
	}
	checkForgeLinks(t, "config.yml", string(data))
	decodeStrictly(t, "config.yml", data, &config)
	for _, link := range config.Links {
		if link.Name == "" || link.About == "" || !strings.HasPrefix(link.URL, "https://") {
			t.Errorf("config.yml: want name, about and an https URL: %+v", link)
		}
	}
}

// issueForms returns the names of the forms.
func issueForms(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github", "ISSUE_TEMPLATE", "*.yml"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if base := filepath.Base(file); base != "config.yml" {
			names = append(names, ".github/ISSUE_TEMPLATE/"+base)
		}
	}
	return names
}

func decodeStrictly(t *testing.T, name string, data []byte, value any) {
	t.Helper()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(value); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// formProblems returns what the forge would reject.
func formProblems(f form) (problems []string) {
	ids, labels, inputs := map[string]bool{}, map[string]bool{}, 0
	for _, e := range f.Body {
		a := e.Attributes
		switch {
		case e.Type == "markdown":
			if a.Value == "" || e.ID != "" || e.Validations.Required {
				problems = append(problems, "markdown wants a value, and takes no id and no validations")
			}
			continue
		case !slices.Contains([]string{"textarea", "input", "dropdown", "checkboxes"}, e.Type):
			problems = append(problems, "unknown type "+e.Type)
		case a.Label == "" || labels[a.Label]:
			problems = append(problems, "a label is missing or comes twice: "+a.Label)
		case !formID.MatchString(e.ID) || ids[e.ID]:
			problems = append(problems, "an id is missing, invalid or comes twice: "+e.ID)
		case a.Render != "" && e.Type != "textarea":
			problems = append(problems, "only a textarea has render: "+a.Label)
		case (e.Type == "dropdown" || e.Type == "checkboxes") != (len(a.Options) > 0):
			problems = append(problems, "options are for dropdown and checkboxes: "+a.Label)
		}
		labels[a.Label], ids[e.ID] = true, true
		inputs++
	}
	if inputs == 0 {
		problems = append(problems, "no element asks for anything")
	}
	return problems
}

func TestFormProblems(t *testing.T) {
	for text, want := range map[string]string{
		"[{type: textarea, id: a, attributes: {label: A}}]":                                                         "",
		"[{type: markdown, attributes: {value: A}}]":                                                                "no element",
		"[{type: markdown, attributes: {label: A}}, {type: input, id: a, attributes: {label: A}}]":                  "markdown",
		"[{type: text, id: a, attributes: {label: A}}]":                                                             "unknown type",
		"[{type: input, id: a}]":                                                                                    "label",
		"[{type: input, id: a b, attributes: {label: A}}]":                                                          "id",
		"[{type: input, id: a, attributes: {label: A}}, {type: input, id: a, attributes: {label: B}}]":              "id",
		"[{type: input, id: a, attributes: {label: A}}, {type: input, id: b, attributes: {label: A}}]":              "label",
		"[{type: input, id: a, attributes: {label: A, render: json}}]":                                              "render",
		"[{type: dropdown, id: a, attributes: {label: A}}]":                                                         "options",
		"[{type: checkboxes, id: a, attributes: {label: A, options: [{label: B}]}, validations: {required: true}}]": "",
	} {
		var f form
		decodeStrictly(t, text, []byte(text), &f.Body)
		if got := strings.Join(formProblems(f), "; "); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

var forgeLink = regexp.MustCompile(`https://github\.com/xsale-go/xsale/blob/main/([^)\s#]+)`)

// checkForgeLinks checks that links to files of this repository lead to one.
func checkForgeLinks(t *testing.T, name, text string) {
	t.Helper()
	for _, match := range forgeLink.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
			t.Errorf("%s: no such file: %s", name, match[1])
		}
	}
}
