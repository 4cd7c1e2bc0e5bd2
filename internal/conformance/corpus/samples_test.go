package corpus_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/conformance/corpus/driver"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// kind is a kind of sample: which fields it has, and which values.
type kind struct {
	name     string
	optional bool // fields and parameters that are not required
	null     bool // null wherever it is allowed
	odd      int  // 0 for usual values, else the number of the odd ones
}

var kinds = []kind{
	{"full", true, false, 0}, {"required", false, false, 0}, {"null", true, true, 0},
	{"odd1", true, false, 1}, {"odd2", true, false, 2}, {"odd3", true, false, 3},
	{"odd4", true, false, 4}, {"odd5", true, false, 5}, {"odd6", true, false, 6},
}

// oddStrings start with the odd value 1. Those of parameters leave out what a header cannot have.
var oddStrings = []string{
	"a\"b\\c'd", "x&admin=1?y#z", "a/b;c,d:e@f|g", "100% +1 %2B", "Zażółć 😀 gęślą", "", "<b>&amp;</b>", "null", "line\nbreak\ttab",
}

var usualStrings = []string{"Nowak", "PL-2024-118", "oak desk", "Warsaw", "AB7"}

// sampler makes values of the schemas of a document. Equal pointers give equal values, so that
// samples with and without the fields of one direction differ in nothing else.
type sampler struct {
	document tree.Object
	kind     kind
	omit     string // readOnly or writeOnly: leaves out such fields
	unknown  bool   // adds fields that the document lacks
	header   bool   // only values that a header can have
	where    string // path, query, header, cookie or body
}

func (s sampler) resolve(object tree.Object) (resolved tree.Object, name string) {
	for range 20 {
		reference, ok := object["$ref"].(string)
		if !ok {
			return object, name
		}
		target, found := tree.Lookup(s.document, strings.TrimPrefix(reference, "#"))
		if !found {
			panic("unknown reference " + reference)
		}
		object, name = target.(tree.Object), reference[strings.LastIndexByte(reference, '/')+1:]
	}
	panic("a cycle of references")
}

const maxDepth = 5

// value returns a sample, and false if nothing fits below the maximum depth.
func (s sampler) value(schema tree.Object, pointer string, depth int) (any, bool) {
	return s.valueOf(schema, "", pointer, depth)
}

func (s sampler) valueOf(schema tree.Object, name, pointer string, depth int) (any, bool) {
	if tree.True(schema, "nullable") && s.kind.null && s.where == "body" {
		return nil, true
	}
	resolved, component := s.resolve(schema)
	if name == "" {
		name = component
	}
	if component != "" && tree.True(resolved, "nullable") && s.kind.null && s.where == "body" {
		return nil, true
	}
	schema = resolved
	if depth > maxDepth+8 {
		return nil, false
	}
	if values := slices.DeleteFunc(slices.Clone(tree.ListAt(schema, "enum")), func(v any) bool { return v == nil }); len(values) > 0 {
		return values[s.pick(pointer, len(values))], true
	}
	if constant, ok := schema["const"]; ok {
		return constant, true
	}
	if parts := tree.ListAt(schema, "allOf"); len(parts) == 1 && schema["properties"] == nil && schema["oneOf"] == nil && schema["anyOf"] == nil {
		return s.valueOf(parts[0].(tree.Object), name, pointer, depth)
	}
	switch {
	case schema["oneOf"] != nil, schema["anyOf"] != nil:
		return s.variant(schema, name, pointer, depth)
	case schema["allOf"] != nil, schema["properties"] != nil:
		return s.object(schema, name, pointer, depth)
	}
	switch tree.String(schema["type"]) {
	case "array":
		return s.list(schema, pointer, depth)
	case "object":
		return s.object(schema, name, pointer, depth)
	case "string":
		return s.str(tree.String(schema["format"]), pointer), true
	case "integer":
		return s.integer(schema, pointer), true
	case "number":
		return s.number(pointer), true
	case "boolean":
		return s.pick(pointer, 2) == 0, true
	}
	if s.where != "body" {
		return "untyped", true
	}
	return map[string]any{"any": json.Number("1.10")}, true
}

// pick returns a number below n that depends on the pointer and the kind of sample.
func (s sampler) pick(pointer string, n int) int {
	hash := fnv.New32a()
	hash.Write([]byte(pointer))
	return int((hash.Sum32()%97 + uint32(s.kind.odd)) % uint32(n))
}

