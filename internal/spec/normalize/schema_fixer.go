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
func fixSchemas(document tree.Object, report *tree.Report, rule string, fix func(m *schemaFixer)) {
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		fix(&schemaFixer{rule, pointer, schema, report})
		return schema
	})
}

func (m *schemaFixer) set(name string, value any, reason string) {
	m.report.Add(m.rule, tree.Join(m.pointer, name), m.schema[name], value, reason)
	m.schema[name] = value
}

func (m *schemaFixer) drop(name, reason string) {
	if field, ok := m.schema[name]; ok {
		m.report.Add(m.rule, tree.Join(m.pointer, name), field, nil, reason)
		delete(m.schema, name)
	}
}

// absorb merges part, which applies to all values, into the schema. If the two conflict, the
// part goes into allOf.
func (m *schemaFixer) absorb(part tree.Object) {
	if !canAbsorb(m.schema, part) {
		m.schema["allOf"] = append(tree.ListAt(m.schema, "allOf"), part)
		return
	}
	for name, value := range part {
		if _, ok := m.schema[name]; !ok {
			m.schema[name] = value
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
