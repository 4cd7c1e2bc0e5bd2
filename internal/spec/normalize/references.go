package normalize

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const schemasPointer = "/components/schemas"

// fixReferences rewrites every local reference so that generators can follow it: as the
// correctly escaped pointer, and, if it points into a schema, to a separate component. It
// leaves references to other documents for validation to reject.
//
// A schema that becomes a component may refer into others, so both steps repeat.
func fixReferences(document tree.Object, report *tree.Report) {
	for range maxReferenceChain {
		changes := len(report.Changes)
		matchReferences(document, report)
		hoistInnerTargets(document, report)
		if len(report.Changes) == changes {
			break
		}
	}
	if self, ok := document["$self"]; ok {
		report.Add("references", "/$self", self, nil, "references within the document need no address")
		delete(document, "$self")
	}
}

// matchReferences rewrites references as the pointers that they mean.
func matchReferences(document tree.Object, report *tree.Report) {
	r := newResolver(document)
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if tree.KeyedByName(pointer) {
			return
		}
		if ref, ok := object["$dynamicRef"].(string); ok && object["$ref"] == nil && schemaRoot(pointer) != "" {
			object["$ref"] = r.fix(pointer, ref)
			report.Add("references", tree.Join(pointer, "$dynamicRef"), ref, object["$ref"], "it is a $ref where no other schema overrides its target")
			delete(object, "$dynamicRef")
		}
		ref, ok := object["$ref"].(string)
		if !ok {
			return
		}
		if fixed := r.fix(pointer, ref); fixed != ref {
			report.Add("references", tree.Join(pointer, "$ref"), ref, fixed, "the reference did not match the location it means")
			object["$ref"] = fixed
		}
	})
}

// hoistInnerTargets turns each schema that is referenced inside another into a component, and
// refers to it from both locations. ASP.NET 9 writes such references for types it has already
// emitted. All targets are found before the first one moves, because a pointer into a moved
// schema dangles.
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
	hoisted := map[string]string{} // target pointer -> new reference
	for _, use := range uses {
		ref := "#" + use.target
		switch {
		case use.inner == nil:
			continue
		case componentSchema(use.target): // through other references
		case !schemas[use.target] && !definitionPointer(use.target):
			continue
		case collectionOfComponents(use.inner):
			report.Add("references", tree.Join(use.pointer, "$ref"), use.ref, use.inner, "a list or map of a component needs no name")
			delete(use.schema, "$ref")
			maps.Copy(use.schema, tree.Clone(use.inner).(tree.Object))
			continue
		case hoisted[use.target] == "":
			hoisted[use.target] = hoistSchema(document, use.target, use.inner, report)
			fallthrough
		default:
			ref = hoisted[use.target]
		}
		report.Add("references", tree.Join(use.pointer, "$ref"), use.ref, ref, "a schema inside another has no name")
		use.schema["$ref"] = ref
	}
}

// collectionOfComponents reports whether a schema is a list or map whose elements have a name.
func collectionOfComponents(schema tree.Object) bool {
	for _, keyword := range []string{"items", "additionalProperties"} {
		ref, _ := tree.ObjectAt(schema, keyword)["$ref"].(string)
		if componentSchema(strings.TrimPrefix(ref, "#")) {
			return true
		}
	}
	return false
}

type innerUse struct {
	pointer string
	schema  tree.Object
	ref     string
	target  string // pointer after following all references
	inner   tree.Object
}

// lastTarget follows references to the final target, and returns a nil object if it does not exist.
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

// definitionPointer reports whether a pointer leads to a definition; the walk over schemas
// does not visit all of them.
func definitionPointer(pointer string) bool {
	tokens, _ := tree.Split(pointer)
	return len(tokens) > 1 && slices.Contains(definitionKeywords, tokens[len(tokens)-2])
}

// componentSchema reports whether a pointer leads to a component schema.
func componentSchema(pointer string) bool {
	tokens, ok := tree.Split(pointer)
	return ok && len(tokens) == 3 && tokens[0] == "components" && tokens[1] == "schemas"
}

// hoistSchema moves the schema at pointer to the components and returns the reference left behind.
func hoistSchema(document tree.Object, pointer string, schema tree.Object, report *tree.Report) string {
	tokens, _ := tree.Split(pointer)
	schemas := tree.Schemas(document)
	name := freeName(schemas, nameFromPointer(tokens))
	moved := maps.Clone(schema)
	clear(schema)
	schemas[name] = moved
	ref := "#" + tree.Join(schemasPointer, name)
	schema["$ref"] = ref
	report.Add("references", pointer, moved, schema, "it is now a component, because other schemas refer to it")
	return ref
}

// nameFromPointer builds a name from the tokens of a pointer that the author chose, skipping
// keywords.
func nameFromPointer(tokens []string) string {
	var name strings.Builder
	if last := len(tokens) - 1; last > 0 && slices.Contains(definitionKeywords, tokens[last-1]) {
		tokens = tokens[last:] // a definition has a name
	}
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
