package normalize

import (
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// schemaRules are the rules about schemas, and the rules they rely on.
var schemaRules = []rule{removeNulls, cleanDescriptions, fixReferences, convertJSONSchema, wrapReferenceSiblings, fixTypes, fixEnums, fixExamples, renameSchemas}

// FuzzSchemaRules checks that any value in place of a schema becomes a valid OpenAPI 3.0
// schema, examples included, and that a second run changes nothing.
func FuzzSchemaRules(f *testing.F) {
	for _, seed := range []string{
		`{"type": ["null", "integer", "string"], "pattern": "^\\d+$", "exclusiveMinimum": 1, "examples": ["1", 2]}`,
		`{"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/T", "description": "d"}, {"const": "a", "title": "A"}], "discriminator": {"propertyName": "k", "mapping": {"a": "T"}}}`,
		`{"$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"definitions": {"C": true}}}, "properties": {"a": {"$ref": "#/$defs/A", "type": "object"}, "b": false}}`,
		`{"$defs": {"B": {"definitions": {"C": true}}}, "properties": {"a": {"$ref": "#/$defs/C", "type": "object"}}}`,
		`{"prefixItems": [true, {"enum": [1, null, "1", ""], "x-enumNames": ["a"]}], "items": false, "patternProperties": {"^x": {"not": {}}}}`,
		`{"type": "object[]", "required": true, "minLength": "1", "maximum": 1e400, "allOf": [{"anyOf": []}], "nullable": "true", "xml": 1, "externalDocs": {"url": 1}}`,
		`{"type": "integer", "enum": [0, 1.0], "description": "0 = New, 1 = Paid", "default": "x", "x-ms-enum": {"values": [{"value": 0, "name": "n"}]}}`,
		`{"additionalProperties": {"type": "array", "enum": ["a"], "items": {"type": "string"}}, "example": {"a": [1]}, "properties": ["a"], "pattern": "(?!a)"}`,
		`{"contentEncoding": "base64", "contentMediaType": 1, "if": {}, "readOnly": true, "writeOnly": "TRUE", "format": {}, "multipleOf": 0, "deprecated": null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		read, err := tree.Read([]byte(schema))
		if err != nil {
			return
		}
		document := tree.Object{"openapi": "3.0.3", "info": tree.Object{"title": "T", "version": "1"}, "paths": tree.Object{},
			"components": tree.Object{"schemas": tree.Object{"T": read}}}
		for _, apply := range schemaRules {
			apply(document, &tree.Report{})
		}
		before := tree.Clone(document)
		for _, apply := range schemaRules {
			var report tree.Report
			if apply(document, &report); len(report.Changes) > 0 {
				t.Fatalf("the second run changes %+v", report.Changes)
			}
		}
		if !reflect.DeepEqual(before, any(document)) {
			t.Fatalf("the second run turns %s into %s", asJSON(t, before), asJSON(t, document))
		}
		if strings.Contains(schema, "ref") || strings.Contains(schema, `\u`) {
			return // these rules do not fix dangling references
		}
		loaded, err := openapi3.NewLoader().LoadFromData([]byte(asJSON(t, document)))
		if err == nil {
			err = loaded.Validate(t.Context())
		}
		if err != nil {
			t.Fatalf("%v in %s", err, asJSON(t, document))
		}
	})
}
