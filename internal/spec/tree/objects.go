package tree

import "strconv"

// IsData reports whether the member of the given name holds data of the API, and not a part of the description.
func DataKeyword(name string) bool {
	switch name {
	case "example", "examples", "default", "enum", "const":
		return true
	}
	return false
}

// VisitObjects calls visit with every object of a description, outer ones first, but not with those inside data.
func VisitObjects(document Object, visit func(pointer string, object Object)) {
	visitObjects("", document, visit)
}

func visitObjects(pointer string, value any, visit func(pointer string, object Object)) {
	switch value := value.(type) {
	case Object:
		visit(pointer, value)
		for name, field := range Members(value) {
			if DataKeyword(name) && !IsNamed(pointer) {
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

// IsNamed reports whether the members of the object at pointer are names that an author has chosen, such as a
// property that is called example, and not keywords.
func IsNamed(pointer string) bool {
	tokens, _ := Split(pointer)
	if len(tokens) == 0 {
		return false
	}
	switch tokens[len(tokens)-1] {
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "responses", "parameters", "requestBodies",
		"headers", "securitySchemes", "paths", "content", "encoding", "variables", "scopes", "mapping":
		return !IsNamed(Join("", tokens[:len(tokens)-1]...)) // else it is a name itself, such as of a schema that is called content
	}
	return false
}
