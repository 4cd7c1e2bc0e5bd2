package codegen

import (
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Parts of a spec without an equivalent Go type are in the report, with their location.
func TestReportListsLostTypes(t *testing.T) {
	const one, two = `"One": {"type": "object", "properties": {"Kind": {"type": "string"}}}`, `"Two": {"type": "object", "properties": {"Kind": {"type": "string"}}}`
	for _, test := range []struct{ name, parameters, schemas, pointer string }{
		{"a union with its discriminator", "", one + "," + two + `, "Union": {"oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}], "discriminator": {"propertyName": "Kind"}}`, ""},
		{"a discriminator without a value for each", "", one + "," + two + `, "Union": {"oneOf": [{"$ref": "#/components/schemas/One"}, {"type": "object", "properties": {"A": {"type": "string"}}}],
			"discriminator": {"propertyName": "Kind"}}`, "/components/schemas/Union/discriminator"},
		{"a union next to properties", "", one + `, "Both": {"type": "object", "properties": {"A": {"type": "string"}}, "oneOf": [{"$ref": "#/components/schemas/One"}]}`, ""},
		{"a union next to properties of other types", "", one + `, "Both": {"type": "object", "properties": {"Kind": {"type": "integer"}}, "oneOf": [{"$ref": "#/components/schemas/One"}]}`, "/components/schemas/Both/oneOf/properties/Kind"},
		{"a list next to properties", "", `"Both": {"type": "object", "properties": {"A": {"type": "string"}}, "anyOf": [{"type": "array", "items": {"type": "string"}}]}`, "/components/schemas/Both/anyOf"},
		{"a property without a type", "", `"Both": {"type": "object", "properties": {"A": {}}}`, "/components/schemas/Both/properties/A"},
		{"a restriction next to properties", "", `"Price": {"type": "object", "properties": {"A": {"type": "string"}}, "anyOf": [{"required": ["A"]}]}`, ""},
		{"an object in a header", `{"name": "X-A", "in": "header", "schema": {"type": "object"}}`, "", "/paths/~1a/get/parameters/0/schema/additionalProperties"},
		{"a list of lists in a header", `{"name": "X-A", "in": "header", "schema": {"type": "array", "items": {"type": "array", "items": {}}}}`, "", "/paths/~1a/get/parameters/0/schema/items"},
		{"a number in a header", `{"name": "X-A", "in": "header", "schema": {"type": "number"}}`, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			document, err := tree.Read([]byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {"operationId": "a",
				"parameters": [` + test.parameters + `], "responses": {"200": {"description": "OK"}}}}}, "components": {"schemas": {` + test.schemas + `}}}`))
			if err != nil {
				t.Fatal(err)
			}
			report := &tree.Report{}
			if _, err := Generate(document, Options{Package: "api"}, report); err != nil {
				t.Fatal(err)
			}
			var pointers []string
			for _, change := range report.Changes {
				if change.Rule == "go-types" {
					pointers = append(pointers, change.Pointer)
				}
			}
			if got := strings.Join(pointers, " "); got != test.pointer {
				t.Errorf("got changes at %q, want %q", got, test.pointer)
			}
		})
	}
}

// Nothing becomes raw JSON, or a response without a type, unless the report has it.
func TestReportListsUntypedValues(t *testing.T) {
	document, err := tree.Read([]byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {"operationId": "a", "responses": {
		"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}},
		"400": {"description": "No", "content": {"application/xml": {"schema": {"$ref": "#/components/schemas/Order"}}, "text/plain": {"schema": {"type": "string"}}}}}}}},
		"components": {"schemas": {"Order": {"type": "object", "properties": {"any": {"description": "Anything."}, "list": {"type": "array", "items": {}}, "name": {"type": "string"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	report := &tree.Report{}
	if _, err := Generate(document, Options{Package: "api"}, report); err != nil {
		t.Fatal(err)
	}
	var pointers []string
	for _, change := range report.Changes {
		pointers = append(pointers, change.Rule+" "+change.Pointer)
	}
	want := []string{
		"go-types /components/schemas/Order/properties/any", "go-types /components/schemas/Order/properties/list/items",
		"go-types /paths/~1a/get/responses/200/content/application~1json/schema/additionalProperties",
		"go-types /paths/~1a/get/responses/400/content/application~1xml/schema",
	}
	if !slices.Equal(pointers, want) {
		t.Errorf("got changes at %q, want %q", pointers, want)
	}
}

// A success of several types, and a number that is plain text, lose their types.
func TestReportListsUntypedResponses(t *testing.T) {
	const id, name = `{"schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}`, `{"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}`
	for responses, want := range map[string]string{
		`"200": {"description": "", "content": {"application/json": ` + id + `}}, "201": {"description": "", "content": {"application/json": ` + id + `}}, "204": {"description": ""}`: "",
		`"200": {"description": "", "content": {"application/json": ` + id + `}}, "201": {"description": "", "content": {"application/json": ` + name + `}}`:                           "/paths/~1a/get/responses",
		`"200": {"description": "", "content": {"application/json": ` + id + `, "text/csv": {"schema": {"type": "string"}}}}`:                                                          "/paths/~1a/get/responses",
		`"200": {"description": "", "content": {"text/plain": {"schema": {"type": "integer"}}}}`:                                                                                       "/paths/~1a/get/responses/200/content/text~1plain/schema",
		`"200": {"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}}`:                                                                                        "",
	} {
		document, err := tree.Read([]byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {"operationId": "a", "responses": {` + responses + `}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		report := &tree.Report{}
		if _, err := Generate(document, Options{Package: "api"}, report); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, change := range report.Changes {
			if change.Rule == "go-types" {
				got += change.Pointer
			}
		}
		if got != want {
			t.Errorf("%s: got changes at %q, want %q", responses, got, want)
		}
	}
}
