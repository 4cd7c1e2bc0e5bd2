package normalize

import (
	"encoding/json"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// convertTuple merges the schemas of tuple positions into one element schema that accepts any
// of them.
func (m *schemaFixer) convertTuple() {
	m.joinItems()
	places, ok := m.schema["prefixItems"].([]any)
	if !ok {
		return
	}
	parts := places
	if rest, ok := m.schema["items"].(tree.Object); ok {
		parts = append(parts[:len(parts):len(parts)], rest)
	}
	element := elementOf(parts)
	m.report.Add(m.rule, tree.Join(m.pointer, "prefixItems"), places, element, "OpenAPI 3.0 has one schema for all elements")
	delete(m.schema, "prefixItems")
	if _, ok := m.schema["maxItems"]; !ok && m.schema["items"] == false {
		m.schema["maxItems"] = json.Number(strconv.Itoa(len(places)))
	}
	m.schema["items"] = element
}

// joinItems merges a tuple under items, as older JSON Schema writes it.
func (m *schemaFixer) joinItems() {
	if places, ok := m.schema["items"].([]any); ok {
		m.set("items", elementOf(places), "OpenAPI has one schema for all elements")
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
func (m *schemaFixer) convertPatternProperties() {
	patterns, ok := m.schema["patternProperties"].(tree.Object)
	if !ok {
		return
	}
	after := any(true)
	if len(patterns) == 1 && len(tree.ObjectAt(m.schema, "properties")) == 0 {
		for _, schema := range patterns {
			if _, ok := schema.(tree.Object); ok {
				after = schema
			}
		}
	}
	if _, ok := m.schema["additionalProperties"].(tree.Object); ok {
		after = true // it has to accept both kinds
	}
	const reason = "OpenAPI 3.0 uses additionalProperties, without patterns"
	m.report.Add(m.rule, tree.Join(m.pointer, "patternProperties"), patterns, after, reason)
	delete(m.schema, "patternProperties")
	m.schema["additionalProperties"] = after
}

// compactJSON returns a value as JSON on one line, for comparison.
func compactJSON(value any) string {
	text, _ := json.Marshal(value) // a tree always encodes
	return string(text)
}
