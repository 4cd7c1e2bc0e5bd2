package normalize

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const sharedSchemas = `{"Name": {"type": "string", "maxLength": 3, "nullable": true},
	"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "name": {"$ref": "#/components/schemas/Name"}}},
	"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
	"Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
	"Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"type": "string"}}}}`

// TestFixExamples checks what remains, and that a validator that checks examples agrees.
func TestFixExamples(t *testing.T) {
	pet := func(mapping string) string {
		return `{"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"` + mapping + `}}`
	}
	const mapping = `, "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"}`
	for _, test := range []struct {
		schema string
		fits   []string
		others []string
	}{
		{`{}`, []string{`1`, `"a"`, `[]`, `{}`}, nil},
		{`{"type": "string"}`, []string{`"a"`, `""`}, []string{`1`, `true`, `[]`, `{}`}},
		{`{"type": "string", "minLength": 2, "maxLength": 3}`, []string{`"ab"`, `"łąć"`}, []string{`"a"`, `"abcd"`}},
		{`{"type": "string", "pattern": "^\\u0041?b+$"}`, []string{`"Abb"`}, []string{`"a"`}},
		{`{"type": "string", "format": "date-time"}`, []string{`"2024-10-25T08:30:00Z"`, `"2024-10-25T08:30:00.1234567+02:00"`},
			[]string{`"2024-10-25T08:30:00"`, `"2024-10-25"`, `""`, `"2024-13-25T08:30:00Z"`}},
		{`{"type": "string", "format": "date"}`, []string{`"2024-10-25"`}, []string{`"2024-10-25T00:00:00"`, `"2024-10-32"`}},
		{`{"type": "string", "format": "byte"}`, []string{`"U3dhZ2dlcg=="`, `""`}, []string{`"a b"`}},
		{`{"type": "string", "format": "uuid"}`, []string{`"none"`}, nil},
		{`{"type": "integer", "format": "int32"}`, []string{`1`, `-2147483648`, `2147483647`, `1.0`}, []string{`1.5`, `2147483648`, `"1"`, `1e400`}},
		{`{"type": "integer", "format": "int64"}`, []string{`2147483648`}, []string{`1e30`}},
		{`{"type": "integer"}`, []string{`1e30`}, nil},
		{`{"type": "number", "minimum": 1, "maximum": 2}`, []string{`1`, `1.5`, `2`}, []string{`0.9`, `2.1`}},
		{`{"type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 2, "exclusiveMaximum": true}`, []string{`1.5`}, []string{`1`, `2`}},
		{`{"type": "number", "multipleOf": 0.1}`, []string{`0.3`, `12.7`, `0`}, []string{`0.35`}},
		{`{"type": "boolean"}`, []string{`false`}, []string{`"false"`, `0`}},
		{`{"type": "string", "nullable": true}`, []string{`null`}, nil},
		{`{"type": "string"}`, nil, []string{`null`}},
		{`{"anyOf": [{"type": "string"}, {"type": "integer", "nullable": true}]}`, []string{`null`}, nil},
		{`{"type": "string", "enum": ["a", "b"]}`, []string{`"a"`}, []string{`"c"`, `1`}},
		{`{"type": "integer", "enum": [1, 2]}`, []string{`1`, `2.0`}, []string{`3`, `"1"`}},
		{`{"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}`, []string{`[1]`}, []string{`[]`, `[1, 2, 3]`, `["1"]`, `1`}},
		{`{"type": "array", "items": {}, "uniqueItems": true}`, []string{`[1, 2]`}, []string{`[1, 1.0]`, `["a", "a"]`}},
		{`{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}`, []string{`{"a": 1, "b": 2}`}, []string{`{}`, `{"a": "1"}`, `[]`}},
		{`{"type": "object", "properties": {"a": {}}, "additionalProperties": false}`, []string{`{"a": 1}`}, []string{`{"b": 1}`}},
		{`{"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 1}`, []string{`{"a": 1}`}, []string{`{"a": ""}`, `{}`, `{"a": 1, "b": 1}`}},
		{`{"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Name"}}}`, []string{`{"a": "abc"}`, `{"a": null}`}, []string{`{"a": "abcd"}`}},
		{`{"allOf": [{"$ref": "#/components/schemas/Name"}], "nullable": true}`, []string{`"abc"`, `null`}, []string{`"abcd"`}},
		{`{"allOf": [{"$ref": "#/components/schemas/Node"}]}`, []string{`{"next": {"next": {"name": "a"}}}`}, []string{`{"next": {"next": {"name": "abcd"}}}`}},
		{`{"allOf": [{"$ref": "#/components/schemas/Cat/properties/kind"}]}`, nil, []string{`"a"`}},
		{`{"allOf": [{"$ref": "#/components/schemas/Node"}], "discriminator": {"propertyName": "kind"}}`, []string{`{"name": "a"}`}, nil},
		{`{"allOf": [{"$ref": "#/components/schemas/Loop"}]}`, nil, []string{`1`, `[` + strings.Repeat(`1,`, 200_000) + `1]`}},
		{`{"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]}`, []string{`1.5`, `"a"`}, []string{`1`, `true`}},
		{`{"anyOf": [{"type": "integer"}, {"type": "number"}]}`, []string{`1`}, []string{`"a"`}},
		{pet(""), []string{`{"kind": "x", "lives": 1}`}, []string{`{"kind": "x"}`, `{"lives": 1}`, `{"kind": 1}`}},
		{pet(mapping), []string{`{"kind": "cat", "lives": 1}`, `{"kind": "dog"}`}, []string{`{"kind": "cow"}`, `{"kind": "dog", "lives": 1}`}},
	} {
		for _, name := range []string{"example", "default"} {
			for _, value := range slices.Concat(test.fits, test.others) {
				schemas := asTree(t, sharedSchemas).(tree.Object)
				schema := asTree(t, test.schema).(tree.Object)
				schema[name], schemas["T"] = asTree(t, value), schema
				output, changes := apply(t, fixExamples, asJSON(t, tree.Object{
					"openapi": "3.0.3", "info": tree.Object{"title": "T", "version": "1"}, "paths": tree.Object{}, "components": tree.Object{"schemas": schemas}}))
				if stays := len(changes) == 0; stays != slices.Contains(test.fits, value) {
					t.Errorf("%s %s of %s: got changes %v", name, value, test.schema, changes)
				}
				validate(t, output)
			}
		}
	}
}

