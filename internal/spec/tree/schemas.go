package tree

import "strings"

// OriginalName is an extension with the name that a component schema had before it was normalized.
const OriginalName = "x-original-name"

// Schemas returns the component schemas by name. If there are no schemas, it adds an empty
// collection to the spec.
func Schemas(document Object) Object {
	return madeAt(madeAt(document, "components"), "schemas")
}

// madeAt returns the object in a field of another, creating it if it is missing.
func madeAt(object Object, name string) Object {
	field := ObjectAt(object, name)
	if field == nil {
		field = Object{}
		object[name] = field
	}
	return field
}

// Reachable returns the names of the component schemas that trees refer to, directly or
// through other schemas. A reference into a schema counts as a reference to the schema, and
// so does a discriminator mapping.
func Reachable(document Object, trees ...any) map[string]bool {
	schemas := ObjectAt(ObjectAt(document, "components"), "schemas")
	reached := map[string]bool{}
	for len(trees) > 0 {
		tree := trees[len(trees)-1]
		trees = trees[:len(trees)-1]
		visitReferences(tree, func(ref string) {
			tokens, _ := Split(strings.TrimPrefix(ref, "#"))
			if len(tokens) > 2 && tokens[0] == "components" && tokens[1] == "schemas" && !reached[tokens[2]] {
				reached[tokens[2]] = true
				trees = append(trees, schemas[tokens[2]])
			}
		})
	}
	return reached
}

// visitReferences calls visit with every reference in a tree and every schema in a
// discriminator mapping.
func visitReferences(value any, visit func(ref string)) {
	switch value := value.(type) {
	case Object:
		for name, field := range value {
			if ref, ok := field.(string); ok && name == "$ref" {
				visit(ref)
			}
			if mapping, ok := field.(Object); ok && name == "mapping" {
				for _, target := range mapping {
					visit(String(target))
				}
			}
			visitReferences(field, visit)
		}
	case []any:
		for _, element := range value {
			visitReferences(element, visit)
		}
	}
}
