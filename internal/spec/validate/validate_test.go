package validate

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// described returns a description with the given members beside those that it must have.
func described(paths, schemas string) string {
	return `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {` + paths + `}, "components": {"schemas": {` + schemas + `}}}`
}

// get is a path item with a GET that has the given members.
func get(path, id, members string) string {
	return `"` + path + `": {"get": {"operationId": "` + id + `", ` + members + `"responses": {"200": {"description": "OK"}}}}`
}

func validate(t *testing.T, text string) error {
	t.Helper()
	document, err := tree.Read([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	before := tree.Clone(document)
	err = Validate(document)
	if after, _ := tree.JSON(document); !equalJSON(t, before, after) {
		t.Errorf("the description has changed to %s", after)
	}
	return err
}

func equalJSON(t *testing.T, value any, data []byte) bool {
	t.Helper()
	text, err := tree.JSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) == string(data)
}

func TestValidDescriptionsPass(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                described("", ""),
		"an operation":         described(get("/a/{id}", "getA", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/A"}}], `), `"A": {"type": "string", "x-a": 1}`),
		"a cycle of types":     described("", `"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "$ref": {"type": "string"}}}`),
		"a base and its parts": described("", `"A": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true}, "B": {"type": "object"}`),
		"similar paths":        described(get("/a/{id}", "a", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {}}], `)+`, `+get("/a/{id}/b", "b", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {}}], `), ""),
	} {
		if err := validate(t, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProblems(t *testing.T) {
	withContent := func(content string) string {
		return `"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "OK", ` + content + `}}}}`
	}
	for _, test := range []struct {
		name, text string
		places     string // of the problems, separated by spaces
		says       string
	}{
		{"a reference to nothing", described("", `"A": {"$ref": "#/components/schemas/B"}`), "/components/schemas/A/$ref", "which is not there"},
		{"a reference to another file", described("", `"A": {"items": {"$ref": "other.json#/B"}, "type": "array"}`), "/components/schemas/A/items/$ref", "which is not fetched"},
		{"a reference without a fragment", described("", `"A": {"$ref": ""}`), "/components/schemas/A/$ref", "which is not fetched"},
		{"a reference to itself", described("", `"A": {"$ref": "#/components/schemas/A"}`), "/components/schemas/A/$ref", "back to itself"},
		{"a reference into a schema", described("", `"A": {"type": "object", "properties": {"B": {"type": "string"}}}, "C": {"$ref": "#/components/schemas/A/properties/B"}`),
			"/components/schemas/C/$ref", "inside a schema"},
		{"too many schemas", described("", many(maxSchemas+1)), "/components/schemas", "more than the 4000"},
		{"references without an end", described("", chain(maxReferences+1)), "/components/schemas/S0/$ref", "on and on"},
		{"references in a circle", described("", `"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}`), "/components/schemas/A/$ref /components/schemas/B/$ref", "back to itself"},
		{"a circle of compositions", described("", `"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}`), "/components/schemas/A/allOf/0/$ref", "back to itself"},
		{"a query", described(get("/a?b=c", "a", ""), ""), "/paths/~1a?b=c", "query"},
		{"a fragment", described(get("/a#b", "a", ""), ""), "/paths/~1a#b", "fragment"},
		{"no slash", described(get("a", "a", ""), ""), "/paths/a", "slash"},
		{"an open brace", described(get("/{a", "a", ""), ""), "/paths/~1{a", "braces"},
		{"a variable without a name", described(get("/{}", "a", ""), ""), "/paths/~1{}", "no name"},
		{"the same path twice", described(get("/{a}", "a", "")+", "+get("/{b}", "b", ""), ""), "/paths/~1{b}", `"/{a}"`},
		{"no id", described(get("/a", "", ""), ""), "/paths/~1a/get/operationId", "no id"},
		{"the id of another", described(get("/a", "same", "")+", "+get("/b", "same", ""), ""), "/paths/~1b/get/operationId", "/paths/~1a/get"},
		{"a member with a quote", described("", `"A": {"properties": {"a\"b": {}}}`), `/components/schemas/A/properties/a"b`, "Go source"},
		{"a member with a backquote", described("", "\"A\": {\"properties\": {\"a`b\": {}}}"), "/components/schemas/A/properties/a`b", "Go source"},
		{"a member with a line end", described("", `"A": {"items": {"properties": {"a\nb": {}}}}`), "/components/schemas/A/items/properties/a\nb", "Go source"},
		{"a member that reads otherwise", described("", `"A": {"properties": {"a\u202eb": {}}}`), "/components/schemas/A/properties/a\u202eb", "Go source"},
		{"a member with a comma", described("", `"A": {"properties": {"a,b": {}}}`), "/components/schemas/A/properties/a,b", "comma"},
		{"a discriminator", described("", `"A": {"discriminator": {"propertyName": "a\\b", "mapping": {"c\"d": "#/components/schemas/A"}}}`),
			`/components/schemas/A/discriminator/propertyName /components/schemas/A/discriminator/mapping/c"d`, "Go source"},
		{"a path with a quote", described(`"/a\"b": {"get": {"operationId": "a", "responses": {}}}`, ""), `/paths/~1a"b`, "Go source"},
		{"an id with a quote", described(get("/a", `a\"b`, ""), ""), "/paths/~1a/get", "Go source"},
		{"a header with a quote", described(withContent(`"headers": {"a\"b": {"schema": {}}}`), ""), "/paths/~1a/get/responses/200/headers", "Go source"},
		{"a media type with a quote", described(withContent(`"content": {"a/b\"": {}}`), ""), "/paths/~1a/get/responses/200/content", "Go source"},
		{"a media type of a request with a quote", described(get("/a", "a", `"requestBody": {"content": {"a/b\"": {}}}, `), ""), "/paths/~1a/get/requestBody/content", "Go source"},
		{"a type that is none", described("", `"A": {"type": "object"}, "B": {"type": "date"}`), "/components/schemas/B", "date"},
		{"a variable that is not declared", described(get("/{a}", "a", ""), ""), "", "missing: [a]"},
		{"a parameter without a schema", described(get("/a", "a", `"parameters": [{"name": "q", "in": "query"}], `), ""), "/paths/~1a/get", "q"},
		{"no title", strings.Replace(described("", ""), `"title": "T", `, "", 1), "", "title"},
		{"what is not OpenAPI", described(get("/a", "a", `"deprecated": "yes", `), ""), "", "not OpenAPI"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := validate(t, test.text)
			problems := problemsOf(t, err)
			var places []string
			for _, problem := range problems {
				places = append(places, problem.Pointer)
				if problem.Remedy == "" || strings.Contains(problem.Message, "\n") {
					t.Errorf("it says %+v", problem)
				}
			}
			if got := strings.Join(places, " "); got != test.places || !strings.Contains(problems[0].Message, test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func problemsOf(t *testing.T, err error) tree.Problems {
	t.Helper()
	if problem, ok := errors.AsType[*tree.Problem](err); ok {
		return tree.Problems{problem}
	}
	problems, ok := errors.AsType[tree.Problems](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	return problems
}

// All that is wrong comes at once, so that a user mends it in one go.
func TestSeveralProblems(t *testing.T) {
	err := validate(t, described(get("/a?b", "same", "")+", "+get("/c", "same", "")+", "+get("/d", "", ""), `"A": {"$ref": "#/no"}, "B": {"properties": {"a,b": {}}}`))
	if problems := problemsOf(t, err); len(problems) != 5 {
		t.Errorf("got %v", err)
	}
	err = validate(t, described(get("/a", "a", `"parameters": [{"name": "q", "in": "query"}], `), `"A": {"type": "date"}, "B": {"type": "time"}`))
	if problems := problemsOf(t, err); len(problems) != 3 {
		t.Errorf("got %v", err)
	}
}

// A description from one host must not make this program call another, wherever the reference stands.
func TestNothingIsFetched(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) { t.Errorf("a connection is %v", state) }
	server.Start()
	defer server.Close()
	ref := `{"$ref": "` + server.URL + `/a.json"}`
	for name, text := range map[string]string{
		"a schema":    described("", `"A": `+ref),
		"an example":  described(`"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {"a/b": {"examples": {"e": `+ref+`}}}}}}}`, ""),
		"a path":      described(`"/a": `+ref, ""),
		"a callback":  described(get("/a", "a", `"callbacks": {"c": `+ref+`}, `), ""),
		"a parameter": described(get("/a", "a", `"parameters": [`+ref+`], `), ""),
	} {
		if err := validate(t, text); err == nil || !strings.Contains(err.Error(), "ref") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// chain returns schemas of which each refers to the next.
func chain(count int) string {
	var schemas strings.Builder
	for i := range count {
		fmt.Fprintf(&schemas, `"S%d": {"$ref": "#/components/schemas/S%d"}, `, i, i+1)
	}
	fmt.Fprintf(&schemas, `"S%d": {"type": "string"}`, count)
	return schemas.String()
}

// many returns schemas of which none refers to another.
func many(count int) string {
	var schemas strings.Builder
	schemas.WriteString(`"S": {"type": "string"}`)
	for i := 1; i < count; i++ {
		fmt.Fprintf(&schemas, `, "S%d": {"type": "string"}`, i)
	}
	return schemas.String()
}
