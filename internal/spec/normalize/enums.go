package normalize

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixEnums reduces enums to values that can be Go constants: unique strings or whole numbers.
// It adds constant names if the spec has one for each value.
func fixEnums(document tree.Object, report *tree.Report) {
	fixSchemas(document, report, "enums", func(f *schemaFixer) {
		if _, ok := f.schema["enum"]; !ok {
			return
		}
		f.renameLists()
		f.fixEnum()
		if _, ok := f.schema["enum"]; ok {
			f.namesOfAutoRest()
			f.namesFromDescriptions()
			description, _ := f.schema["description"].(string)
			f.namesFromText(description, "the schema's description names all values")
		} else {
			for _, name := range enumLists {
				f.drop(name, "there is no enum")
			}
		}
	})
	nameFromUses(document, report)
}

// valuesExtension keeps an enum without constants, for checks of traffic.
const valuesExtension = "x-values"

// fixEnum drops values that the Go type cannot have, and the whole enum if it has no usable type.
func (f *schemaFixer) fixEnum() {
	values := tree.ListAt(f.schema, "enum")
	switch f.schema["type"] {
	case "string", "integer":
	case "array":
		f.moveToItems(values)
		return
	default:
		if len(values) > 0 {
			f.schema[valuesExtension] = values
		}
		f.drop("enum", "Go constants are strings or whole numbers")
		if slices.Contains(values, nil) {
			f.setNullable()
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
		fixed, ok := enumValue(value, f.schema["type"] == "string")
		if !ok {
			f.drop("enum", fmt.Sprintf("the type does not allow the value %.40s", compactJSON(value)))
			return
		}
		if !seen[fixed] {
			seen[fixed] = true
			kept, indexes = append(kept, fixed), append(indexes, i)
		}
	}
	f.fitLists(len(values), indexes)
	if slices.Contains(values, nil) {
		f.setNullable()
	}
	if len(kept) == 0 {
		if len(values) > 0 {
			f.schema[valuesExtension] = values
		}
		f.drop("enum", "null and the empty string are no constants")
	} else if !slices.EqualFunc(kept, values, func(a, b any) bool { return compactJSON(a) == compactJSON(b) }) {
		f.set("enum", kept, "values have the type, are unique and not empty")
	}
}

func (f *schemaFixer) setNullable() {
	if !tree.True(f.schema, "nullable") {
		f.set("nullable", true, "null is one of the values")
	}
}

// moveToItems moves an enum of a list to the elements, as its author meant.
func (f *schemaFixer) moveToItems(values []any) {
	items := tree.ObjectAt(f.schema, "items")
	_, hasOwn := items["enum"]
	ofStrings := items["type"] == "string"
	fits := !hasOwn && (ofStrings || items["type"] == "integer") && !slices.ContainsFunc(values, func(value any) bool {
		_, ok := enumValue(value, ofStrings)
		return !ok && value != nil
	})
	if !fits {
		f.drop("enum", noLists)
		return
	}
	f.report.Add(f.rule, tree.Join(f.pointer, "enum"), values, nil, "they are the values of the elements")
	for _, name := range append([]string{"enum"}, enumLists...) {
		if value, ok := f.schema[name]; ok {
			items[name] = value // the walk visits items next
			delete(f.schema, name)
		}
	}
}

// enumValue converts a value to the type of its enum and reports whether it can.
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

// typeOfValues returns the common type of values, or "". Null fits any type.
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
