package normalize

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mendTypes makes the members of schemas what OpenAPI 3.0 says that they are. Descriptions that are written by hand or by
// old generators have types that it does not know, numbers as text, and members in the wrong place.
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
			m.set("items", tree.Object{}, "a list must say what it holds, if only that it is anything")
		}
	})
}

// absorbOnlyPart writes an allOf of a single schema as that schema.
func (m *schemaFixer) absorbOnlyPart() {
	for {
		m.fixComposition("allOf", schemaObject) // of two parts, one may be none
		parts := tree.ListAt(m.schema, "allOf")
		if len(parts) != 1 {
			return
		}
		part, schemaObject := parts[0].(tree.Object)
		others := tree.Object{}
		for name, value := range m.schema {
			if name != "allOf" {
				others[name] = value
			}
		}
		if !schemaObject || !canAbsorb(others, part) {
			return
		}
		m.drop("allOf", "its only part is written into the schema itself")
		m.absorb(part)
	}
}

// mendType writes a type by the name that OpenAPI has for it.
func (m *schemaFixer) fixType() {
	value, ok := m.schema["type"]
	text, _ := value.(string)
	if !ok || text != "" && typeNamed(text) == (typeName{text, ""}) {
		return
	}
	if name, ok := strings.CutSuffix(text, "?"); ok { // as C# writes it
		text = name
		m.schema["nullable"] = true
	}
	known := typeNamed(text)
	if element, ok := strings.CutSuffix(text, "[]"); ok && known.name == "" {
		known.name = "array"
		if _, ok := m.schema["items"]; !ok {
			m.schema["items"] = tree.Object{"type": element} // which the walk meets next
		}
	}
	if known.name == "" {
		m.drop("type", "OpenAPI has no such type, so that this is any value")
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

// mendFlags makes booleans of what is true or false.
func (m *schemaFixer) fixFlags() {
	for _, name := range schemaFlags {
		value, ok := m.schema[name]
		if _, boolean := value.(bool); !ok || boolean {
			continue
		}
		if text := strings.ToLower(tree.Text(value)); text == "true" || text == "false" {
			m.set(name, text == "true", "it is a boolean")
		} else {
			m.drop(name, "it is not a boolean")
		}
	}
	if tree.IsSet(m.schema, "readOnly") && tree.IsSet(m.schema, "writeOnly") {
		m.drop("readOnly", "a member that is only read cannot be one that is only written")
		m.drop("writeOnly", "a member that is only written cannot be one that is only read")
	}
}

// mendOthers takes out members that no type comes from and that cannot be read.
func (m *schemaFixer) fixOthers() {
	m.drop("xml", "bodies are JSON")
	for _, name := range []string{"format", "pattern"} {
		if _, ok := m.schema[name].(string); !ok {
			m.drop(name, "it is not text")
		}
	}
	docs := tree.ObjectAt(m.schema, "externalDocs")
	address, _ := docs["url"].(string)
	if _, err := url.Parse(address); err != nil || address == "" {
		m.drop("externalDocs", "it has no address")
	}
}

// inferType adds the type that the other members of a schema speak of.
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
		m.set("type", typeOfValues(values), "all values are of the type")
	}
}
