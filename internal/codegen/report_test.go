package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// What a Go type cannot say is reported, with its place, and nothing is where everything has its type.
func TestWhatHasNoGoTypeIsReported(t *testing.T) {
	const one, two = `"One": {"type": "object", "properties": {"Kind": {"type": "string"}}}`, `"Two": {"type": "object", "properties": {"Kind": {"type": "string"}}}`
	for _, test := range []struct{ name, parameters, schemas, place string }{
		{"a union with its discriminator", "", one + "," + two + `, "Union": {"oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}], "discriminator": {"propertyName": "Kind"}}`, ""},
		{"a discriminator without a value for each", "", one + "," + two + `, "Union": {"oneOf": [{"$ref": "#/components/schemas/One"}, {"type": "object", "properties": {"A": {"type": "string"}}}],
			"discriminator": {"propertyName": "Kind"}}`, "/components/schemas/Union/discriminator"},
		{"a union beside members", "", one + `, "Both": {"type": "object", "properties": {"A": {"type": "string"}}, "oneOf": [{"$ref": "#/components/schemas/One"}]}`, "/components/schemas/Both/oneOf"},
		{"a restriction beside members", "", `"Price": {"type": "object", "properties": {"A": {"type": "string"}}, "anyOf": [{"required": ["A"]}]}`, ""},
		{"an object in a header", `{"name": "X-A", "in": "header", "schema": {"type": "object"}}`, "", "/paths/~1a/get/parameters/0/schema"},
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
			var places []string
			for _, change := range report.Changes {
				if change.Rule == "go-types" {
					places = append(places, change.Pointer)
				}
			}
			if got := strings.Join(places, " "); got != test.place {
				t.Errorf("reported are %q, want %q", got, test.place)
			}
		})
	}
}
