// Package validate reports the problems that remain after a spec is normalized, each with a pointer
// and a remedy.
package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

const overlayRemedy = "correct the spec, or change it with an overlay"

// maxSchemas bounds the time of validation. It grows with the square of schemas that refer to each
// other, because the library starts at each schema and visits all that it reaches. Services with
// hundreds of operations have hundreds of schemas.
const maxSchemas = 4000

// Validate returns all problems of a spec.
func Validate(document tree.Object) error {
	var problems tree.Problems
	if count := len(tree.Schemas(document)); count > maxSchemas {
		problems.Add("/components/schemas", fmt.Sprintf("%d schemas exceed the limit of %d for a reasonable check time", count, maxSchemas), "select only the operations you need")
		return problems.Err()
	}
	checkReferences(document, &problems)
	checkPaths(document, &problems)
	checkOperationIDs(document, &problems)
	checkNames(document, &problems)
	if err := problems.Err(); err != nil {
		return err
	}
	return checkParts(document)
}

// checkReferences rejects references to other documents and to nothing. It never fetches a target:
// a spec from one host must not make this program call another.
func checkReferences(document tree.Object, problems *tree.Problems) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		ref, ok := object["$ref"].(string)
		if !ok || tree.KeyedByName(pointer) {
			return
		}
		pointer = tree.Join(pointer, "$ref")
		target, local := strings.CutPrefix(ref, "#")
		switch _, found := tree.Lookup(document, target); {
		case !local:
			problems.Add(pointer, fmt.Sprintf("reference to another document, %.80q, which is not fetched", ref), "bundle the spec into one file, or replace the reference with an overlay")
		case !found:
			problems.Add(pointer, fmt.Sprintf("reference to %.80q, which does not exist", ref), "add the schema or replace the reference with an overlay")
		case strings.HasPrefix(target, "/components/schemas/") && strings.Count(target, "/") > 3:
			problems.Add(pointer, fmt.Sprintf("reference to %.80q, which is an unnamed schema inside another", ref), "name that schema in the overlay, and refer to it by name")
		case !ends(document, ref):
			problems.Add(pointer, "the reference only leads to other references, in a circle or too many in a row", overlayRemedy)
		}
	})
}

// maxReferences bounds a chain of references; specs in use have a few.
const maxReferences = 100

// ends reports whether a reference leads to something other than a reference.
func ends(document tree.Object, ref string) bool {
	for range maxReferences {
		target, _ := tree.Lookup(document, strings.TrimPrefix(ref, "#"))
		object, _ := target.(tree.Object)
		next, ok := object["$ref"].(string)
		if all := tree.ListAt(object, "allOf"); !ok && len(all) == 1 && len(tree.ObjectAt(object, "properties")) == 0 {
			inner, _ := all[0].(tree.Object)
			next, ok = inner["$ref"].(string)
		}
		if !ok {
			return true
		}
		ref = next
	}
	return false
}

func checkPaths(document tree.Object, problems *tree.Problems) {
	for path := range tree.Fields(document["paths"]) {
		if tree.Extension(path) {
			continue
		}
		pointer := tree.Join("/paths", path)
		template := route.Shape(path)
		switch {
		case strings.ContainsAny(path, "?#"):
			problems.Add(pointer, "the path has a query or fragment, and another path has the same operations", "give the operations different paths, or remove one with an overlay")
		case strings.ContainsAny(strings.ReplaceAll(template, "{}", ""), "{}") || strings.Contains(path, "{}"):
			problems.Add(pointer, "the braces of the path do not match, or a variable has no name", overlayRemedy)
		case slices.ContainsFunc(route.Variables(path), func(name string) bool { return strings.ContainsAny(name, ":*=") }):
			problems.Add(pointer, "only a constraint of a variable distinguishes the path from another one with the same operation", "give the variables different names with an overlay")
		case !strings.HasPrefix(path, "/"):
			problems.Add(pointer, "the path does not start with a slash, and the path with the slash has the same operations", overlayRemedy)
		}
	}
}

