package normalize

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// convertTypes converts a list of types to one type, and null in it to nullable.
func (f *schemaFixer) convertTypes() {
	value := f.schema["type"]
	list, listed := value.([]any)
	if value == "null" {
		list, listed = []any{value}, true
	}
	if !listed {
		return
	}
	if slices.Contains(list, any("null")) {
		f.schema["nullable"] = true
	}
	names := typesExceptNull(list)
	after, reason := any(nil), "OpenAPI 3.0 uses nullable for null"
	switch number := numberAmong(names); {
	case len(names) == 1:
		after = names[0]
		if !slices.Contains(list, any("null")) {
			reason = "OpenAPI 3.0 allows one type per schema"
		}
	case number != "" && f.hasNumbersOnly():
		after, reason = number, "it is a number that the service also reads as a string"
		f.drop("pattern", "it applies to the number as a string")
	case len(names) > 1:
		reason = "OpenAPI 3.0 allows one type per schema; any value is accepted"
		for _, name := range []string{"additionalProperties", "enum", "items", "properties", "required"} {
			f.drop(name, "it applies to only some of the values")
		}
	}
	f.report.Add(f.rule, tree.Join(f.pointer, "type"), value, after, reason)
	if delete(f.schema, "type"); after != nil {
		f.schema["type"] = after
	}
}

// typesExceptNull returns the type names in a list without null and without synonyms, such as
// int and integer.
func typesExceptNull(list []any) []string {
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

// numberAmong returns number or integer if the types are one of these and string. .NET 10
// writes them so, because it also reads quoted numbers.
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

// hasNumbersOnly reports whether all enum values are numbers or null.
func (f *schemaFixer) hasNumbersOnly() bool {
	values := tree.ListAt(f.schema, "enum")
	if value, ok := f.schema["const"]; ok {
		values = []any{value}
	}
	return !slices.ContainsFunc(values, func(value any) bool {
		_, numeric := numberOf(value)
		return !numeric && value != nil
	})
}