// validate validates a spec and its examples with kin-openapi.
func validate(t *testing.T, description string) {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData([]byte(description))
	if err == nil {
		err = loaded.Validate(t.Context())
	}
	if err != nil {
		t.Errorf("%v in %s", err, description)
	}
}

func TestFixExamplesOutsideSchemas(t *testing.T) {
	output, changes := apply(t, fixExamples, `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
		"components": {
			"examples": {"a": {"value": 1}},
			"schemas": {"T": {"type": "object", "properties": {"example": {"type": "string"}, "examples": {"type": "string"}, "schema": {"type": "string"}}}}},
		"paths": {"/a": {"post": {
			"parameters": [
				{"name": "a", "in": "query", "schema": {"type": "integer"}, "example": "1"},
				{"name": "b", "in": "query", "schema": {"type": "integer"}, "example": 1},
				{"name": "c", "in": "query", "schema": {"type": "integer", "default": "1"}, "examples": {"a": {"value": "1"}}},
				{"name": "d", "in": "query", "schema": {"type": "integer"}, "examples": {"a": {"value": "1"}, "b": {"value": 2}, "c": {"value": 3}}}],
			"requestBody": {"content": {
				"application/json": {"schema": {"$ref": "#/components/schemas/T"}, "example": {"example": 1}, "examples": {"a": {"$ref": "#/components/examples/a"}}},
				"multipart/form-data": {"schema": {"type": "object"}, "encoding": {"examples": {"contentType": "text/plain"}}}}},
			"responses": {"200": {"description": "OK",
				"headers": {"X-A": {"schema": {"type": "integer"}, "example": "1"}},
				"content": {"text/plain": {"examples": {"a": {}, "b": {"value": "x"}}}}}}}}}}`)
	want := asJSON(t, asTree(t, `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
		"components": {"schemas": {"T": {"type": "object", "properties": {"example": {"type": "string"}, "examples": {"type": "string"}, "schema": {"type": "string"}}}}},
		"paths": {"/a": {"post": {
			"parameters": [
				{"name": "a", "in": "query", "schema": {"type": "integer"}},
				{"name": "b", "in": "query", "schema": {"type": "integer"}, "example": 1},
				{"name": "c", "in": "query", "schema": {"type": "integer"}},
				{"name": "d", "in": "query", "schema": {"type": "integer"}, "example": 2}],
			"requestBody": {"content": {
				"application/json": {"schema": {"$ref": "#/components/schemas/T"}},
				"multipart/form-data": {"schema": {"type": "object"}, "encoding": {"examples": {"contentType": "text/plain"}}}}},
			"responses": {"200": {"description": "OK",
				"headers": {"X-A": {"schema": {"type": "integer"}}},
				"content": {"text/plain": {"example": "x"}}}}}}}}`))
	if output != want {
		t.Errorf("got\n%s\nwant\n%s", output, want)
	}
	if len(changes) != 11 {
		t.Errorf("%d changes: %+v", len(changes), changes)
	}
	validate(t, output)
}

func TestFixPatterns(t *testing.T) {
	testSchemas(t, fixExamples, "", []schemaTest{
		{"of Go", `{"type": "string", "pattern": "^[a-z]+$"}`, `{"type": "string", "pattern": "^[a-z]+$"}`, ""},
		{"with code points", `{"type": "string", "pattern": "[\\u0104-\\u0107]"}`, `{"type": "string", "pattern": "[\\u0104-\\u0107]"}`, ""},
		{"of other languages", `{"type": "string", "pattern": "^(?!a)b$", "example": "b"}`, `{"type": "string", "x-pattern": "^(?!a)b$", "example": "b"}`, "pattern"},
		{"with too many repeats", `{"type": "string", "pattern": "^.{0,4000}$"}`, `{"type": "string", "x-pattern": "^.{0,4000}$"}`, "pattern"},
	})
}

// The paths through a union of cyclic schemas multiply with each level of the example.
// Without a bound, this test would take years.
func TestExampleChecksAreBounded(t *testing.T) {
	const union = `{"oneOf": [{"$ref": "#/components/schemas/T"}, {"$ref": "#/components/schemas/T"}, {"type": "string"}]}`
	example := strings.Repeat(`{"a": `, 100) + `"b"` + strings.Repeat(`}`, 100)
	_, changes := apply(t, fixExamples, `{"components": {"schemas": {"T": {"type": "object", "properties": {"a": `+union+`}, "example": `+example+`}}}}`)
	if len(changes) != 1 {
		t.Errorf("got changes %v", changes)
	}
}
