package normalize

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const jsonSchemaRule = "json-schema"

// convertJSONSchema converts JSON Schema 2020-12, the schema language of OpenAPI 3.1, to
// OpenAPI 3.0. It runs for every version, because generators and authors mix them. It drops
// keywords that have no equivalent.
func convertJSONSchema(document tree.Object, report *tree.Report) {
	hoistDefinitions(document, report)
	fixSchemas(document, report, jsonSchemaRule, func(m *schemaFixer) {
		m.convertUnions()
		m.convertTypes()
		m.convertConst()
		m.convertTuple()
		m.convertBooleans()
		m.convertPatternProperties()
		m.convertExamples()
		m.convertBound("exclusiveMinimum", "minimum", 1)
		m.convertBound("exclusiveMaximum", "maximum", -1)
		m.convertContent()
		m.dropOtherKeywords()
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

func (m *schemaFixer) dropOtherKeywords() {
	for name := range tree.Members(m.schema) {
		if !slices.Contains(schemaKeywords, name) && !tree.Extension(name) {
			m.drop(name, "no Go type can express it, or OpenAPI 3.0 does not have it")
		}
	}
}

func (m *schemaFixer) convertConst() {
	if value, ok := m.schema["const"]; ok {
		values := []any{value}
		m.report.Add(m.rule, tree.Join(m.pointer, "const"), value, values, "OpenAPI 3.0 uses an enum of one value")
		delete(m.schema, "const")
		m.schema["enum"] = values
	}
}

const allowsAll, allowsNone = "OpenAPI 3.0 writes a schema that allows any value as {}", "it allows no value"

// convertBooleans replaces true schemas with {} and drops false ones.
func (m *schemaFixer) convertBooleans() {
	m.convertBooleanProperties()
	switch m.schema["items"] {
	case true:
		m.set("items", tree.Object{}, allowsAll)
	case false:
		m.drop("items", allowsNone)
	}
	parts := tree.ListAt(m.schema, "allOf")
	others := slices.DeleteFunc(slices.Clone(parts), func(part any) bool { return part == true || part == false })
	if len(others) < len(parts) {
		m.set("allOf", others, "OpenAPI 3.0 has no boolean schemas")
	}
}

func (m *schemaFixer) convertBooleanProperties() {
	properties := tree.ObjectAt(m.schema, "properties")
	never := map[string]bool{}
	for name, property := range tree.Members(properties) {
		location := tree.Join(m.pointer, "properties", name)
		switch property {
		case true:
			m.report.Add(m.rule, location, true, tree.Object{}, allowsAll)
			properties[name] = tree.Object{}
		case false:
			m.report.Add(m.rule, location, false, nil, allowsNone)
			delete(properties, name)
			never[name] = true
		}
	}
	required := tree.ListAt(m.schema, "required")
	if required == nil || len(never) == 0 {
		return
	}
	required = slices.DeleteFunc(required, func(name any) bool { return never[tree.Text(name)] })
	if m.schema["required"] = required; len(required) == 0 {
		delete(m.schema, "required")
	}
}

func (m *schemaFixer) convertExamples() {
	examples := tree.ListAt(m.schema, "examples")
	if _, ok := m.schema["example"]; !ok && len(examples) > 0 {
		m.report.Add(m.rule, tree.Join(m.pointer, "examples"), examples, examples[0], "OpenAPI 3.0 has one example")
		delete(m.schema, "examples")
		m.schema["example"] = examples[0]
	}
}

// convertBound converts an exclusive bound to an inclusive one with a flag. If there are
// both, the tighter one wins: the larger if sign is 1, the smaller if it is -1.
func (m *schemaFixer) convertBound(exclusive, inclusive string, sign float64) {
	value, ok := m.schema[exclusive]
	bound, numeric := numberOf(value)
	if _, boolean := value.(bool); !ok || boolean || !numeric {
		return
	}
	if other, ok := numberOf(m.schema[inclusive]); ok && bound*sign < other*sign {
		m.drop(exclusive, "the other bound is tighter")
		return
	}
	m.report.Add(m.rule, tree.Join(m.pointer, exclusive), value, true, "OpenAPI 3.0 uses "+inclusive+" and a flag")
	m.schema[inclusive] = value
	m.schema[exclusive] = true
}

// convertContent sets the OpenAPI 3.0 format of a string that encodes bytes.
func (m *schemaFixer) convertContent() {
	encoding, encoded := m.schema["contentEncoding"].(string)
	mediaType, hasType := m.schema["contentMediaType"].(string)
	if _, ok := m.schema["format"]; !ok {
		switch {
		case strings.HasPrefix(encoding, "base64"):
			m.set("format", "byte", "the string is "+encoding)
		case hasType && !encoded && !jsonMediaType(mediaType) && !strings.HasPrefix(mediaType, "text/"):
			m.set("format", "binary", "the content is "+mediaType)
		}
		if _, ok := m.schema["type"]; !ok && m.schema["format"] != nil {
			m.set("type", "string", "bytes are strings in JSON")
		}
	}
}
