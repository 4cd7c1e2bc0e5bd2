package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// wrapReferenceSiblings moves a reference that has siblings into an allOf, because readers of
// OpenAPI 3.0 ignore siblings of a reference but not of an allOf.
func wrapReferenceSiblings(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "reference-siblings", func(f *schemaFixer) {
		ref, ok := f.schema["$ref"]
		if !ok {
			return
		}
		if _, ok := ref.(string); !ok {
			f.drop("$ref", "not a reference")
			return
		}
		for _, name := range []string{"type", "format"} {
			f.drop(name, "the target schema defines it")
		}
		if len(f.schema) == 1 {
			return
		}
		parts := append([]any{tree.Object{"$ref": ref}}, tree.ListAt(f.schema, "allOf")...)
		f.report.Add(f.rule, tree.Join(f.pointer, "$ref"), ref, parts, "siblings of a reference are ignored")
		delete(f.schema, "$ref")
		f.schema["allOf"] = parts
	})
}
