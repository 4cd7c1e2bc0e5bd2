package normalize

import (
	"regexp"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const examplesRule = "examples"

// mendExamples takes out examples and defaults that do not fit their schema, which ASP.NET services have many of, because
// validators refuse them and nothing is generated from them. Patterns that Go cannot read become extensions.
func fixExamples(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	c := &valueChecker{schemas: schemas, patterns: map[string]*regexp.Regexp{}}
	fixSchemas(document, report, examplesRule, func(m *schemaFixer) { // first, because values are checked by patterns
		if pattern, ok := m.schema["pattern"].(string); ok && c.compile(pattern) == nil {
			m.drop("pattern", "Go cannot read it, so it is x-pattern now")
			m.schema["x-pattern"] = pattern
		}
	})
	fixSchemas(document, report, examplesRule, func(m *schemaFixer) {
		c.dropMisfit(m, "example", m.schema)
		c.dropMisfit(m, "default", m.schema)
	})
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		schema, hasSchema := object["schema"].(tree.Object)
		if tree.IsNamed(pointer) || !hasSchema && pointer != "/components" && !mediaTypePointer(pointer) {
			return
		}
		m := &schemaFixer{examplesRule, pointer, object, report} // of a parameter, a header, a media type or the components
		m.drop("examples", "nothing is generated from it")
		if hasSchema {
			c.dropMisfit(m, "example", schema)
		}
	})
}

// isMediaType reports whether a pointer is that of a media type of a body.
func mediaTypePointer(pointer string) bool {
	tokens, _ := tree.Split(pointer)
	return len(tokens) > 1 && tokens[len(tokens)-2] == "content"
}

// dropMisfit takes out a member that holds a value which does not fit a schema.
func (c *valueChecker) dropMisfit(m *schemaFixer, name string, schema tree.Object) {
	if value, ok := m.schema[name]; ok && !c.fits(schema, value) {
		m.drop(name, "it does not fit the schema")
	}
}