func (s sampler) list(schema tree.Object, pointer string, depth int) (any, bool) {
	list := []any{}
	length := 2
	if s.kind.odd == 6 && s.where == "body" {
		length = 0
	}
	for i := range length {
		if depth >= maxDepth {
			break
		}
		element, ok := s.value(tree.ObjectAt(schema, "items"), fmt.Sprint(pointer, "/", i), depth+1)
		if !ok {
			break
		}
		if element != nil || s.where == "body" {
			list = append(list, element)
		}
	}
	return list, true
}

// object returns an object with the properties of a schema and those of its allOf.
func (s sampler) object(schema tree.Object, name, pointer string, depth int) (any, bool) {
	if derived := s.derived(schema, name); len(derived) > 0 && s.where == "body" && depth < maxDepth {
		if chosen := s.pick(pointer, len(derived)+1); chosen > 0 {
			return s.valueOf(tree.Object{"$ref": derived[chosen-1]}, "", pointer, depth)
		}
	}
	object := map[string]any{}
	if !s.addFields(object, schema, name, pointer, depth) {
		return nil, false
	}
	if list, ok := object[""].([]any); ok { // an array in allOf
		return list, true
	}
	additional, _ := schema["additionalProperties"].(tree.Object)
	if len(object) == 0 && schema["properties"] == nil && schema["allOf"] == nil && schema["additionalProperties"] != false || typed(additional) {
		if depth < maxDepth {
			for i, key := range s.keys() {
				value, ok := s.value(additional, fmt.Sprint(pointer, "/*", i), depth+1)
				if !ok || value == nil && s.where != "body" {
					continue
				}
				object[key] = value
			}
		}
	} else if s.unknown && schema["additionalProperties"] != false && s.kind.optional && len(object) > 0 {
		object[driver.UnknownField] = map[string]any{"n": json.Number("1.10")}
	}
	return object, true
}

// derived returns references to the schemas that have a base with a discriminator in their allOf.
func (s sampler) derived(schema tree.Object, name string) []string {
	if schema["discriminator"] == nil || schema["oneOf"] != nil || schema["anyOf"] != nil {
		return nil
	}
	var list []string
	for other, value := range tree.Fields(tree.Schemas(s.document)) {
		for _, part := range tree.ListAt(value.(tree.Object), "allOf") {
			if reference := tree.String(part.(tree.Object)["$ref"]); name != "" && strings.HasSuffix(reference, "/"+name) {
				list = append(list, "#/components/schemas/"+other)
			}
		}
	}
	return list
}

// typed reports whether a schema restricts its values.
func typed(schema tree.Object) bool {
	for _, keyword := range []string{"$ref", "properties", "allOf", "oneOf", "anyOf", "additionalProperties"} {
		if schema[keyword] != nil {
			return true
		}
	}
	return schema["type"] != nil && schema["type"] != "object"
}

// keys are the keys of a dictionary.
func (s sampler) keys() []string {
	if s.kind.odd == 0 || s.where == "header" || s.where == "cookie" {
		return []string{"pl", "en"}
	}
	return []string{"x&admin", "a b=c", "ł/ó"}
}

func (s sampler) addFields(object map[string]any, schema tree.Object, name, pointer string, depth int) bool {
	for _, part := range tree.ListAt(schema, "allOf") {
		resolved, _ := s.resolve(part.(tree.Object))
		if tree.String(resolved["type"]) == "array" {
			object[""], _ = s.list(resolved, pointer, depth)
			return true
		}
		if resolved["oneOf"] != nil || resolved["anyOf"] != nil {
			value, ok := s.variant(resolved, name, pointer, depth)
			fields, isObject := value.(map[string]any)
			if !ok || !isObject {
				return false
			}
			maps.Copy(object, fields)
			continue
		}
		if !s.addFields(object, resolved, name, pointer, depth) {
			return false
		}
	}
	required := tree.ListAt(schema, "required")
	for field, property := range tree.Fields(schema["properties"]) {
		property := property.(tree.Object)
		if s.omit != "" && s.marked(property, s.omit) {
			delete(object, field)
			continue
		}
		needed := slices.Contains(required, any(field))
		if !needed && (!s.kind.optional || depth >= maxDepth) {
			continue
		}
		resolved, _ := s.resolve(property)
		if s.where != "body" && (resolved["properties"] != nil || resolved["allOf"] != nil || resolved["type"] == "array" || resolved["type"] == "object") && depth > 0 {
			continue // OpenAPI defines no encoding
		}
		value, ok := s.value(property, pointer+"/"+field, depth+1)
		if !ok {
			if needed {
				return false
			}
			continue
		}
		if value == nil && s.where != "body" {
			continue
		}
		object[field] = value
	}
	if discriminator := tree.ObjectAt(schema, "discriminator"); discriminator != nil {
		if field := tree.String(discriminator["propertyName"]); field != "" && name != "" && !(s.omit != "" && s.marked(tree.ObjectAt(tree.ObjectAt(schema, "properties"), field), s.omit)) {
			if value := discriminatorValue(discriminator, name); value != "" {
				object[field] = value
			}
		}
	}
	return true
}

