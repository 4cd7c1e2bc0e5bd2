package normalize

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mendParts makes schemas of the parts of a schema.
func (m *schemaFixer) fixParts() {
	if _, ok := m.schema["properties"].(tree.Object); !ok {
		m.drop("properties", "it is not an object")
	}
	properties := tree.ObjectAt(m.schema, "properties")
	for name, property := range tree.Members(properties) {
		if _, ok := property.(tree.Object); !ok {
			schema := tree.Object{}
			if text, ok := property.(string); ok {
				schema["type"] = text // which the walk meets next
			}
			m.report.Add(m.rule, tree.Join(m.pointer, "properties", name), property, schema, "it is not a schema")
			properties[name] = schema
		}
	}
	m.joinItems()
	if _, ok := m.schema["items"].(tree.Object); !ok {
		m.drop("items", "it is not a schema")
	}
	switch m.schema["additionalProperties"].(type) {
	case tree.Object, bool:
	default:
		m.drop("additionalProperties", "it is neither a schema nor a boolean")
	}
	for _, name := range []string{"allOf", "anyOf", "oneOf"} {
		m.fixComposition(name, schemaObject)
	}
}

func schemaObject(part any) bool {
	_, ok := part.(tree.Object)
	return ok
}

// mendComposition leaves a composition with what are parts of one.
func (m *schemaFixer) fixComposition(name string, accepts func(any) bool) {
	parts := tree.ListAt(m.schema, name)
	var kept []any
	for i, part := range parts {
		if accepts(part) {
			kept = append(kept, part)
		} else {
			m.report.Add(m.rule, tree.Join(m.pointer, name, strconv.Itoa(i)), part, nil, "it is not a schema")
		}
	}
	if len(kept) == 0 {
		m.drop(name, "there are no schemas in it")
	} else if len(kept) < len(parts) {
		m.schema[name] = kept
	}
}

// mendRequired makes required a list of names, to which those of the properties come that say it of themselves.
func (m *schemaFixer) fixRequired() {
	required, listed := m.schema["required"].([]any)
	if !listed {
		m.drop("required", "it is not a list of names")
	}
	var kept []any
	seen := map[string]bool{}
	for _, value := range required {
		if name, ok := value.(string); ok && !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	if listed && len(kept) == 0 {
		m.drop("required", "it names nothing")
	} else if len(kept) < len(required) {
		m.set("required", kept, "it is a list of names, each once")
	}
	for name, value := range tree.Members(m.schema["properties"]) {
		property, _ := value.(tree.Object)
		if flag := property["required"]; flag == true || strings.EqualFold(tree.Text(flag), "true") {
			m.report.Add(m.rule, tree.Join(m.pointer, "properties", name, "required"), flag, nil, "the list of its object says it")
			delete(property, "required")
			if !seen[name] {
				kept = append(kept, name)
				m.schema["required"] = kept
			}
		}
	}
}

// mendDiscriminator makes a discriminator one that names a member, and maps its values to schemas that are there.
func (m *schemaFixer) fixDiscriminator(document tree.Object) {
	if text, ok := m.schema["discriminator"].(string); ok {
		m.set("discriminator", tree.Object{"propertyName": text}, "OpenAPI 3 has an object for it")
	}
	discriminator := tree.ObjectAt(m.schema, "discriminator")
	if name, _ := discriminator["propertyName"].(string); name == "" {
		m.drop("discriminator", "it does not name a member")
		return
	}
	inner := &schemaFixer{m.rule, tree.Join(m.pointer, "discriminator"), discriminator, m.report}
	for name := range tree.Members(discriminator) {
		if name != "propertyName" && name != "mapping" && !strings.HasPrefix(name, "x-") {
			inner.drop(name, "OpenAPI 3.0 does not have it")
		}
	}
	mapping, ok := discriminator["mapping"].(tree.Object)
	if !ok {
		inner.drop("mapping", "it is not an object")
	}
	fixed := tree.Object{}
	for value, target := range tree.Members(mapping) {
		ref := tree.Text(target)
		if _, ok := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")[ref]; ok {
			ref = "#" + tree.Join(schemasPointer, ref)
		}
		ref = fixReference(document, ref)
		if _, found := tree.Lookup(document, strings.TrimPrefix(ref, "#")); found && strings.HasPrefix(ref, "#/") {
			fixed[value] = ref
		}
	}
	if ok && len(fixed) > 0 && !reflect.DeepEqual(fixed, mapping) {
		inner.set("mapping", fixed, "it maps to schemas, as references")
	}
	if ok && len(fixed) == 0 {
		inner.drop("mapping", "it maps to nothing that is there")
	}
}
