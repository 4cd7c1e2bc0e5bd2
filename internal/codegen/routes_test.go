package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// A client calls all operations. A fake serves the first of those that no request tells apart, and
// the report has the others.
func TestRoutes(t *testing.T) {
	operation := func(id, parameter string) string {
		return `{"operationId": "` + id + `", "parameters": [{"in": "path", "required": true, ` + parameter + `}], "responses": {"204": {"description": "OK"}}}`
	}
	document, err := tree.Read([]byte(`{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
		"/orders/{id}": {"get": ` + operation("ById", `"name": "id", "schema": {"type": "integer"}`) + `},
		"/orders/{number}": {"get": ` + operation("ByNumber", `"name": "number", "schema": {"type": "string"}`) + `,
			"x-oai-additionalOperations": {"QUERY": ` + operation("Search", `"name": "number", "schema": {"type": "string"}`) + `, "M-SEARCH": ` + operation("Find", `"name": "number", "schema": {"type": "string"}`) + `}},
		"/files/{path}": {"get": ` + operation("File", `"name": "path", "x-catch-all": true, "schema": {"type": "string"}`) + `}}}`))
	if err != nil {
		t.Fatal(err)
	}
	report := &tree.Report{}
	files, err := Generate(document, Options{Package: "api", Server: true}, report)
	if err != nil {
		t.Fatal(err)
	}
	code := string(files[0].Content)
	for _, want := range []string{
		"ByID(ctx context.Context, id int64, ", "ByNumber(ctx context.Context, number string, ", `Method: "QUERY", `, `Method: "M-SEARCH", `,
		`"GET /orders/{id}", fake.Handle(implementation.ByID,`, `"QUERY /orders/{number}", fake.Handle(implementation.Search,`, `"GET /files/{path...}", fake.Handle(implementation.File,`,
	} {
		if !strings.Contains(code, want) {
			t.Errorf("the code has no %s", want)
		}
	}
	if strings.Contains(code, "implementation.ByNumber,") {
		t.Error("the fake has two handlers for one request")
	}
	reported := ""
	for _, change := range report.Changes {
		if change.Rule == "fakes" {
			reported += change.Pointer
		}
	}
	if reported != "/paths/~1orders~1{number}/get" {
		t.Errorf("reported %q", reported)
	}
}
