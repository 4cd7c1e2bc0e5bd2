package normalize

import (
	"regexp"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const examplesRule = "examples"

// fixExamples drops examples and defaults that do not match their schema. ASP.NET services
// have many of them, and validators reject them. Patterns that Go cannot compile become extensions.
func fixExamples(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	c := &valueChecker{schemas: schemas, patterns: map[string]*regexp.Regexp{}}
	fixSchemas(document, report, examplesRule, func(f *schemaFixer) { // first, because values are checked against patterns
		if pattern, ok := f.schema["pattern"].(string); ok && c.compile(pattern) == nil {
			f.drop("pattern", uncompilable)
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
		if hasSchema {
			c.dropMisfit(f, "example", schema)
		}
		c.keepFirst(f, schema)
		f.drop("examples", "one example is enough")
	})
}

// keepFirst makes the first of the named examples that fits the only one.
func (c *valueChecker) keepFirst(f *schemaFixer, schema tree.Object) {
	if f.schema["example"] != nil || f.pointer == "/components" {
		return
	}
	for name, value := range tree.Fields(f.schema["examples"]) {
		example := tree.ObjectAt(tree.Object{name: value}, name)
		if value, ok := example["value"]; ok && (schema == nil || c.fits(schema, value)) {
			f.report.Add(examplesRule, tree.Join(f.pointer, "examples", name), nil, value, "it is the only example now")
			f.schema["example"] = value
			return
		}
	}
}

func mediaTypePointer(pointer string) bool {
	tokens, _ := tree.Split(pointer)
	return len(tokens) > 1 && tokens[len(tokens)-2] == "content"
}

func (c *valueChecker) dropMisfit(f *schemaFixer, name string, schema tree.Object) {
	if value, ok := f.schema[name]; ok && !c.fits(schema, value) {
		f.drop(name, misfit)
	}
}
