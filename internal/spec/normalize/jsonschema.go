package normalize

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const jsonSchemaRule = "json-schema"

// convertJSONSchema converts JSON Schema 2020-12, the schema language of OpenAPI 3.1, to
// OpenAPI 3.0. It runs for every version, because generators and authors mix them. It drops
// keywords that have no equivalent.
func convertJSONSchema(document tree.Object, report *tree.Report) {
	hoistDefinitions(document, report)
	fixSchemas(document, report, jsonSchemaRule, func(f *schemaFixer) {
		f.convertUnions()
		f.convertTypes()
		f.convertConst()
		f.convertTuple()
		f.convertBooleans()
		f.convertPatternProperties()
		f.convertExamples()
		f.convertBound("exclusiveMinimum", "minimum", 1)
		f.convertBound("exclusiveMaximum", "maximum", -1)
		f.convertContent()
		f.dropOtherKeywords()
	})
}

// schemaKeywords are the keywords of OpenAPI 3.0 except "not", which excludes values and has
// no equivalent in Go types.
var schemaKeywords = []string{
	"$ref", "type", "format", "enum", "nullable", "properties", "required", "additionalProperties", "items", "allOf", "anyOf",
	"oneOf", "discriminator", "title", "description", "default", "example", "externalDocs", "deprecated", "readOnly",
	"writeOnly", "xml", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}

func (f *schemaFixer) dropOtherKeywords() {
	for name := range tree.Fields(f.schema) {
		if !slices.Contains(schemaKeywords, name) && !tree.Extension(name) {
			f.drop(name, noEquivalent)
		}
	}
}

func (f *schemaFixer) convertConst() {
	if value, ok := f.schema["const"]; ok {
		values := []any{value}
		f.report.Add(f.rule, tree.Join(f.pointer, "const"), value, values, "OpenAPI 3.0 uses an enum of one value")
		delete(f.schema, "const")
		f.schema["enum"] = values
	}
}

const allowsAll = "OpenAPI 3.0 writes a schema that allows any value as {}"

// convertBooleans replaces true schemas with {} and drops false ones.
func (f *schemaFixer) convertBooleans() {
	f.convertBooleanProperties()
	switch f.schema["items"] {
	case true:
		f.set("items", tree.Object{}, allowsAll)
	case false:
		f.drop("items", allowsNone)
	}
	parts := tree.ListAt(f.schema, "allOf")
	others := slices.DeleteFunc(slices.Clone(parts), func(part any) bool { return part == true || part == false })
	if len(others) < len(parts) {
		f.set("allOf", others, "OpenAPI 3.0 has no boolean schemas")
	}
}

func (f *schemaFixer) convertBooleanProperties() {
	properties := tree.ObjectAt(f.schema, "properties")
	never := map[string]bool{}
	for name, property := range tree.Fields(properties) {
		location := tree.Join(f.pointer, "properties", name)
		switch property {
		case true:
			f.report.Add(f.rule, location, true, tree.Object{}, allowsAll)
			properties[name] = tree.Object{}
		case false:
			f.report.Add(f.rule, location, false, nil, allowsNone)
			delete(properties, name)
			never[name] = true
		}
	}
	required := tree.ListAt(f.schema, "required")
	if required == nil || len(never) == 0 {
		return
	}
	required = slices.DeleteFunc(required, func(name any) bool { return never[tree.String(name)] })
	if f.schema["required"] = required; len(required) == 0 {
		delete(f.schema, "required")
	}
}

func (f *schemaFixer) convertExamples() {
	examples := tree.ListAt(f.schema, "examples")
	if _, ok := f.schema["example"]; !ok && len(examples) > 0 {
		f.report.Add(f.rule, tree.Join(f.pointer, "examples"), examples, examples[0], "OpenAPI 3.0 has one example")
		delete(f.schema, "examples")
		f.schema["example"] = examples[0]
	}
}

// convertBound converts an exclusive bound to an inclusive one with a flag. If there are
// both, the tighter one wins: the larger if sign is 1, the smaller if it is -1.
func (f *schemaFixer) convertBound(exclusive, inclusive string, sign float64) {
	value, ok := f.schema[exclusive]
	bound, numeric := numberOf(value)
	if _, boolean := value.(bool); !ok || boolean || !numeric {
		return
	}
	if other, ok := numberOf(f.schema[inclusive]); ok && bound*sign < other*sign {
		f.drop(exclusive, "the other bound is tighter")
		return
	}
	f.report.Add(f.rule, tree.Join(f.pointer, exclusive), value, true, "OpenAPI 3.0 uses "+inclusive+" and a flag")
	f.schema[inclusive] = value
	f.schema[exclusive] = true
}

// convertContent sets the OpenAPI 3.0 format of a string that encodes bytes.
func (f *schemaFixer) convertContent() {
	encoding, encoded := f.schema["contentEncoding"].(string)
	mediaType, hasType := f.schema["contentMediaType"].(string)
	if _, ok := f.schema["format"]; !ok {
		switch {
		case strings.HasPrefix(encoding, "base64"):
			f.set("format", "byte", "the string is "+encoding)
		case hasType && !encoded && !httpx.JSON(mediaType) && !strings.HasPrefix(mediaType, "text/"):
			f.set("format", "binary", "the content is "+mediaType)
		}
		if _, ok := f.schema["type"]; !ok && f.schema["format"] != nil {
			f.set("type", "string", "bytes are strings in JSON")
		}
	}
}
