package normalize

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mendParts makes schemas of the parts of a schema.
func (m *schemaMender) mendParts() {
	if _, isObject := m.schema["properties"].(tree.Object); !isObject {
		m.drop("properties", "it is not an object")
	}
	properties := tree.ObjectAt(m.schema, "properties")
	for name, property := range tree.Members(properties) {
		if _, isSchema := property.(tree.Object); !isSchema {
			schema := tree.Object{}
			if text, isText := property.(string); isText {
				schema["type"] = text // which the walk meets next
			}
			m.report.Add(m.rule, tree.Join(m.pointer, "properties", name), property, schema, "it is not a schema")
			properties[name] = schema
		}
	}
	m.joinItems()
	if _, isSchema := m.schema["items"].(tree.Object); !isSchema {
		m.drop("items", "it is not a schema")
	}
	switch m.schema["additionalProperties"].(type) {
	case tree.Object, bool:
	default:
		m.drop("additionalProperties", "it is neither a schema nor a boolean")
	}
	for _, name := range []string{"allOf", "anyOf", "oneOf"} {
		m.mendComposition(name, isSchema)
	}
}

func isSchema(part any) bool {
	_, ok := part.(tree.Object)
	return ok
}

// mendComposition leaves a composition with what are parts of one.
func (m *schemaMender) mendComposition(name string, isPart func(any) bool) {
	parts := tree.ListAt(m.schema, name)
	var kept []any
	for i, part := range parts {
		if isPart(part) {
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
func (m *schemaMender) mendRequired() {
	required, isList := m.schema["required"].([]any)
	if !isList {
		m.drop("required", "it is not a list of names")
	}
	var kept []any
	seen := map[string]bool{}
	for _, value := range required {
		if name, isText := value.(string); isText && !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	if isList && len(kept) == 0 {
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
func (m *schemaMender) mendDiscriminator(document tree.Object) {
	if text, isText := m.schema["discriminator"].(string); isText {
		m.set("discriminator", tree.Object{"propertyName": text}, "OpenAPI 3 has an object for it")
	}
	discriminator := tree.ObjectAt(m.schema, "discriminator")
	if name, _ := discriminator["propertyName"].(string); name == "" {
		m.drop("discriminator", "it does not name a member")
		return
	}
	inner := &schemaMender{m.rule, tree.Join(m.pointer, "discriminator"), discriminator, m.report}
	for name := range tree.Members(discriminator) {
		if name != "propertyName" && name != "mapping" && !strings.HasPrefix(name, "x-") {
			inner.drop(name, "OpenAPI 3.0 does not have it")
		}
	}
	mapping, isObject := discriminator["mapping"].(tree.Object)
	if !isObject {
		inner.drop("mapping", "it is not an object")
	}
	mended := tree.Object{}
	for value, target := range tree.Members(mapping) {
		ref := tree.Text(target)
		if _, isName := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")[ref]; isName {
			ref = "#" + tree.Join(schemasPointer, ref)
		}
		ref = mendReference(document, ref)
		if _, found := tree.Lookup(document, strings.TrimPrefix(ref, "#")); found && strings.HasPrefix(ref, "#/") {
			mended[value] = ref
		}
	}
	if isObject && len(mended) > 0 && !reflect.DeepEqual(mended, mapping) {
		inner.set("mapping", mended, "it maps to schemas, as references")
	}
	if isObject && len(mended) == 0 {
		inner.drop("mapping", "it maps to nothing that is there")
	}
}
