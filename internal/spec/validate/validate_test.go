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

// newSpec returns a spec with paths, schemas and all required fields.
func newSpec(paths, schemas string) string {
	return `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {` + paths + `}, "components": {"schemas": {` + schemas + `}}}`
}

// get returns a path item with a GET operation and additional fields.
func get(path, id, fields string) string {
	return `"` + path + `": {"get": {"operationId": "` + id + `", ` + fields + `"responses": {"200": {"description": "OK"}}}}`
}

func validate(t *testing.T, spec string) error {
	t.Helper()
	document, err := tree.Read([]byte(spec))
	if err != nil {
		t.Fatalf("%v in %s", err, spec)
	}
	before := tree.Clone(document)
	err = Validate(document)
	if after, _ := tree.JSON(document); !equalJSON(t, before, after) {
		t.Errorf("the spec changed to %s", after)
	}
	return err
}

func equalJSON(t *testing.T, value any, data []byte) bool {
	t.Helper()
	encoded, err := tree.JSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded) == string(data)
}

func TestValidSpecs(t *testing.T) {
	for name, spec := range map[string]string{
		"empty":                newSpec("", ""),
		"an operation":         newSpec(get("/a/{id}", "getA", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/A"}}], `), `"A": {"type": "string", "x-a": 1}`),
		"a cycle of types":     newSpec("", `"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "$ref": {"type": "string"}}}`),
		"a base and its parts": newSpec("", `"A": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true}, "B": {"type": "object"}`),
		"similar paths":        newSpec(get("/a/{id}", "a", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {}}], `)+`, `+get("/a/{id}/b", "b", `"parameters": [{"name": "id", "in": "path", "required": true, "schema": {}}], `), ""),
	} {
		if err := validate(t, spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProblems(t *testing.T) {
	withContent := func(content string) string {
		return `"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "OK", ` + content + `}}}}`
	}
	for _, test := range []struct {
		name, spec string
		pointers   string // of the problems, separated by spaces
		message    string
	}{
		{"a reference to nothing", newSpec("", `"A": {"$ref": "#/components/schemas/B"}`), "/components/schemas/A/$ref", "which does not exist"},
		{"a reference to another file", newSpec("", `"A": {"items": {"$ref": "other.json#/B"}, "type": "array"}`), "/components/schemas/A/items/$ref", "which is not fetched"},
		{"a reference without a fragment", newSpec("", `"A": {"$ref": ""}`), "/components/schemas/A/$ref", "which is not fetched"},
		{"a reference to itself", newSpec("", `"A": {"$ref": "#/components/schemas/A"}`), "/components/schemas/A/$ref", "in a circle"},
		{"a reference into a schema", newSpec("", `"A": {"type": "object", "properties": {"B": {"type": "string"}}}, "C": {"$ref": "#/components/schemas/A/properties/B"}`),
			"/components/schemas/C/$ref", "inside another"},
		{"too many schemas", newSpec("", many(maxSchemas+1)), "/components/schemas", "exceed the limit of 4000"},
		{"an endless chain of references", newSpec("", chain(maxReferences+1)), "/components/schemas/S0/$ref", "too many in a row"},
		{"references in a circle", newSpec("", `"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}`), "/components/schemas/A/$ref /components/schemas/B/$ref", "in a circle"},
		{"a circle of compositions", newSpec("", `"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}`), "/components/schemas/A/allOf/0/$ref", "in a circle"},
		{"a query", newSpec(get("/a?b=c", "a", ""), ""), "/paths/~1a?b=c", "query"},
		{"a fragment", newSpec(get("/a#b", "a", ""), ""), "/paths/~1a#b", "fragment"},
		{"no slash", newSpec(get("a", "a", ""), ""), "/paths/a", "slash"},
		{"an open brace", newSpec(get("/{a", "a", ""), ""), "/paths/~1{a", "braces"},
		{"a variable without a name", newSpec(get("/{}", "a", ""), ""), "/paths/~1{}", "no name"},
		{"a constraint", newSpec(get("/{a:int}", "a", ""), ""), "/paths/~1{a:int}", "constraint"},
		{"no id", newSpec(get("/a", "", ""), ""), "/paths/~1a/get/operationId", "no id"},
		{"the id of another", newSpec(get("/a", "same", "")+", "+get("/b", "same", ""), ""), "/paths/~1b/get/operationId", "/paths/~1a/get"},
		{"a discriminator", newSpec("", `"A": {"discriminator": {"propertyName": "a\\b", "mapping": {"c\"d": "#/components/schemas/A"}}}`),
			`/components/schemas/A/discriminator/propertyName /components/schemas/A/discriminator/mapping/c"d`, "Go source"},
		{"a path with a backquote", newSpec("\"/a`b\": {\"get\": {\"operationId\": \"a\", \"responses\": {}}}", ""), "/paths/~1a`b", "Go source"},
		{"a path with a bidirectional override", newSpec(`"/a\u202eb": {"get": {"operationId": "a", "responses": {}}}`, ""), "/paths/~1a\u202eb", "Go source"},
		{"a path with a quote", newSpec(`"/a\"b": {"get": {"operationId": "a", "responses": {}}}`, ""), `/paths/~1a"b`, "Go source"},
		{"an id with a quote", newSpec(get("/a", `a\"b`, ""), ""), "/paths/~1a/get", "Go source"},
		{"a header with a quote", newSpec(withContent(`"headers": {"a\"b": {"schema": {}}}`), ""), "/paths/~1a/get/responses/200/headers", "Go source"},
		{"a media type with a quote", newSpec(withContent(`"content": {"a/b\"": {}}`), ""), "/paths/~1a/get/responses/200/content", "Go source"},
		{"a media type of a request with a quote", newSpec(get("/a", "a", `"requestBody": {"content": {"a/b\"": {}}}, `), ""), "/paths/~1a/get/requestBody/content", "Go source"},
		{"an unknown type", newSpec("", `"A": {"type": "object"}, "B": {"type": "date"}`), "/components/schemas/B", "date"},
		{"an undeclared variable", newSpec(get("/{a}", "a", ""), ""), "", "missing: [a]"},
		{"a parameter without a schema", newSpec(get("/a", "a", `"parameters": [{"name": "q", "in": "query"}], `), ""), "/paths/~1a/get", "q"},
		{"no title", strings.Replace(newSpec("", ""), `"title": "T", `, "", 1), "", "title"},
		{"an invalid field", newSpec(get("/a", "a", `"deprecated": "yes", `), ""), "", "not OpenAPI"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := validate(t, test.spec)
			problems := problemsOf(t, err)
			var pointers []string
			for _, problem := range problems {
				pointers = append(pointers, problem.Pointer)
				if problem.Remedy == "" || strings.Contains(problem.Message, "\n") {
					t.Errorf("incomplete problem: %+v", problem)
				}
			}
			if got := strings.Join(pointers, " "); got != test.pointers || !strings.Contains(problems[0].Message, test.message) {
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

// TestSeveralProblems checks that all problems are reported at once.
func TestSeveralProblems(t *testing.T) {
	err := validate(t, newSpec(get("/a?b", "same", "")+", "+get("/c", "same", "")+", "+get("/d", "", ""), `"A": {"$ref": "#/no"}, "B": {"discriminator": {"propertyName": "a\\b"}}`))
	if problems := problemsOf(t, err); len(problems) != 5 {
		t.Errorf("got %v", err)
	}
	err = validate(t, newSpec(get("/a", "a", `"parameters": [{"name": "q", "in": "query"}], `), `"A": {"type": "date"}, "B": {"type": "time"}`))
	if problems := problemsOf(t, err); len(problems) != 3 {
		t.Errorf("got %v", err)
	}
}

// TestNoFetch checks that references to another host are never fetched.
func TestNoFetch(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) { t.Errorf("connection %v", state) }
	server.Start()
	defer server.Close()
	ref := `{"$ref": "` + server.URL + `/a.json"}`
	for name, spec := range map[string]string{
		"a schema":    newSpec("", `"A": `+ref),
		"an example":  newSpec(`"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {"a/b": {"examples": {"e": `+ref+`}}}}}}}`, ""),
		"a path":      newSpec(`"/a": `+ref, ""),
		"a callback":  newSpec(get("/a", "a", `"callbacks": {"c": `+ref+`}, `), ""),
		"a parameter": newSpec(get("/a", "a", `"parameters": [`+ref+`], `), ""),
	} {
		if err := validate(t, spec); err == nil || !strings.Contains(err.Error(), "ref") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// chain returns schemas that each refer to the next one.
func chain(count int) string {
	var schemas strings.Builder
	for i := range count {
		fmt.Fprintf(&schemas, `"S%d": {"$ref": "#/components/schemas/S%d"}, `, i, i+1)
	}
	fmt.Fprintf(&schemas, `"S%d": {"type": "string"}`, count)
	return schemas.String()
}

// many returns schemas without references.
func many(count int) string {
	var schemas strings.Builder
	schemas.WriteString(`"S": {"type": "string"}`)
	for i := 1; i < count; i++ {
		fmt.Fprintf(&schemas, `, "S%d": {"type": "string"}`, i)
	}
	return schemas.String()
}
