package openapi_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Sources without a URL. Third-party code is not named.
const (
	scripts   = "public third-party scripts that call the API"
	responses = "responses of the API to xsale verify" // see package verify
)

var (
	officialPage = regexp.MustCompile(`^https://xsale\.ai/\S+$`)
	reason       = regexp.MustCompile(`Inferred:\s+\pL`)
)

// evidenceComplaints lists objects that break the evidence rules in the introduction of the spec.
func evidenceComplaints(document *yaml.Node) []string {
	var complaints []string
	walk(document, func(o object) {
		complain := func(format string, arguments ...any) {
			complaints = append(complaints, o.String()+": "+fmt.Sprintf(format, arguments...))
		}
		switch o.kind {
		case "operation", "property":
		case "parameter", "response":
			if reference := o.value("$ref"); strings.HasPrefix(reference, "#/components/") {
				return // the component itself is visited
			} else if reference != "" {
				complain("refers to %s, which is not a component of this document", reference)
				return
			}
		default:
			return
		}
		evidence, source := o.value("x-evidence"), o.value("x-evidence-source")
		switch {
		case evidence == "":
			complain("no x-evidence")
		case evidence != "documented" && evidence != "observed" && evidence != "inferred":
			complain("x-evidence is %q, not documented, observed or inferred", evidence)
		case evidence == "inferred" && o.kind == "operation":
			complain("an operation must not be inferred")
		case evidence == "inferred" && !reason.MatchString(o.value("description")):
			complain(`no reason after "Inferred:"`)
		}
		switch {
		case source == "":
			complain("no x-evidence-source")
		case !officialPage.MatchString(source) && source != scripts && source != responses:
			complain("x-evidence-source is %q, neither a page of https://xsale.ai/ nor %q", source, scripts)
		case evidence == "documented" && !officialPage.MatchString(source):
			complain("documented, but the source is not an official page")
		case evidence == "observed" && officialPage.MatchString(source):
			complain("observed, but the source is an official page")
		}
	})
	return complaints
}

func TestEvidence(t *testing.T) {
	for _, complaint := range evidenceComplaints(publishedSpec(t)) {
		t.Errorf("openapi.yaml: %s", complaint)
	}
}

// TestMissingEvidence removes the evidence of each object in turn. It finds evidence by its key
// alone, so the rules cannot miss an object.
func TestMissingEvidence(t *testing.T) {
	document := publishedSpec(t)
	var found []object
	walk(document, func(o object) {
		if o.field("x-evidence") != nil {
			found = append(found, o)
		}
	})
	if all := len(keys(document, "x-evidence")); all < 50 || len(found) != all {
		t.Errorf("found %d of %d objects with x-evidence", len(found), all)
	}
	for _, o := range found {
		for _, name := range []string{"x-evidence", "x-evidence-source"} {
			key := keys(o.node, name)[0]
			key.Value = "x-nothing"
			if got, want := evidenceComplaints(document), []string{fmt.Sprintf("%s: no %s", o, name)}; !slices.Equal(got, want) {
				t.Errorf("without the %s of %s: got %q", name, o, got)
			}
			key.Value = name
		}
	}
}

// keys returns the keys with a name in a node and below.
func keys(node *yaml.Node, name string) []*yaml.Node {
	var found []*yaml.Node
	for i, content := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 && content.Value == name {
			found = append(found, content)
		}
	}
	for _, content := range node.Content {
		found = append(found, keys(content, name)...)
	}
	return found
}

