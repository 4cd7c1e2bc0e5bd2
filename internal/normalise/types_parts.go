package normalise

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// mendParts makes schemas of the parts of a schema.
func (m *schemaMender) mendParts() {
	if _, isObject := m.schema["properties"].(spec.Object); !isObject {
		m.drop("properties", "it is not an object")
	}
	properties := spec.ObjectAt(m.schema, "properties")
	for name, property := range spec.Members(properties) {
		if _, isSchema := property.(spec.Object); !isSchema {
			schema := spec.Object{}
			if text, isText := property.(string); isText {
				schema["type"] = text // which the walk meets next
			}
			m.report.Add(m.rule, spec.Join(m.pointer, "properties", name), property, schema, "it is not a schema")
			properties[name] = schema
		}
	}
	m.joinItems()
	if _, isSchema := m.schema["items"].(spec.Object); !isSchema {
		m.drop("items", "it is not a schema")
	}
	switch m.schema["additionalProperties"].(type) {
	case spec.Object, bool:
	default:
		m.drop("additionalProperties", "it is neither a schema nor a boolean")
	}
	for _, name := range []string{"allOf", "anyOf", "oneOf"} {
		m.mendComposition(name, isSchema)
	}
}

func isSchema(part any) bool {
	_, ok := part.(spec.Object)
	return ok
}

// mendComposition leaves a composition with what are parts of one.
func (m *schemaMender) mendComposition(name string, isPart func(any) bool) {
	parts := spec.ListAt(m.schema, name)
	var kept []any
	for i, part := range parts {
		if isPart(part) {
			kept = append(kept, part)
		} else {
			m.report.Add(m.rule, spec.Join(m.pointer, name, strconv.Itoa(i)), part, nil, "it is not a schema")
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
	for name, value := range spec.Members(m.schema["properties"]) {
		property, _ := value.(spec.Object)
		if flag := property["required"]; flag == true || strings.EqualFold(spec.Text(flag), "true") {
			m.report.Add(m.rule, spec.Join(m.pointer, "properties", name, "required"), flag, nil, "the list of its object says it")
			delete(property, "required")
			if !seen[name] {
				kept = append(kept, name)
				m.schema["required"] = kept
			}
		}
	}
}

// mendDiscriminator makes a discriminator one that names a member, and maps its values to schemas that are there.
func (m *schemaMender) mendDiscriminator(document spec.Object) {
	if text, isText := m.schema["discriminator"].(string); isText {
		m.set("discriminator", spec.Object{"propertyName": text}, "OpenAPI 3 has an object for it")
	}
	discriminator := spec.ObjectAt(m.schema, "discriminator")
	if name, _ := discriminator["propertyName"].(string); name == "" {
		m.drop("discriminator", "it does not name a member")
		return
	}
	inner := &schemaMender{m.rule, spec.Join(m.pointer, "discriminator"), discriminator, m.report}
	for name := range spec.Members(discriminator) {
		if name != "propertyName" && name != "mapping" && !strings.HasPrefix(name, "x-") {
			inner.drop(name, "OpenAPI 3.0 does not have it")
		}
	}
	mapping, isObject := discriminator["mapping"].(spec.Object)
	if !isObject {
		inner.drop("mapping", "it is not an object")
	}
	mended := spec.Object{}
	for value, target := range spec.Members(mapping) {
		ref := spec.Text(target)
		if _, isName := spec.ObjectAt(spec.ObjectAt(document, "components"), "schemas")[ref]; isName {
			ref = "#" + spec.Join(schemasPointer, ref)
		}
		ref = mendReference(document, ref)
		if _, found := spec.Lookup(document, strings.TrimPrefix(ref, "#")); found && strings.HasPrefix(ref, "#/") {
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
