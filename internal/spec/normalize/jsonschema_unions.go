package normalize

import (
	"maps"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// convertUnions removes null and booleans from unions, and converts unions of constants to enums. A
// union of one is merged into its schema and may contain another union, hence the loop.
func (f *schemaFixer) convertUnions() {
	accepts := func(part any) bool { return objectValue(part) || part == true || part == false }
	f.fixComposition("oneOf", accepts)
	f.fixComposition("anyOf", accepts)
	for f.convertUnion("oneOf") || f.convertUnion("anyOf") {
	}
}

// convertUnion reports whether it changed anything.
func (f *schemaFixer) convertUnion(keyword string) bool {
	parts := tree.ListAt(f.schema, keyword)
	var kept []any
	nullable, hasBooleans := false, false
	for _, field := range parts {
		switch {
		case nullSchema(field):
			nullable = true
		case field == true:
			hasBooleans = true
			kept = append(kept, tree.Object{})
		case field == false:
			hasBooleans = true
		default:
			kept = append(kept, field)
		}
	}
	location := tree.Join(f.pointer, keyword)
	enum := f.enumOf(kept)
	number := quotedNumberOf(kept)
	var reason string
	switch {
	case nullable:
		reason = "OpenAPI 3.0 uses nullable for null"
	case hasBooleans:
		reason = "OpenAPI 3.0 has no boolean schemas"
	case enum != nil:
		reason = "a union of constants is an enum"
	case number != nil:
		reason = quotedNumber
	case len(kept) == 1:
		reason = "a union of one schema is that schema"
	default:
		return false
	}
	delete(f.schema, keyword)
	if nullable {
		f.schema["nullable"] = true
	}
	switch {
	case enum != nil:
		f.report.Add(f.rule, location, parts, enum, reason)
		maps.Copy(f.schema, enum)
	case number != nil:
		f.schema[quotedExtension] = true
		f.report.Add(f.rule, location, parts, number, reason)
		f.absorb(number)
	case len(kept) == 1:
		f.report.Add(f.rule, location, parts, kept[0], reason)
		if part, ok := kept[0].(tree.Object); ok {
			f.absorb(part)
		}
	default:
		f.report.Add(f.rule, location, parts, kept, reason)
		if len(kept) > 0 {
			f.schema[keyword] = kept
		}
	}
	return true
}

// nullSchema reports whether the part of a union means null, in any of the notations that
// tools use.
func nullSchema(field any) bool {
	schema, _ := field.(tree.Object)
	if value, ok := schema["const"]; ok && value == nil {
		return true
	}
	types, _ := schema["type"].([]any)
	values := tree.ListAt(schema, "enum")
	return schema["type"] == "null" || len(types) == 1 && types[0] == "null" || len(values) == 1 && values[0] == nil ||
		len(schema) == 1 && tree.True(schema, "nullable")
}

// enumOf returns the enum equivalent to a union of constants of one type, or nil if parts are
// anything else.
func (f *schemaFixer) enumOf(parts []any) tree.Object {
	if _, ok := f.schema["enum"]; ok || len(parts) < 2 {
		return nil
	}
	var values, titles, descriptions []any
	for _, field := range parts {
		schema, _ := field.(tree.Object)
		value, ok := constantOf(schema)
		if !ok {
			return nil
		}
		title, _ := schema["title"].(string)
		description, _ := schema["description"].(string)
		values, titles, descriptions = append(values, value), append(titles, title), append(descriptions, description)
	}
	name := typeOfValues(values)
	if own, ok := f.schema["type"]; name == "" || ok && own != name {
		return nil
	}
	enum := tree.Object{"type": name, "enum": values}
	if !slices.Contains(titles, any("")) {
		enum["x-enum-varnames"] = titles
	}
	if slices.ContainsFunc(descriptions, func(description any) bool { return description != "" }) {
		enum["x-enum-descriptions"] = descriptions
	}
	return enum
}

// constantOf returns the value of a schema that allows only one and constrains nothing else.
func constantOf(schema tree.Object) (any, bool) {
	value, ok := schema["const"]
	if values := tree.ListAt(schema, "enum"); !ok && len(values) == 1 {
		value, ok = values[0], true
	}
	for name := range schema {
		switch name {
		case "const", "enum", "type", "format", "title", "description":
		default:
			return nil, false
		}
	}
	return value, ok
}

// quotedNumberOf returns the number of a union of a number and the same number in quotes, or nil.
func quotedNumberOf(parts []any) tree.Object {
	if len(parts) != 2 {
		return nil
	}
	for i := range parts {
		number, _ := parts[i].(tree.Object)
		quoted, _ := parts[1-i].(tree.Object)
		kind := typeNamed(tree.String(number["type"])).name
		if kind != "integer" && kind != "number" || quoted["type"] != "string" {
			continue
		}
		if numericFormat(quoted["format"]) || numericPattern(quoted["pattern"]) {
			return number
		}
	}
	return nil
}