// marked reports whether a property is readOnly or writeOnly.
func (s sampler) marked(property tree.Object, mark string) bool {
	if property == nil {
		return false
	}
	resolved, _ := s.resolve(property)
	return tree.True(property, mark) || tree.True(resolved, mark)
}

// discriminatorValue returns what a schema writes in the property of a discriminator.
func discriminatorValue(discriminator tree.Object, name string) string {
	for value, target := range tree.Fields(discriminator["mapping"]) {
		if reference := tree.String(target); reference == name || strings.HasSuffix(reference, "/"+name) {
			return value
		}
	}
	return name
}

// variant returns a value of one of the alternatives, with the properties next to them.
func (s sampler) variant(schema tree.Object, name, pointer string, depth int) (any, bool) {
	alternatives := append(slices.Clone(tree.ListAt(schema, "oneOf")), tree.ListAt(schema, "anyOf")...)
	chosen := alternatives[s.pick(pointer, len(alternatives))].(tree.Object)
	_, variantName := s.resolve(chosen)
	value, ok := s.valueOf(chosen, "", pointer, depth)
	if !ok {
		return nil, false
	}
	object, isObject := value.(map[string]any)
	if !isObject {
		return value, true
	}
	delete(object, driver.UnknownField)
	if schema["properties"] != nil || schema["allOf"] != nil {
		rest := maps.Clone(schema)
		delete(rest, "discriminator")
		siblings := map[string]any{}
		if !s.addFields(siblings, rest, name, pointer, depth) {
			return nil, false
		}
		for field, value := range siblings {
			if _, has := object[field]; !has {
				object[field] = value
			}
		}
	}
	if discriminator := tree.ObjectAt(schema, "discriminator"); discriminator != nil && variantName != "" {
		object[tree.String(discriminator["propertyName"])] = discriminatorValue(discriminator, variantName)
	}
	return object, true
}

func (s sampler) str(format, pointer string) string {
	switch format {
	case "date":
		return []string{"2024-10-25", "2000-02-29"}[s.pick(pointer, 2)]
	case "date-time":
		return []string{"2024-10-25T08:15:00Z", "2024-10-25T08:15:00", "2024-10-25T08:15:00.1234567+02:00", "2024-10-25T08:15:00-05:30"}[s.pick(pointer, 4)]
	case "uuid":
		return "3fa85f64-5717-4562-b3fc-2c963f66afa6"
	case "byte":
		return "Zm9vYmFyPz4+"
	case "binary":
		return "\x01binary\xff\r\n"
	case "uri":
		return "https://shop.test/a?b=c&d=%20"
	case "email":
		return "anna+shop@shop.test"
	case "time":
		return "08:15:00"
	case "duration":
		return "PT1H30M"
	case "date-span", "timespan":
		return "1.02:03:04.5000000"
	}
	if s.kind.odd == 0 {
		return usualStrings[s.pick(pointer, len(usualStrings))]
	}
	odd := oddStrings[s.pick(pointer, len(oddStrings))]
	switch {
	case s.where == "path" && odd == "", s.header && (odd == "" || strings.ContainsAny(odd, "\n\tż😀")):
		return "a b-c"
	}
	return odd
}

func (s sampler) integer(schema tree.Object, pointer string) any {
	numbers := map[string][]string{
		"int32": {"-2147483648", "2147483647", "0", "-1"}, "int64": {"9007199254740993", "-9223372036854775808", "0", "9223372036854775807"},
		"uint64": {"18446744073709551615", "0"}, "uint32": {"4294967295", "0"},
		"int16": {"-32768", "32767", "0"}, "uint16": {"65535", "0"}, "int8": {"-128", "127"}, "sbyte": {"-128", "127"},
		"uint8": {"255", "0"}, "byte": {"255", "0"}, "": {"9007199254740993", "0", "-7"},
	}[tree.String(schema["format"])]
	if s.kind.odd == 0 || len(numbers) == 0 {
		return json.Number(fmt.Sprint(7 + s.pick(pointer, 90)))
	}
	return json.Number(numbers[s.pick(pointer, len(numbers))])
}

func (s sampler) number(pointer string) any {
	if s.kind.odd == 0 {
		return json.Number([]string{"12.50", "1999.99", "0.1"}[s.pick(pointer, 3)])
	}
	return json.Number([]string{"-0.001", "12345678901234567890.12", "0", "7", "-1e-7", "0.30"}[s.pick(pointer, 6)])
}
