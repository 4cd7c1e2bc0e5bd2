package normalize

import (
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

var plainName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// renameSchemas renames schemas whose names OpenAPI does not allow, such as generic .NET
// types and letters beyond ASCII. PagedResult`1[[Acme.Order, Acme, Version=1.0.0.0, …]]
// becomes PagedResultOfOrder. The schema keeps its name in an extension, because the new one depends
// on the other schemas.
func renameSchemas(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	renamed := map[string]string{} // old reference -> new reference
	uses := map[string]int{}
	for name := range schemas {
		if plainName.MatchString(name) {
			uses[name]++
		} else {
			uses[plainTypeName(name, false)]++
		}
	}
	for name, schema := range tree.Fields(schemas) {
		if plainName.MatchString(name) {
			continue
		}
		plain := plainTypeName(name, false)
		if uses[plain] > 1 {
			plain = plainTypeName(name, true)
		}
		plain = freeName(schemas, plain)
		if object, ok := schema.(tree.Object); ok && object["$ref"] == nil && object[tree.OriginalName] == nil {
			object[tree.OriginalName] = assembly.ReplaceAllString(name, "") // its version changes with each release
		}
		schemas[plain] = schema
		delete(schemas, name)
		pointer := tree.Join(schemasPointer, name)
		renamed["#"+pointer] = "#" + tree.Join(schemasPointer, plain)
		report.Add("schema-names", pointer, name, plain, "OpenAPI allows letters, digits, dots, dashes and underscores")
	}
	if len(renamed) > 0 {
		rewriteReferences(document, renamed)
	}
}

// rewriteReferences replaces references, including those in discriminators.
func rewriteReferences(document tree.Object, renamed map[string]string) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if ref, ok := object["$ref"].(string); ok && renamed[ref] != "" {
			object["$ref"] = renamed[ref]
		}
		mapping := tree.ObjectAt(tree.ObjectAt(object, "discriminator"), "mapping")
		for value, target := range tree.Fields(mapping) {
			if ref, ok := target.(string); ok && renamed[ref] != "" {
				mapping[value] = renamed[ref]
			}
		}
	})
}

var (
	assembly      = regexp.MustCompile(`,[^\[\],]+,\s*Version=[^\[\],]*,\s*Culture=[^\[\],]*,\s*PublicKeyToken=[^\[\],]*`)
	arity         = regexp.MustCompile("`\\d+")
	typeNameToken = regexp.MustCompile(`[\[<«(]|,|[^\[\]<>«»(),\s]+`)
)

// plainTypeName converts a .NET type name to a plain one, in every notation for generics:
// Name`1[[Argument, assembly]], Name[Argument], Name<Argument> and Name«Argument». Arguments lose
// their namespaces unless these distinguish types.
func plainTypeName(name string, namespaces bool) string {
	tokens := typeNameToken.FindAllString(arity.ReplaceAllString(assembly.ReplaceAllString(name, ""), ""), -1)
	var plain strings.Builder
	joint := ""
	for i, token := range tokens {
		switch token {
		case "[", "<", "«", "(":
			if joint == "" && i > 0 {
				joint = "Of"
			}
			continue
		case ",":
			joint = "And"
			continue
		}
		if i > 0 && !namespaces {
			token = token[strings.LastIndexAny(token, ".+")+1:]
		}
		plain.WriteString(joint + pascal(token))
		joint = ""
	}
	return plain.String()
}
