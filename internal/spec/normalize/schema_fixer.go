package normalize

import (
	"reflect"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// schemaFixer changes the fields of one schema and reports the changes.
type schemaFixer struct {
	rule    string
	pointer string
	schema  tree.Object
	report  *tree.Report
}

// fixSchemas calls fix with every schema of a spec, outer ones first.
func fixSchemas(document tree.Object, report *tree.Report, rule string, fix func(f *schemaFixer)) {
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		fix(&schemaFixer{rule, pointer, schema, report})
		return schema
	})
}

func (f *schemaFixer) set(name string, value any, reason string) {
	f.report.Add(f.rule, tree.Join(f.pointer, name), f.schema[name], value, reason)
	f.schema[name] = value
}

func (f *schemaFixer) drop(name, reason string) {
	if field, ok := f.schema[name]; ok {
		f.report.Add(f.rule, tree.Join(f.pointer, name), field, nil, reason)
		delete(f.schema, name)
	}
}

// absorb merges part, which applies to all values, into the schema. If the two conflict, the
// part goes into allOf.
func (f *schemaFixer) absorb(part tree.Object) {
	if !canAbsorb(f.schema, part) {
		f.schema["allOf"] = append(tree.ListAt(f.schema, "allOf"), part)
		return
	}
	for name, value := range part {
		if _, ok := f.schema[name]; !ok {
			f.schema[name] = value
		}
	}
}

// canAbsorb reports whether the fields of both fit into one schema. Documentation may differ:
// the outer one wins, because it describes the current location.
func canAbsorb(schema, part tree.Object) bool {
	for _, object := range []tree.Object{schema, part} {
		if _, ok := object["$ref"]; ok {
			return false
		}
	}
	for name, value := range part {
		switch name {
		case "title", "description", "example", "examples":
			continue
		}
		if other, ok := schema[name]; ok && !reflect.DeepEqual(other, value) {
			return false
		}
	}
	return true
}
