package normalize

import (
	"encoding/json"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// convertTuple merges the schemas of tuple positions into one element schema that accepts any
// of them.
func (f *schemaFixer) convertTuple() {
	f.joinItems()
	places, ok := f.schema["prefixItems"].([]any)
	if !ok {
		return
	}
	parts := places
	if rest, ok := f.schema["items"].(tree.Object); ok {
		parts = append(parts[:len(parts):len(parts)], rest)
	}
	element := elementOf(parts)
	f.report.Add(f.rule, tree.Join(f.pointer, "prefixItems"), places, element, oneElement)
	delete(f.schema, "prefixItems")
	if _, ok := f.schema["maxItems"]; !ok && f.schema["items"] == false {
		f.schema["maxItems"] = json.Number(strconv.Itoa(len(places)))
	}
	f.schema["items"] = element
}

// joinItems merges a tuple under items, as older JSON Schema writes it.
func (f *schemaFixer) joinItems() {
	if places, ok := f.schema["items"].([]any); ok {
		f.set("items", elementOf(places), oneElement)
	}
}

// elementOf returns a schema that accepts what any of the schemas accepts.
func elementOf(schemas []any) tree.Object {
	var distinct []any
	seen := map[string]bool{}
	for _, value := range schemas {
		schema, ok := value.(tree.Object)
		if value == true || ok && len(schema) == 0 {
			return tree.Object{}
		}
		if key := compactJSON(value); ok && !seen[key] {
			seen[key] = true
			distinct = append(distinct, schema)
		}
	}
	switch len(distinct) {
	case 0:
		return tree.Object{}
	case 1:
		return distinct[0].(tree.Object)
	}
	return tree.Object{"anyOf": distinct}
}

// convertPatternProperties converts the schemas of properties whose names match a pattern to
// one schema for all unnamed properties.
func (f *schemaFixer) convertPatternProperties() {
	patterns, ok := f.schema["patternProperties"].(tree.Object)
	if !ok {
		return
	}
	after := any(true)
	if len(patterns) == 1 && len(tree.ObjectAt(f.schema, "properties")) == 0 {
		for _, schema := range patterns {
			if _, ok := schema.(tree.Object); ok {
				after = schema
			}
		}
	}
	if _, ok := f.schema["additionalProperties"].(tree.Object); ok {
		after = true // it has to accept both kinds
	}
	f.report.Add(f.rule, tree.Join(f.pointer, "patternProperties"), patterns, after, anyName)
	delete(f.schema, "patternProperties")
	f.schema["additionalProperties"] = after
}

// compactJSON returns a value as JSON on one line, for comparison.
func compactJSON(value any) string {
	text, _ := json.Marshal(value) // a tree always encodes
	return string(text)
}
