package normalize

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// convertTypes writes a list of types as one type, and null among them as nullable.
func (m *schemaFixer) convertTypes() {
	value := m.schema["type"]
	list, listed := value.([]any)
	if value == "null" {
		list, listed = []any{value}, true
	}
	if !listed {
		return
	}
	if slices.Contains(list, any("null")) {
		m.schema["nullable"] = true
	}
	names := typesBesideNull(list)
	after, reason := any(nil), "OpenAPI 3.0 says null as nullable"
	switch number := numberAmong(names); {
	case len(names) == 1:
		after = names[0]
		if !slices.Contains(list, any("null")) {
			reason = "OpenAPI 3.0 has one type a schema"
		}
	case number != "" && m.hasNumbersOnly():
		after, reason = number, "it is a number, which the service reads as text, too"
		m.drop("pattern", "it is about the number as text")
	case len(names) > 1:
		reason = "OpenAPI 3.0 has one type a schema, so that this is any value"
		for _, name := range []string{"additionalProperties", "enum", "items", "properties", "required"} {
			m.drop(name, "it is about some of the values only")
		}
	}
	m.report.Add(m.rule, tree.Join(m.pointer, "type"), value, after, reason)
	if delete(m.schema, "type"); after != nil {
		m.schema["type"] = after
	}
}

// typesBesideNull returns the names in a list of types, one for each type of OpenAPI: int and integer are the same.
func typesBesideNull(list []any) []string {
	var names []string
	seen := map[string]bool{"null": true}
	for _, element := range list {
		name, ok := element.(string)
		known := typeNamed(name).name
		if known == "" {
			known = name
		}
		if ok && !seen[known] {
			seen[known] = true
			names = append(names, name)
		}
	}
	return names
}

// numberAmong returns number or integer where the types are one of these and text. .NET 10 writes them so, because it reads
// quoted numbers, too.
func numberAmong(names []string) string {
	number := ""
	for _, name := range names {
		switch known := typeNamed(name).name; {
		case known == "number", known == "integer" && number == "":
			number = known
		case known != "integer" && known != "string":
			return ""
		}
	}
	return number
}

// hasNumbersOnly reports whether no value of an enum stands against taking the schema for a number.
func (m *schemaFixer) hasNumbersOnly() bool {
	values := tree.ListAt(m.schema, "enum")
	if value, ok := m.schema["const"]; ok {
		values = []any{value}
	}
	return !slices.ContainsFunc(values, func(value any) bool {
		_, numeric := numberOf(value)
		return !numeric && value != nil
	})
}
