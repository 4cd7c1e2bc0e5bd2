package normalize

import (
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const schemasPointer = "/components/schemas"

// mendReferences makes every reference within the document one that generators can follow: written as the pointer that it
// means, and, where it points into a schema, to a schema of its own. References to other documents are left for the
// validation to refuse.
func fixReferences(document tree.Object, report *tree.Report) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		ref, ok := object["$ref"].(string)
		if !ok || tree.IsNamed(pointer) {
			return
		}
		if fixed := fixReference(document, ref); fixed != ref {
			report.Add("references", tree.Join(pointer, "$ref"), ref, fixed, "the reference was not written as the place that it means")
			object["$ref"] = fixed
		}
	})
	hoistInnerTargets(document, report)
}

// mendReference returns the reference as it should be written, or as it is where nothing can be found.
func fixReference(document tree.Object, ref string) string {
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return ref
	}
	candidates := []string{fragment}
	if unescaped, err := url.PathUnescape(fragment); err == nil {
		candidates = append(candidates, unescaped)
	}
	for _, candidate := range candidates {
		if _, ok := tree.Lookup(document, candidate); ok {
			return "#" + candidate
		}
		if name, ok := strings.CutPrefix(candidate, schemasPointer+"/"); ok { // a name with a slash that was not escaped
			if _, ok := tree.Lookup(document, tree.Join(schemasPointer, name)); ok {
				return "#" + tree.Join(schemasPointer, name)
			}
		}
	}
	return ref
}

// hoistInnerTargets gives a name to each schema that is referred to inside another, as ASP.NET 9 does for types that it
// has met before, and refers to it from both places. All targets are found before the first one moves, because a pointer
// into what has moved leads nowhere.
func hoistInnerTargets(document tree.Object, report *tree.Report) {
	var uses []innerUse
	schemas := map[string]bool{} // by pointer
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		schemas[pointer] = true
		ref, _ := schema["$ref"].(string)
		if target, ok := strings.CutPrefix(ref, "#/"); ok && !componentSchema("/"+target) {
			uses = append(uses, innerUse{pointer: pointer, schema: schema, ref: ref})
		}
		return schema
	})
	for i := range uses {
		uses[i].target, uses[i].inner = lastTarget(document, uses[i].ref)
	}
	hoisted := map[string]string{} // the reference to it by the target's pointer
	for _, use := range uses {
		ref := "#" + use.target
		switch {
		case use.inner == nil:
			continue
		case componentSchema(use.target): // by way of other references
		case !schemas[use.target] && !definitionPointer(use.target):
			continue
		case hoisted[use.target] == "":
			hoisted[use.target] = hoistSchema(document, use.target, use.inner, report)
			fallthrough
		default:
			ref = hoisted[use.target]
		}
		report.Add("references", tree.Join(use.pointer, "$ref"), use.ref, ref, "a schema inside another has no name of its own")
		use.schema["$ref"] = ref
	}
}

// innerUse is a schema that refers to a schema inside another.
type innerUse struct {
	pointer string
	schema  tree.Object
	ref     string
	target  string // the pointer of what is meant in the end
	inner   tree.Object
}

// lastTarget follows a reference to the place that is not itself a reference, and returns no object where there is none.
func lastTarget(document tree.Object, ref string) (string, tree.Object) {
	for range maxReferenceChain {
		target, local := strings.CutPrefix(ref, "#")
		value, found := tree.Lookup(document, target)
		object, ok := value.(tree.Object)
		if !local || !found || !ok {
			return "", nil
		}
		onward, hasRef := object["$ref"].(string)
		if !hasRef || componentSchema(target) {
			return target, object
		}
		ref = onward
	}
	return "", nil
}

// isDefinition reports whether a pointer is that of a definition, which the walk over schemas does not meet everywhere.
func definitionPointer(pointer string) bool {
	tokens, _ := tree.Split(pointer)
	return len(tokens) > 1 && slices.Contains(definitionKeywords, tokens[len(tokens)-2])
}

// isSchemaName reports whether a pointer names a schema of the components.
func componentSchema(pointer string) bool {
	tokens, ok := tree.Split(pointer)
	return ok && len(tokens) == 3 && tokens[0] == "components" && tokens[1] == "schemas"
}

// hoistSchema moves the schema at a place to the components, and returns the reference that it leaves there.
func hoistSchema(document tree.Object, pointer string, schema tree.Object, report *tree.Report) string {
	tokens, _ := tree.Split(pointer)
	schemas := tree.Schemas(document)
	name := freeName(schemas, nameFromPointer(tokens))
	moved := make(tree.Object, len(schema))
	for field, value := range schema {
		moved[field] = value
		delete(schema, field)
	}
	schemas[name] = moved
	ref := "#" + tree.Join(schemasPointer, name)
	schema["$ref"] = ref
	report.Add("references", pointer, moved, schema, "it has a name of its own now, because others refer to it")
	return ref
}

// nameOfPlace makes a name of the tokens of a pointer: those that an author chose, without the keywords between them.
func nameFromPointer(tokens []string) string {
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
