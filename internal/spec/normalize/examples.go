package normalize

import (
	"regexp"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const examplesRule = "examples"

// fixExamples drops examples and defaults that do not match their schema. ASP.NET services
// have many of them, validators reject them, and nothing is generated from them. Patterns
// that Go cannot compile become extensions.
func fixExamples(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	c := &valueChecker{schemas: schemas, patterns: map[string]*regexp.Regexp{}}
	fixSchemas(document, report, examplesRule, func(f *schemaFixer) { // first, because values are checked against patterns
		if pattern, ok := f.schema["pattern"].(string); ok && c.compile(pattern) == nil {
			f.drop("pattern", "Go cannot compile it; it is kept as x-pattern")
			f.schema["x-pattern"] = pattern
		}
	})
	fixSchemas(document, report, examplesRule, func(f *schemaFixer) {
		c.dropMisfit(f, "example", f.schema)
		c.dropMisfit(f, "default", f.schema)
	})
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		schema, hasSchema := object["schema"].(tree.Object)
		if tree.KeyedByName(pointer) || !hasSchema && pointer != "/components" && !mediaTypePointer(pointer) {
			return
		}
		f := &schemaFixer{examplesRule, pointer, object, report} // of a parameter, a header, a media type or the components
		f.drop("examples", "nothing is generated from it")
		if hasSchema {
			c.dropMisfit(f, "example", schema)
		}
	})
}

func mediaTypePointer(pointer string) bool {
	tokens, _ := tree.Split(pointer)
	return len(tokens) > 1 && tokens[len(tokens)-2] == "content"
}

func (c *valueChecker) dropMisfit(f *schemaFixer, name string, schema tree.Object) {
	if value, ok := f.schema[name]; ok && !c.fits(schema, value) {
		f.drop(name, "it does not match the schema")
	}
}
