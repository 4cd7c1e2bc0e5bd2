package normalize

import (
	"regexp"
	"slices"
	"strings"

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
	names := typesExceptNull(list)
	if slices.Contains(list, any("null")) {
		f.schema["nullable"] = true
		if len(names) == 0 {
			f.schema[valuesExtension] = []any{nil}
		}
	}
	after, reason := any(nil), "OpenAPI 3.0 uses nullable for null"
	switch number := numberAmong(names); {
	case len(names) == 1:
		after = names[0]
		if !slices.Contains(list, any("null")) {
			reason = "OpenAPI 3.0 allows one type per schema"
		}
	case number != "" && !slices.ContainsFunc(names, isString):
		after, reason = number, "whole numbers are numbers"
	case number != "" && f.quotesNumber():
		after, reason = number, quotedNumber
		f.schema[quotedExtension] = true
		f.drop("pattern", patternOfNumber)
	case len(names) > 1 && !anyType(names):
		f.splitTypes(value, names)
		return
	case len(names) > 1:
		reason = "OpenAPI 3.0 allows one type per schema; any value is accepted"
		for _, name := range []string{"additionalProperties", "enum", "items", "properties", "required"} {
			f.drop(name, someValues)
		}
	}
	f.report.Add(f.rule, tree.Join(f.pointer, "type"), value, after, reason)
	if delete(f.schema, "type"); after != nil {
		f.schema["type"] = after
	}
}

func isString(name string) bool { return typeNamed(name).name == "string" }

// anyType reports whether types cover every JSON value.
func anyType(names []string) bool {
	covered := map[string]bool{}
	for _, name := range names {
		covered[strings.Replace(typeNamed(name).name, "integer", "number", 1)] = true
	}
	return covered["string"] && covered["number"] && covered["boolean"] && covered["object"] && covered["array"]
}

// keywordsOfType are the keywords that apply to values of one type only.
var keywordsOfType = map[string][]string{
	"string":  {"format", "pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"},
	"integer": {"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"number":  {"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"array":   {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
	"object":  {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"},
}

// splitTypes writes several types as a union, each with the keywords and values that apply to it.
func (f *schemaFixer) splitTypes(value any, names []string) {
	if slices.ContainsFunc(names, func(name string) bool { return typeNamed(name).name == "number" }) {
		names = slices.DeleteFunc(names, func(name string) bool { return typeNamed(name).name == "integer" })
	}
	values := f.constants()
	var parts []any
	used := map[string]bool{}
	for _, name := range names {
		kind := typeNamed(name).name
		part := tree.Object{"type": name}
		for _, keyword := range keywordsOfType[kind] {
			numeric := kind == "integer" || kind == "number"
			if field, ok := f.schema[keyword]; ok && (keyword != "format" || numericFormat(field) == numeric) {
				part[keyword] = field
			}
			used[keyword] = true
		}
		fitting := slices.DeleteFunc(slices.Clone(values), func(value any) bool {
			own := typeOfValues([]any{value})
			return own != kind && (own != "integer" || kind != "number")
		})
		if len(fitting) > 0 {
			part["enum"] = fitting
		} else if len(values) > 0 {
			continue // no value has this type
		}
		parts = append(parts, part)
	}
	for keyword := range used {
		delete(f.schema, keyword)
	}
	for _, keyword := range []string{"type", "enum", "const"} {
		delete(f.schema, keyword)
	}
	union := tree.Object{"oneOf": parts}
	f.report.Add(f.rule, tree.Join(f.pointer, "type"), value, union, "OpenAPI 3.0 allows one type per schema")
	switch len(parts) {
	case 0: // null is the only value
		union = tree.Object{valuesExtension: values}
	case 1:
		union = parts[0].(tree.Object)
	}
	f.absorb(union)
}

// constants returns the only values of a schema, or nil.
func (f *schemaFixer) constants() []any {
	if value, ok := f.schema["const"]; ok {
		return []any{value}
	}
	return tree.ListAt(f.schema, "enum")
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

// quotesNumber reports whether the strings of a schema that also allows numbers are numbers in
// quotes: by their format, pattern or values.
func (f *schemaFixer) quotesNumber() bool {
	values := f.constants()
	allNumbers := !slices.ContainsFunc(values, func(value any) bool {
		_, numeric := numberOf(value)
		return !numeric && value != nil
	})
	return allNumbers && (len(values) > 0 || numericFormat(f.schema["format"]) || numericPattern(f.schema["pattern"]))
}

const (
	// quotedExtension marks a number that the service also reads as a string, for checks of requests.
	quotedExtension = "x-quoted-number"
	quotedNumber    = "it is a number that the service also reads as a string"
	patternOfNumber = "it applies to the number as a string"
)

// numericFormat reports whether a format is one of numbers. The format byte is one of strings, too.
func numericFormat(format any) bool {
	name, _ := format.(string)
	known := typeNamed(name)
	return name != "byte" && (known.name == "integer" || known.name == "number")
}

// numericPattern reports whether a pattern matches numbers and nothing else.
func numericPattern(pattern any) bool {
	text, ok := pattern.(string)
	compiled, err := regexp.Compile(text)
	matches := func(samples ...string) bool { return slices.ContainsFunc(samples, compiled.MatchString) }
	return ok && err == nil && matches("0") && matches("7") && matches("12345678") &&
		!matches("", "-", "a", "1a", "a1", "1 2", "1-2", "1/2", "1:2", "1,2", "1_2", "0x1", "$1")
}
