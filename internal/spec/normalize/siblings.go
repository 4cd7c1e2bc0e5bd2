package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// wrapReferenceSiblings moves a reference that has members beside it, which every reader of OpenAPI 3.0 ignores, into an
// allOf, beside which they count.
func wrapReferenceSiblings(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "reference-siblings", func(m *schemaFixer) {
		ref, ok := m.schema["$ref"]
		if !ok {
			return
		}
		if _, ok := ref.(string); !ok {
			m.drop("$ref", "it is not a reference")
			return
		}
		for _, name := range []string{"type", "format"} {
			m.drop(name, "the schema that is referred to says it")
		}
		if len(m.schema) == 1 {
			return
		}
		parts := append([]any{tree.Object{"$ref": ref}}, tree.ListAt(m.schema, "allOf")...)
		m.report.Add(m.rule, tree.Join(m.pointer, "$ref"), ref, parts, "beside a reference nothing counts")
		delete(m.schema, "$ref")
		m.schema["allOf"] = parts
	})
}
