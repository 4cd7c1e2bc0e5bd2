package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// wrapReferenceSiblings moves a reference that has siblings into an allOf, because readers of
// OpenAPI 3.0 ignore siblings of a reference but not of an allOf.
func wrapReferenceSiblings(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "reference-siblings", func(m *schemaFixer) {
		ref, ok := m.schema["$ref"]
		if !ok {
			return
		}
		if _, ok := ref.(string); !ok {
			m.drop("$ref", "not a reference")
			return
		}
		for _, name := range []string{"type", "format"} {
			m.drop(name, "the target schema defines it")
		}
		if len(m.schema) == 1 {
			return
		}
		parts := append([]any{tree.Object{"$ref": ref}}, tree.ListAt(m.schema, "allOf")...)
		m.report.Add(m.rule, tree.Join(m.pointer, "$ref"), ref, parts, "siblings of a reference are ignored")
		delete(m.schema, "$ref")
		m.schema["allOf"] = parts
	})
}