func TestEvidenceRules(t *testing.T) {
	const page = "https://xsale.ai/?p=1"
	tests := []struct {
		name, evidence, source string
		want                   []string // for each kind of object
	}{
		{"documented", "documented", page, nil},
		{"observed", "observed", scripts, nil},
		{"observed in responses", "observed", responses, nil},
		{"no evidence", "", page, []string{"no x-evidence"}},
		{"no source", "documented", "", []string{"no x-evidence-source"}},
		{"neither", "", "", []string{"no x-evidence", "no x-evidence-source"}},
		{"unknown", "guessed", page, []string{`x-evidence is "guessed", not documented, observed or inferred`}},
		{"capital", "Documented", page, []string{`x-evidence is "Documented", not documented, observed or inferred`}},
		{"other site", "documented", "https://example.com/xsale.ai/", []string{sourceComplaint("https://example.com/xsale.ai/")}},
		{"other host", "documented", "https://xsale.ai.example/a", []string{sourceComplaint("https://xsale.ai.example/a")}},
		{"subdomain", "documented", "https://api.xsale.ai/swagger", []string{sourceComplaint("https://api.xsale.ai/swagger")}},
		{"http", "documented", "http://xsale.ai/?p=1", []string{sourceComplaint("http://xsale.ai/?p=1")}},
		{"no page", "documented", "https://xsale.ai/", []string{sourceComplaint("https://xsale.ai/")}},
		{"two pages", "documented", page + " " + page, []string{sourceComplaint(page + " " + page)}},
		{"other phrase", "observed", "a script", []string{sourceComplaint("a script")}},
		{"longer phrase", "observed", scripts + " of somebody", []string{sourceComplaint(scripts + " of somebody")}},
		{"documented by scripts", "documented", scripts, []string{"documented, but the source is not an official page"}},
		{"documented by responses", "documented", responses, []string{"documented, but the source is not an official page"}},
		{"observed on a page", "observed", page, []string{"observed, but the source is an official page"}},
	}
	for _, test := range tests {
		for kind, newSpec := range specs {
			checkComplaints(t, kind+" "+test.name, newSpec(test.evidence, test.source, "A thing."), test.want)
		}
	}
}

func TestInferred(t *testing.T) {
	for description, reason := range map[string]bool{
		"A thing. Inferred: all things are.":    true,
		"Inferred: all things are.":             true,
		"A thing.\\n\\nInferred:\\nŻaden inny.": true,
		"A thing.":                              false,
		"":                                      false,
		"A thing. Inferred:":                    false,
		"A thing. Inferred: .":                  false,
		"A thing. inferred: all things are.":    false,
		"A thing. Inferred from all things.":    false,
	} {
		for kind, newSpec := range specs {
			var want []string
			switch {
			case strings.HasPrefix(kind, "operation"):
				want = []string{"an operation must not be inferred"}
			case !reason:
				want = []string{`no reason after "Inferred:"`}
			}
			checkComplaints(t, kind+" "+description, newSpec("inferred", "https://xsale.ai/?p=1", description), want)
		}
	}
}

// specs return small specs whose only object with evidence has the kind and pointer of the key.
var specs = map[string]func(evidence, source, description string) string{
	"operation #/paths/~1me/get":                                 inSpec("paths: {/me: {get: %s}}"),
	"operation #/paths/~1me/trace":                               inSpec("paths: {/me: {trace: %s}}"),
	"parameter #/paths/~1me/parameters/0":                        inSpec("paths: {/me: {parameters: [%s]}}"),
	"parameter #/components/parameters/Id":                       inSpec("components: {parameters: {Id: %s}}"),
	"response #/components/responses/Me":                         inSpec("components: {responses: {Me: %s}}"),
	"property #/components/schemas/Me/properties/Id":             inSchema("{properties: {Id: %s}}"),
	"property #/components/schemas/Me/properties/properties":     inSchema("{properties: {properties: %s}}"),
	"property #/components/schemas/Me/items/properties/Id":       inSchema("{items: {properties: {Id: %s}}}"),
	"property #/components/schemas/Me/allOf/1/properties/Id":     inSchema("{allOf: [{}, {properties: {Id: %s}}]}"),
	"property #/components/schemas/Me/anyOf/0/properties/Id":     inSchema("{anyOf: [{properties: {Id: %s}}]}"),
	"property #/components/schemas/Me/oneOf/0/properties/Id":     inSchema("{oneOf: [{properties: {Id: %s}}]}"),
	"property #/components/schemas/Me/not/properties/Id":         inSchema("{not: {properties: {Id: %s}}}"),
	"property #/components/schemas/Me/items/items/properties/Id": inSchema("{items: {items: {properties: {Id: %s}}}}"),
	"property #/components/schemas/Me/additionalProperties/properties/Id": inSchema(
		"{additionalProperties: {properties: {Id: %s}}}"),
	"property #/components/requestBodies/Me/content/application~1json/schema/properties/Id": inSpec(
		"components: {requestBodies: {Me: {content: {application/json: {schema: {properties: {Id: %s}}}}}}}"),
	"property #/components/headers/Me/schema/properties/Id": inSpec(
		"components: {headers: {Me: {schema: {properties: {Id: %s}}}}}"),
}

func inSpec(template string) func(string, string, string) string {
	return func(evidence, source, description string) string {
		object := fmt.Sprintf(`{description: "%s"`, description)
		if evidence != "" {
			object += ", x-evidence: " + evidence
		}
		if source != "" {
			object += fmt.Sprintf(`, x-evidence-source: "%s"`, source)
		}
		return fmt.Sprintf(template, object+"}")
	}
}

