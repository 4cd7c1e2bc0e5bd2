package normalize

import (
	"maps"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixTypes corrects the types of schema keywords. Specs written by hand or by old generators
// contain unknown types, quoted numbers, and misplaced keywords.
func fixTypes(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "types", func(m *schemaFixer) {
		if _, ok := m.schema["$ref"]; ok {
			return
		}
		m.absorbOnlyPart()
		m.fixType()
		m.fixFlags()
		m.fixNumbers()
		m.fixParts()
		m.fixRequired()
		m.fixDiscriminator(document)
		m.fixOthers()
		m.inferType()
		if _, ok := m.schema["items"]; !ok && m.schema["type"] == "array" {
			m.set("items", tree.Object{}, "a list requires a schema for its elements")
		}
	})
}

func (m *schemaFixer) absorbOnlyPart() {
	for {
		m.fixComposition("allOf", schemaObject) // one of two parts may be invalid
		parts := tree.ListAt(m.schema, "allOf")
		if len(parts) != 1 {
			return
		}
		part, schemaObject := parts[0].(tree.Object)
		others := maps.Clone(m.schema)
		delete(others, "allOf")
		if !schemaObject || !canAbsorb(others, part) {
			return
		}
		m.drop("allOf", "its only part is merged into the schema")
		m.absorb(part)
	}
}

func (m *schemaFixer) fixType() {
	value, ok := m.schema["type"]
	text, _ := value.(string)
	if !ok || text != "" && typeNamed(text) == (typeName{text, ""}) {
		return
	}
	if name, ok := strings.CutSuffix(text, "?"); ok { // C# notation
		text = name
		m.schema["nullable"] = true
	}
	known := typeNamed(text)
	if element, ok := strings.CutSuffix(text, "[]"); ok && known.name == "" {
		known.name = "array"
		if _, ok := m.schema["items"]; !ok {
			m.schema["items"] = tree.Object{"type": element} // the walk visits items next
		}
	}
	if known.name == "" {
		m.drop("type", "not an OpenAPI type; any value is accepted")
		return
	}
	m.set("type", known.name, "OpenAPI has another name for the type")
	if _, ok := m.schema["format"]; !ok && known.format != "" {
		m.schema["format"] = known.format
	}
}

var schemaFlags = []string{
	"deprecated", "exclusiveMaximum", "exclusiveMinimum", "nullable", "readOnly", "uniqueItems", "writeOnly",
}

func (m *schemaFixer) fixFlags() {
	for _, name := range schemaFlags {
		value, ok := m.schema[name]
		if _, boolean := value.(bool); !ok || boolean {
			continue
		}
		if text := strings.ToLower(tree.Text(value)); text == "true" || text == "false" {
			m.set(name, text == "true", "it is a boolean")
		} else {
			m.drop(name, "not a boolean")
		}
	}
	if tree.IsSet(m.schema, "readOnly") && tree.IsSet(m.schema, "writeOnly") {
		m.drop("readOnly", "a property cannot be both read-only and write-only")
		m.drop("writeOnly", "a property cannot be both read-only and write-only")
	}
}

// fixOthers drops keywords that do not affect types and cannot be read.
func (m *schemaFixer) fixOthers() {
	m.drop("xml", "bodies are JSON")
	for _, name := range []string{"format", "pattern"} {
		if _, ok := m.schema[name].(string); !ok {
			m.drop(name, "not a string")
		}
	}
	docs := tree.ObjectAt(m.schema, "externalDocs")
	address, _ := docs["url"].(string)
	if _, err := url.Parse(address); err != nil || address == "" {
		m.drop("externalDocs", "it has no URL")
	}
}

// inferType adds the type implied by other keywords.
func (m *schemaFixer) inferType() {
	if _, ok := m.schema["type"]; ok {
		return
	}
	properties, hasProperties := m.schema["properties"].(tree.Object)
	composed := m.schema["allOf"] != nil || m.schema["anyOf"] != nil || m.schema["oneOf"] != nil
	_, hasItems := m.schema["items"].(tree.Object)
	_, hasValues := m.schema["additionalProperties"].(tree.Object)
	values := tree.ListAt(m.schema, "enum")
	switch {
	case len(properties) > 0:
		m.set("type", "object", "it has properties")
	case composed:
	case hasProperties || hasValues:
		m.set("type", "object", "it has properties")
	case hasItems:
		m.set("type", "array", "it has items")
	case typeOfValues(values) != "":
		m.set("type", typeOfValues(values), "all values have this type")
	}
}
