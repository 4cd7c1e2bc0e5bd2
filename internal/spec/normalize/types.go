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
	r := newResolver(document)
	fixSchemas(document, report, "types", func(f *schemaFixer) {
		if _, ok := f.schema["$ref"]; ok {
			return
		}
		f.dropWrongObject(document)
		f.absorbOnlyPart()
		f.fixType()
		f.fixIntegerFormat()
		f.fixFlags()
		f.fixNumbers()
		f.fixParts()
		f.fixRequired()
		f.fixDiscriminator(r)
		f.fixOthers()
		f.inferType()
		if _, ok := f.schema["items"]; !ok && f.schema["type"] == "array" {
			f.set("items", tree.Object{}, "a list requires a schema for its elements")
		}
	})
}

func (f *schemaFixer) absorbOnlyPart() {
	for {
		f.fixComposition("allOf", objectValue) // one of two parts may be invalid
		parts := tree.ListAt(f.schema, "allOf")
		if len(parts) != 1 {
			return
		}
		part, ok := parts[0].(tree.Object)
		others := maps.Clone(f.schema)
		delete(others, "allOf")
		if !ok || !canAbsorb(others, part) {
			return
		}
		f.drop("allOf", "its only part is merged into the schema")
		f.absorb(part)
	}
}

func (f *schemaFixer) fixType() {
	value, ok := f.schema["type"]
	text, _ := value.(string)
	if !ok || text != "" && typeNamed(text) == (typeName{text, ""}) {
		return
	}
	if name, ok := strings.CutSuffix(text, "?"); ok { // C# notation
		text = name
		f.schema["nullable"] = true
	}
	known := typeNamed(text)
	if element, ok := strings.CutSuffix(text, "[]"); ok && known.name == "" {
		known.name = "array"
		if _, ok := f.schema["items"]; !ok {
			f.schema["items"] = tree.Object{"type": element} // the walk visits items next
		}
	}
	if known.name == "" {
		f.drop("type", "not an OpenAPI type; any value is accepted")
		return
	}
	f.set("type", known.name, "OpenAPI has another name for the type")
	if _, ok := f.schema["format"]; !ok && known.format != "" {
		f.schema["format"] = known.format
	}
}

// fixIntegerFormat sets the format to the size of the integer. Some of the names that services use
// are formats of strings, too.
func (f *schemaFixer) fixIntegerFormat() {
	format, ok := f.schema["format"].(string)
	if !ok || f.schema["type"] != "integer" {
		return
	}
	switch known := typeNamed(format); {
	case known.name == "" || known.name == "integer" && known.format == format:
	case known.name == "integer" && known.format != "":
		f.set("format", known.format, "the size of the integer")
	default:
		f.drop("format", "integers do not have it")
	}
}

// dropWrongObject drops the type of a schema that is called an object, but consists of something
// else, such as a list in an allOf.
func (f *schemaFixer) dropWrongObject(document tree.Object) {
	if f.schema["type"] != "object" || len(tree.ObjectAt(f.schema, "properties")) > 0 {
		return
	}
	if _, ok := f.schema["additionalProperties"].(tree.Object); ok {
		return
	}
	if _, ok := f.schema["items"].(tree.Object); ok {
		f.set("type", "array", "it has items and no properties")
		f.drop("additionalProperties", "lists do not have it")
		return
	}
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		for _, part := range tree.ListAt(f.schema, keyword) {
			kind := kindOf(document, part)
			if kind == "" || kind == "object" {
				continue
			}
			for _, name := range []string{"type", "properties", "additionalProperties", "required"} {
				f.drop(name, "the schema consists of a value that is not an object: "+kind)
			}
			return
		}
	}
}

// kindOf returns the type of a schema, which may be a reference, or "" if it does not tell.
func kindOf(document tree.Object, value any) string {
	for range maxReferenceChain {
		schema, _ := value.(tree.Object)
		if kind := typeNamed(tree.String(schema["type"])).name; kind != "" {
			return kind
		}
		if _, ok := schema["items"]; ok {
			return "array"
		}
		ref, _ := schema["$ref"].(string)
		if parts := tree.ListAt(schema, "allOf"); len(parts) == 1 {
			value = parts[0]
		} else if value, _ = tree.Lookup(document, strings.TrimPrefix(ref, "#")); !strings.HasPrefix(ref, "#/") {
			return ""
		}
	}
	return ""
}

var schemaFlags = []string{
	"deprecated", "exclusiveMaximum", "exclusiveMinimum", "nullable", "readOnly", "uniqueItems", "writeOnly",
}

func (f *schemaFixer) fixFlags() {
	for _, name := range schemaFlags {
		value, ok := f.schema[name]
		if _, boolean := value.(bool); !ok || boolean {
			continue
		}
		if text := strings.ToLower(tree.String(value)); text == "true" || text == "false" {
			f.set(name, text == "true", "it is a boolean")
		} else {
			f.drop(name, "not a boolean")
		}
	}
	if tree.True(f.schema, "readOnly") && tree.True(f.schema, "writeOnly") {
		f.drop("readOnly", "a property cannot be both read-only and write-only")
		f.drop("writeOnly", "a property cannot be both read-only and write-only")
	}
}

// fixOthers drops keywords that do not affect types and cannot be read.
func (f *schemaFixer) fixOthers() {
	f.fixXML()
	for _, name := range []string{"format", "pattern"} {
		if _, ok := f.schema[name].(string); !ok {
			f.drop(name, "not a string")
		}
	}
	docs := tree.ObjectAt(f.schema, "externalDocs")
	address, _ := docs["url"].(string)
	if _, err := url.Parse(address); err != nil || address == "" {
		f.drop("externalDocs", "it has no URL")
	}
}

// fixXML keeps what OpenAPI 3.0 says about XML.
func (f *schemaFixer) fixXML() {
	xml, ok := f.schema["xml"].(tree.Object)
	if !ok {
		f.drop("xml", "not an object")
		return
	}
	kind, newer := xml["nodeType"]
	if !newer {
		return
	}
	kept := maps.Clone(xml)
	delete(kept, "nodeType")
	if kind == "attribute" {
		kept["attribute"] = true
	}
	if len(kept) == 0 {
		f.drop("xml", "elements are the default")
		return
	}
	f.set("xml", kept, "OpenAPI 3.0 has no nodeType")
}

// inferType adds the type implied by other keywords.
func (f *schemaFixer) inferType() {
	if _, ok := f.schema["type"]; ok {
		return
	}
	properties, hasProperties := f.schema["properties"].(tree.Object)
	composed := f.schema["allOf"] != nil || f.schema["anyOf"] != nil || f.schema["oneOf"] != nil
	_, hasItems := f.schema["items"].(tree.Object)
	_, hasValues := f.schema["additionalProperties"].(tree.Object)
	values := tree.ListAt(f.schema, "enum")
	switch {
	case len(properties) > 0:
		f.set("type", "object", "it has properties")
	case composed:
	case hasProperties || hasValues:
		f.set("type", "object", "it has properties")
	case hasItems:
		f.set("type", "array", "it has items")
	case f.numberWithoutType() != "":
		f.set("type", f.numberWithoutType(), quotedNumber)
		f.schema[quotedExtension] = true
		f.drop("pattern", patternOfNumber)
	case typeOfValues(values) != "":
		f.set("type", typeOfValues(values), "all values have this type")
	}
}
