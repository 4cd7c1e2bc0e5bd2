package tree

import (
	"strconv"
	"strings"
)

// DataKeyword reports whether the field called name contains API data, not a part of the spec.
func DataKeyword(name string) bool {
	switch name {
	case "example", "examples", "default", "enum", "const":
		return true
	}
	return false
}

// Extension reports whether a field is an extension, which can contain anything.
func Extension(name string) bool { return strings.HasPrefix(name, "x-") }

// VisitObjects calls visit with every object of a spec, outer ones first. It skips objects
// inside data, where a $ref is not a reference: examples, default values and extensions.
func VisitObjects(document Object, visit func(pointer string, object Object)) {
	visitObjects("", document, visit)
}

func visitObjects(pointer string, value any, visit func(pointer string, object Object)) {
	switch value := value.(type) {
	case Object:
		visit(pointer, value)
		for name, field := range Fields(value) {
			if dataAt(pointer, name) {
				continue
			}
			visitObjects(Join(pointer, name), field, visit)
		}
	case []any:
		for i, element := range value {
			visitObjects(Join(pointer, strconv.Itoa(i)), element, visit)
		}
	}
}

// dataAt reports whether a field of the object at pointer contains data. Paths and responses may
// have extensions next to the names.
func dataAt(pointer, name string) bool {
	if !KeyedByName(pointer) {
		return DataKeyword(name) || Extension(name) && name != AdditionalOperations
	}
	return Extension(name) && (pointer == "/paths" || strings.HasPrefix(pointer, "/paths/") && strings.HasSuffix(pointer, "/responses"))
}

// KeyedByName reports whether the keys of the object at pointer are names chosen by the
// author, such as a property called example, and not keywords.
func KeyedByName(pointer string) bool {
	last := strings.LastIndexByte(pointer, '/')
	if last < 0 {
		return false
	}
	switch pointer[last+1:] { // no keyword needs escapes
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "responses", "parameters", "requestBodies",
		"headers", "securitySchemes", "paths", "content", "encoding", "variables", "scopes", "mapping",
		AdditionalOperations:
		return !KeyedByName(pointer[:last]) // otherwise the last token is itself a name, such as a schema called content
	}
	return false
}
