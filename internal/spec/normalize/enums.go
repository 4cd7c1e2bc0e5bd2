package normalize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mendEnums leaves enums whose values Go constants can stand for: texts or whole numbers, each once, with names where the
// description gives one for each.
func fixEnums(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "enums", func(m *schemaFixer) {
		if _, ok := m.schema["enum"]; !ok {
			return
		}
		m.renameLists()
		m.fixEnum()
		if _, ok := m.schema["enum"]; ok {
			m.namesOfAutoRest()
			m.namesFromDescription()
		} else {
			for _, name := range enumLists {
				m.drop(name, "there is no enum")
			}
		}
	})
}

// mendEnum leaves out values that a Go type cannot have, and the enum itself where it says nothing of a type.
func (m *schemaFixer) fixEnum() {
	values := tree.ListAt(m.schema, "enum")
	switch m.schema["type"] {
	case "string", "integer":
	case "array":
		m.moveToItems(values)
		return
	default:
		m.drop("enum", "Go has constants of texts and whole numbers")
		if slices.Contains(values, nil) {
			m.setNullable()
		}
		return
	}
	var kept []any
	var indexes []int
	seen := map[any]bool{}
	for i, value := range values {
		if value == nil || value == "" {
			continue
		}
		fixed, ok := enumValue(value, m.schema["type"] == "string")
		if !ok {
			m.drop("enum", fmt.Sprintf("the type has no such value as %.40s", compactJSON(value)))
			return
		}
		if !seen[fixed] {
			seen[fixed] = true
			kept, indexes = append(kept, fixed), append(indexes, i)
		}
	}
	m.fitLists(len(values), indexes)
	if slices.Contains(values, nil) {
		m.setNullable()
	}
	if len(kept) == 0 {
		m.drop("enum", "there is no value in it")
	} else if !slices.EqualFunc(kept, values, func(a, b any) bool { return compactJSON(a) == compactJSON(b) }) {
		m.set("enum", kept, "values are of the type, not empty, and each is there once")
	}
}

func (m *schemaFixer) setNullable() {
	if !tree.IsSet(m.schema, "nullable") {
		m.set("nullable", true, "null is one of the values")
	}
}

// moveToItems gives an enum that stands beside a list to the elements, which is what authors mean.
func (m *schemaFixer) moveToItems(values []any) {
	items := tree.ObjectAt(m.schema, "items")
	_, hasOwn := items["enum"]
	ofStrings := items["type"] == "string"
	fits := !hasOwn && (ofStrings || items["type"] == "integer") && !slices.ContainsFunc(values, func(value any) bool {
		_, ok := enumValue(value, ofStrings)
		return !ok && value != nil
	})
	if !fits {
		m.drop("enum", "Go has no constants of lists")
		return
	}
	m.report.Add(m.rule, tree.Join(m.pointer, "enum"), values, nil, "they are values of the elements")
	for _, name := range append([]string{"enum"}, enumLists...) {
		if value, ok := m.schema[name]; ok {
			items[name] = value // which the walk meets next
			delete(m.schema, name)
		}
	}
}

// enumValue returns a value of an enum as one of its type, if it is one.
func enumValue(value any, ofStrings bool) (any, bool) {
	if !ofStrings {
		integer, ok := integerOf(value)
		return json.Number(strconv.FormatInt(integer, 10)), ok
	}
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number: // such as a version, without quotes in YAML
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return nil, false
}

// typeOfValues returns the type that all values have, or nothing. Null is of any type.
func typeOfValues(values []any) string {
	common := ""
	for _, value := range values {
		name := ""
		switch value := value.(type) {
		case nil:
			continue
		case string:
			name = "string"
		case bool:
			name = "boolean"
		case json.Number:
			name = "number"
			if _, ok := integerOf(value); ok {
				name = "integer"
			}
		}
		if name == "" || common != "" && name != common {
			return ""
		}
		common = name
	}
	return common
}