func checkOperationIDs(document tree.Object, problems *tree.Problems) {
	first := map[string]string{}
	for _, operation := range tree.Operations(document) {
		id, _ := operation.Object["operationId"].(string)
		pointer := tree.Join(operation.Pointer, "operationId")
		switch other, taken := first[id]; {
		case id == "":
			problems.Add(pointer, "the operation has no id", "give it one")
		case taken:
			problems.Add(pointer, fmt.Sprintf("%.80q is also the id of %s", id, other), "give each operation a unique id")
		}
		first[id] = operation.Pointer
	}
}

// checkNames rejects names that struct tags, literals and comments in Go source cannot contain
// unchanged.
func checkNames(document tree.Object, problems *tree.Problems) {
	check := func(pointer, kind, name string) {
		for _, r := range name {
			if r == '"' || r == '`' || r == '\\' || unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				problems.Add(pointer, fmt.Sprintf("the %s %.80q has a character that Go source cannot contain", kind, name), "rename it or remove it with an overlay")
				return
			}
		}
	}
	checkAll := func(pointer, kind string, named any) {
		for name := range tree.Fields(named) {
			check(pointer, kind, name)
		}
	}
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		discriminator := tree.ObjectAt(schema, "discriminator")
		check(tree.Join(pointer, "discriminator", "propertyName"), "property", tree.String(discriminator["propertyName"]))
		for value := range tree.Fields(discriminator["mapping"]) {
			check(tree.Join(pointer, "discriminator", "mapping", value), "value", value)
		}
		return schema
	})
	for _, operation := range tree.Operations(document) {
		check(tree.Join("/paths", operation.Path), "path", operation.Path)
		check(operation.Pointer, "operation id", tree.String(operation.Object["operationId"]))
		for _, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			check(tree.Join(operation.Pointer, "parameters"), "parameter", tree.String(parameter["name"]))
		}
		for status, value := range tree.Fields(operation.Object["responses"]) {
			response, _ := value.(tree.Object)
			pointer := tree.Join(operation.Pointer, "responses", status)
			checkAll(tree.Join(pointer, "content"), "media type", response["content"])
			checkAll(tree.Join(pointer, "headers"), "header", response["headers"])
		}
		checkAll(tree.Join(operation.Pointer, "requestBody", "content"), "media type", tree.ObjectAt(operation.Object, "requestBody")["content"])
	}
}

// checkParts validates each part of the spec with kin-openapi, whose errors have no pointers.
func checkParts(document tree.Object) error {
	data, err := tree.JSON(document)
	if err != nil {
		return err
	}
	loaded, err := typed.Parse(data)
	if err != nil {
		return &tree.Problem{Message: "not OpenAPI 3.0: " + oneLine(err), Remedy: overlayRemedy}
	}
	options := []openapi3.ValidationOption{
		openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.AllowExtraSiblingFields("description", "nullable"),
	}
	ctx := openapi3.WithValidationOptions(context.Background(), options...)
	var problems tree.Problems
	add := func(pointer string, err error) {
		if err != nil {
			problems.Add(pointer, oneLine(err), overlayRemedy)
		}
	}
	if loaded.Components != nil {
		for name := range tree.Fields(tree.Schemas(document)) {
			if schema := loaded.Components.Schemas[name]; schema != nil {
				add(tree.Join("/components/schemas", name), schema.Validate(ctx))
			}
		}
	}
	for _, operation := range tree.Operations(document) {
		add(operation.Pointer, loaded.Paths.Value(operation.Path).GetOperation(strings.ToUpper(operation.Method)).Validate(ctx))
	}
	if len(problems) == 0 {
		add("", typed.Validate(loaded, options...))
	}
	return problems.Err()
}

// oneLine shortens an error of the library, which may end in a whole schema.
func oneLine(err error) string {
	message, _, _ := strings.Cut(err.Error(), "\n\nSchema:")
	message = strings.Join(strings.Fields(message), " ")
	return message[:min(len(message), 300)]
}
