// Package validate says what is wrong with a description once everything that could be mended has been: with the place and
// what the user can do.
package validate

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const overlayRemedy = "correct the description, or change it with an overlay"

// maxSchemas bounds the time of the check, which grows with the square of schemas that refer to each other: the library
// looks from each at all that it reaches. Services of hundreds of operations have hundreds of schemas.
const maxSchemas = 4000

// Validate returns everything that is wrong with a description.
func Validate(document tree.Object) error {
	var problems tree.Problems
	if count := len(tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")); count > maxSchemas {
		problems.Add("/components/schemas", fmt.Sprintf("there are %d schemas, more than the %d that can be checked in a reasonable time", count, maxSchemas), "select the operations that you need")
		return problems.Err()
	}
	checkReferences(document, &problems)
	checkPaths(document, &problems)
	checkOperationIDs(document, &problems)
	checkNames(document, &problems)
	if err := problems.Err(); err != nil {
		return err
	}
	return load(document)
}

// checkReferences refuses what is elsewhere and what is nowhere. Nothing is ever fetched for a reference: a description
// from one host must not make this program call another.
func checkReferences(document tree.Object, problems *tree.Problems) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		ref, ok := object["$ref"].(string)
		if !ok {
			return
		}
		place := tree.Join(pointer, "$ref")
		target, isLocal := strings.CutPrefix(ref, "#")
		switch _, found := tree.Lookup(document, target); {
		case !isLocal:
			problems.Add(place, fmt.Sprintf("it refers to another document, %.80q, which is not fetched", ref), "bundle the description into one file, or replace the reference with an overlay")
		case !found:
			problems.Add(place, fmt.Sprintf("it refers to %.80q, which is not there", ref), "add the schema or replace the reference with an overlay")
		case strings.HasPrefix(target, "/components/schemas/") && strings.Count(target, "/") > 3:
			problems.Add(place, fmt.Sprintf("it refers to %.80q, which is inside a schema and has no name", ref), "name that schema in the overlay, and refer to it by name")
		case !hasEnd(document, ref):
			problems.Add(place, "the reference leads to references alone, back to itself or on and on", overlayRemedy)
		}
	})
}

// maxReferences is how many references may stand one behind the other; descriptions that people use have a few.
const maxReferences = 100

// hasEnd reports whether a reference leads to something that is not a reference.
func hasEnd(document tree.Object, ref string) bool {
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

var pathVariable = regexp.MustCompile(`\{[^{}]*\}`)

func checkPaths(document tree.Object, problems *tree.Problems) {
	shapes := map[string]string{}
	for path := range tree.Fields(document["paths"]) {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		place := tree.Join("/paths", path)
		plain := pathVariable.ReplaceAllString(path, "{}")
		switch other, taken := shapes[plain]; {
		case strings.ContainsAny(path, "?#"):
			problems.Add(place, "a path with a query or fragment, whose operations another path has too", "give the operations different paths, or remove one with an overlay")
		case strings.ContainsAny(strings.ReplaceAll(plain, "{}", ""), "{}") || strings.Contains(path, "{}"):
			problems.Add(place, "the braces of the path do not match, or a variable has no name", overlayRemedy)
		case !strings.HasPrefix(path, "/"):
			problems.Add(place, "the path does not start with a slash, and the path with the slash has the same operations", overlayRemedy)
		case taken:
			problems.Add(place, fmt.Sprintf("it is the same as %q but for the names of variables, and both have the same operation", other), "remove one of them with an overlay")
		default:
			shapes[plain] = path
		}
	}
}

func checkOperationIDs(document tree.Object, problems *tree.Problems) {
	first := map[string]string{}
	for _, operation := range tree.Operations(document) {
		id, _ := operation.Object["operationId"].(string)
		place := tree.Join(operation.Pointer, "operationId")
		switch other, taken := first[id]; {
		case id == "":
			problems.Add(place, "the operation has no id", "give it one")
		case taken:
			problems.Add(place, fmt.Sprintf("%.80q is the id of %s, too", id, other), "give each operation an id of its own")
		}
		first[id] = operation.Pointer
	}
}

// checkNames refuses names that cannot stand in Go source as what they are: in struct tags, literals and comments.
func checkNames(document tree.Object, problems *tree.Problems) {
	check := func(pointer, kind, name string) {
		for _, r := range name {
			if r == '"' || r == '`' || r == '\\' || unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				problems.Add(pointer, fmt.Sprintf("the %s %.80q holds a character that Go source cannot carry", kind, name), "rename it or remove it with an overlay")
				return
			}
		}
	}
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		for name := range tree.Fields(schema["properties"]) {
			check(tree.Join(pointer, "properties", name), "member", name)
			if strings.Contains(name, ",") {
				problems.Add(tree.Join(pointer, "properties", name), "the name of a member holds a comma, which ends names in Go", "rename it or remove it with an overlay")
			}
		}
		discriminator := tree.ObjectAt(schema, "discriminator")
		check(tree.Join(pointer, "discriminator", "propertyName"), "member", tree.String(discriminator["propertyName"]))
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
			place := tree.Join(operation.Pointer, "responses", status)
			for name := range tree.Fields(response["content"]) {
				check(tree.Join(place, "content"), "media type", name)
			}
			for name := range tree.Fields(response["headers"]) {
				check(tree.Join(place, "headers"), "header", name)
			}
		}
		for name := range tree.Fields(tree.ObjectAt(operation.Object, "requestBody")["content"]) {
			check(tree.Join(operation.Pointer, "requestBody", "content"), "media type", name)
		}
	}
}

// load has kin-openapi read and check the description, part by part, because its own errors do not say where they are.
func load(document tree.Object) error {
	data, err := tree.JSON(document)
	if err != nil {
		return err
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	loaded, err := loader.LoadFromData(data)
	if err != nil {
		return &tree.Problem{Message: "it is not OpenAPI 3.0: " + oneLine(err), Remedy: overlayRemedy}
	}
	ctx := openapi3.WithValidationOptions(context.Background(),
		openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.AllowExtraSiblingFields("description", "nullable"))
	var problems tree.Problems
	add := func(pointer string, err error) {
		if err != nil {
			problems.Add(pointer, oneLine(err), overlayRemedy)
		}
	}
	if loaded.Components != nil {
		for name := range tree.Fields(tree.ObjectAt(document, "components")["schemas"]) {
			if schema := loaded.Components.Schemas[name]; schema != nil {
				add(tree.Join("/components/schemas", name), schema.Validate(ctx))
			}
		}
	}
	for _, operation := range tree.Operations(document) {
		add(operation.Pointer, loaded.Paths.Value(operation.Path).GetOperation(strings.ToUpper(operation.Method)).Validate(ctx))
	}
	if len(problems) == 0 {
		add("", loaded.Validate(ctx))
	}
	return problems.Err()
}

// oneLine keeps the first lines of an error of the library, which may print whole schemas behind them.
func oneLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n\nSchema:")
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 300)]
}
