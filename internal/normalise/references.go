package normalise

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

const schemasPointer = "/components/schemas"

// mendReferences makes every reference within the document one that generators can follow: written as the pointer that it
// means, and, where it points into a schema, to a schema of its own. References to other documents are left for the
// validation to refuse.
func mendReferences(document spec.Object, report *spec.Report) {
	spec.VisitObjects(document, func(pointer string, object spec.Object) {
		ref, ok := object["$ref"].(string)
		if !ok || spec.IsNamed(pointer) {
			return
		}
		if mended := mendReference(document, ref); mended != ref {
			report.Add("references", spec.Join(pointer, "$ref"), ref, mended, "the reference was not written as the place that it means")
			object["$ref"] = mended
		}
	})
	hoistInnerTargets(document, report)
}

// mendReference returns the reference as it should be written, or as it is where nothing can be found.
func mendReference(document spec.Object, ref string) string {
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return ref
	}
	candidates := []string{fragment}
	if unescaped, err := url.PathUnescape(fragment); err == nil {
		candidates = append(candidates, unescaped)
	}
	for _, candidate := range candidates {
		if _, ok := spec.Lookup(document, candidate); ok {
			return "#" + candidate
		}
		if name, ok := strings.CutPrefix(candidate, schemasPointer+"/"); ok { // a name with a slash that was not escaped
			if _, ok := spec.Lookup(document, spec.Join(schemasPointer, name)); ok {
				return "#" + spec.Join(schemasPointer, name)
			}
		}
	}
	return ref
}

// hoistInnerTargets gives a name to each schema that is referred to inside another, as ASP.NET 9 does for types that it
// has met before, and refers to it from both places.
func hoistInnerTargets(document spec.Object, report *spec.Report) {
	var pointers []string
	spec.VisitSchemas(document, func(pointer string, schema spec.Object) spec.Object {
		ref, _ := schema["$ref"].(string)
		if target, ok := strings.CutPrefix(ref, "#/"); ok && !isSchemaName("/"+target) {
			pointers = append(pointers, pointer)
		}
		return schema
	})
	names := map[string]string{} // by the target's pointer
	for _, pointer := range pointers {
		found, ok := spec.Lookup(document, pointer)
		schema, isSchema := found.(spec.Object)
		if !ok || !isSchema {
			continue
		}
		ref, _ := schema["$ref"].(string)
		target := strings.TrimPrefix(ref, "#")
		if name, ok := names[target]; ok {
			schema["$ref"] = "#" + spec.Join(schemasPointer, name)
			continue
		}
		value, ok := spec.Lookup(document, target)
		inner, isSchema := value.(spec.Object)
		if !ok || !isSchema {
			continue
		}
		if onward, ok := inner["$ref"].(string); ok { // a reference to a reference
			if onward != ref && isSchemaName(strings.TrimPrefix(onward, "#")) {
				report.Add("references", spec.Join(pointer, "$ref"), ref, onward, "the place referred to is itself a reference")
				schema["$ref"] = onward
			}
			continue
		}
		if strings.HasPrefix(pointer+"/", target+"/") && pointer == target {
			continue
		}
		name := hoistSchema(document, target, inner)
		names[target] = name
		schema["$ref"] = "#" + spec.Join(schemasPointer, name)
		report.Add("references", spec.Join(pointer, "$ref"), ref, schema["$ref"], "a schema inside another has no name of its own")
	}
}

// isSchemaName reports whether a pointer names a schema of the components.
func isSchemaName(pointer string) bool {
	tokens, ok := spec.Split(pointer)
	return ok && len(tokens) == 3 && tokens[0] == "components" && tokens[1] == "schemas"
}

// hoistSchema moves the schema at a place to the components, leaves a reference there, and returns the name.
func hoistSchema(document spec.Object, pointer string, schema spec.Object) string {
	tokens, _ := spec.Split(pointer)
	schemas := schemasOf(document)
	name := freeName(schemas, nameOfPlace(tokens))
	moved := make(spec.Object, len(schema))
	for member, value := range schema {
		moved[member] = value
		delete(schema, member)
	}
	schemas[name] = moved
	schema["$ref"] = "#" + spec.Join(schemasPointer, name)
	return name
}

// nameOfPlace makes a name of the tokens of a pointer: those that an author chose, without the keywords between them.
func nameOfPlace(tokens []string) string {
	var name strings.Builder
	for _, token := range tokens {
		switch token {
		case "components", "schemas", "properties", "paths", "content", "schema", "responses", "requestBody", "allOf", "anyOf", "oneOf", "application/json":
			continue
		case "items":
			token = "item"
		case "additionalProperties":
			token = "value"
		}
		name.WriteString(pascal(token))
	}
	return name.String()
}

func schemasOf(document spec.Object) spec.Object {
	components := spec.ObjectAt(document, "components")
	if components == nil {
		components = spec.Object{}
		document["components"] = components
	}
	schemas := spec.ObjectAt(components, "schemas")
	if schemas == nil {
		schemas = spec.Object{}
		components["schemas"] = schemas
	}
	return schemas
}