func inSchema(template string) func(string, string, string) string {
	return inSpec("components: {schemas: {Me: " + template + "}}")
}

func sourceComplaint(source string) string {
	return fmt.Sprintf("x-evidence-source is %q, neither a page of https://xsale.ai/ nor %q", source, scripts)
}

// checkComplaints compares complaints about the object that the first two words of name identify.
func checkComplaints(t *testing.T, name, document string, want []string) {
	t.Helper()
	words := strings.Fields(name)
	var located []string
	for _, complaint := range want {
		located = append(located, fmt.Sprintf("%s %s (line 1): %s", words[0], words[1], complaint))
	}
	if got := evidenceComplaints(parseYAML(t, document)); !slices.Equal(got, located) {
		t.Errorf("%s:\n got %q\nwant %q", name, got, located)
	}
}

// TestNesting lists all complaints about a spec without any evidence.
func TestNesting(t *testing.T) {
	const document = `
paths:
  /things/{id}:
    parameters:
      - name: id
      - $ref: '#/components/parameters/Page'
      - $ref: other.yaml#/Page
    put:
      parameters:
        - name: x~y
          content:
            application/json:
              schema:
                properties:
                  InParameter: {}
      requestBody:
        content:
          application/json:
            schema:
              properties:
                InBody:
                  type: object
                  properties:
                    Deep:
                      items:
                        properties:
                          Deeper: true
            example:
              properties:
                InExample: {}
      responses:
        2XX:
          headers:
            X-Thing:
              schema:
                properties:
                  InHeader: {}
          content:
            application/json:
              schema:
                allOf:
                  - $ref: '#/components/schemas/Thing'
                  - properties:
                      InResponse: {}
        default:
          $ref: '#/components/responses/Failure'
      callbacks:
        done:
          '{$request.body#/url}':
            post: {}
components:
  parameters:
    Page:
      name: page
  responses:
    Failure:
      description: Any other response.
  schemas:
    Thing:
      properties: &properties
        Parent:
          $ref: '#/components/schemas/Thing'
    Other:
      properties: *properties
  securitySchemes:
    token: {}
`
	want := []string{
		"parameter #/paths/~1things~1{id}/parameters/0 (line 5)",
		"parameter #/paths/~1things~1{id}/parameters/2 (line 7): refers to other.yaml#/Page, which is not a component of this document",
		"operation #/paths/~1things~1{id}/put (line 9)",
		"parameter #/paths/~1things~1{id}/put/parameters/0 (line 10)",
		"property #/paths/~1things~1{id}/put/parameters/0/content/application~1json/schema/properties/InParameter (line 15)",
		"property #/paths/~1things~1{id}/put/requestBody/content/application~1json/schema/properties/InBody (line 22)",
		"property #/paths/~1things~1{id}/put/requestBody/content/application~1json/schema/properties/InBody/properties/Deep (line 25)",
		"property #/paths/~1things~1{id}/put/requestBody/content/application~1json/schema/properties/InBody/properties/Deep/items/properties/Deeper (line 27)",
		"response #/paths/~1things~1{id}/put/responses/2XX (line 33)",
		"property #/paths/~1things~1{id}/put/responses/2XX/headers/X-Thing/schema/properties/InHeader (line 37)",
		"property #/paths/~1things~1{id}/put/responses/2XX/content/application~1json/schema/allOf/1/properties/InResponse (line 44)",
		"operation #/paths/~1things~1{id}/put/callbacks/done/{$request.body#~1url}/post (line 50)",
		"parameter #/components/parameters/Page (line 54)",
		"response #/components/responses/Failure (line 57)",
		"property #/components/schemas/Thing/properties/Parent (line 62)",
		"property #/components/schemas/Other/properties/Parent (line 62)",
	}
	var expected []string
	for _, at := range want {
		if strings.Contains(at, ": ") {
			expected = append(expected, at)
			continue
		}
		expected = append(expected, at+": no x-evidence", at+": no x-evidence-source")
	}
	got := evidenceComplaints(parseYAML(t, document))
	for _, complaint := range got {
		if !slices.Contains(expected, complaint) {
			t.Errorf("unexpected: %s", complaint)
		}
	}
	for _, complaint := range expected {
		if !slices.Contains(got, complaint) {
			t.Errorf("missing: %s", complaint)
		}
	}
}
