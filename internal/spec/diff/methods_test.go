package diff_test

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/diff"
)

// Operations of other methods are compared like all others, and so are paths that only the names of
// variables tell apart.
func TestOtherMethodsAndAlikePaths(t *testing.T) {
	const spec = `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
		"/orders": {"x-oai-additionalOperations": {
			"QUERY": {"operationId": "find", "parameters": [{"in": "query", "name": "page", "schema": {"type": "integer"}}], "responses": {"204": {"description": ""}}},
			"COPY": {"operationId": "copy", "responses": {"204": {"description": ""}}}}},
		"/orders/{id}": {"get": {"operationId": "byId", "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "integer"}}], "responses": {"204": {"description": ""}}}},
		"/orders/{number}": {"get": {"operationId": "byNumber", "parameters": [{"in": "path", "name": "number", "required": true, "schema": {"type": "string"}}], "responses": {"204": {"description": ""}}}}}}`
	before := read(t, spec)
	if changes := compare(t, before, read(t, spec)).Changes; len(changes) > 0 {
		t.Errorf("got %+v", changes)
	}
	for edit, want := range map[string]string{
		`"COPY"|"MOVE"`: "COPY /orders", `"page", "schema": {"type": "integer"|"page", "schema": {"type": "boolean"`: "QUERY /orders",
		`"number", "required": true, "schema": {"type": "string"|"number", "required": true, "schema": {"type": "integer"`: "GET /orders/{number}",
	} {
		old, changed, _ := strings.Cut(edit, "|")
		changes := compare(t, before, read(t, edits{old, changed}.of(spec))).Changes
		if len(changes) == 0 || changes[0].Level != diff.Breaking || changes[0].Operation != want {
			t.Errorf("%s: got %+v", edit, changes)
		}
	}
}
