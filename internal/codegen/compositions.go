package codegen

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mergeCompositions replaces the allOf of each component by the properties of its parts, including
// inherited ones. An allOf of a single reference stays, because it adds no structure.
func (p *preparer) mergeCompositions() error {
	p.derived = map[string][]string{}
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		p.listDiscriminator(name, schema)
		for _, part := range tree.ListAt(schema, "allOf") {
			part, _ := part.(tree.Object)
			if base, ok := referenceOf(part); ok {
				p.derived[base] = append(p.derived[base], name)
			}
		}
	}
	for name := range tree.Fields(p.schemas) {
		p.mergeComponent(name, nil)
		if p.inherited > maxInherited {
			return &tree.Problem{
				Pointer: tree.Join("/components/schemas", name),
				Message: fmt.Sprintf("the schemas inherit more than %d properties in all", maxInherited),
				Remedy:  "select the operations you need, or shorten the chain of allOf with an overlay",
			}
		}
	}
	return nil
}

// listDiscriminator adds the property that names the type of an object, where a base type does not
// list it.
func (p *preparer) listDiscriminator(name string, schema tree.Object) {
	discriminator := tree.ObjectAt(schema, "discriminator")
	properties := tree.ObjectAt(schema, "properties")
	property := tree.String(discriminator["propertyName"])
	if properties == nil || property == "" || properties[property] != nil || tree.ObjectAt(discriminator, "mapping") == nil {
		return
	}
	p.report.Add("go-types", tree.Join(schemasPrefix[1:]+name, "properties", property), nil, "string", "the discriminator is a property that the schema does not list")
	properties[property] = tree.Object{"type": "string"}
}

// maxInherited bounds the number of properties that merging copies: each schema in a long chain of
// allOf gets a copy of all properties before it. Real specs inherit a few thousand.
const maxInherited = 100_000

// composition returns the replacement of an allOf inside another schema: a reference to a new type
// if it has properties or elements. Equal compositions share a type, so that a type that contains
// an extension of itself terminates.
func (p *preparer) composition(schema tree.Object, at location) tree.Object {
	description := describe(tree.Object{}, schema)
	plain := tree.Clone(schema).(tree.Object)
	for keyword := range description {
		delete(plain, keyword)
	}
	key, _ := json.Marshal(plain) // cannot fail for a tree
	id, ok := p.compositions[string(key)]
	if !ok {
		merged := p.merged(plain, nil)
		switch kindOf(merged) {
		case kindObject, kindUnion, kindMap, kindList:
		default:
			return p.child(describe(merged, description), at)
		}
		id, _ = referenceOf(p.component(merged, at)) // known before its inner types, which may refer to it
		p.compositions[string(key)] = id
		p.schemas[id] = p.inside(merged, at)
	}
	if len(description) == 0 {
		return reference(id)
	}
	description["allOf"] = []any{reference(id)}
	return description
}

// composed reports whether a schema has an allOf that is more than a reference.
func composed(schema tree.Object) bool {
	_, reference := referenceOf(schema)
	return !reference && len(tree.ListAt(schema, "allOf")) > 0
}

func (p *preparer) mergeComponent(name string, open []string) tree.Object {
	schema := tree.ObjectAt(p.schemas, name)
	merged := p.merged(schema, append(open, name))
	p.schemas[name] = merged
	return merged
}

// merged returns a schema without allOf, or with one that is only a reference. The open components
// are being merged, and are skipped if they inherit from themselves.
func (p *preparer) merged(schema tree.Object, open []string) tree.Object {
	parts := tree.ListAt(schema, "allOf")
	if len(parts) == 0 || p.inherited > maxInherited {
		return schema
	}
	if len(parts) == 1 && !hasStructure(schema) {
		part, _ := parts[0].(tree.Object)
		if ref, ok := part["$ref"].(string); ok {
			if name, _ := schemaName(ref); !slices.Contains(open, name) {
				return schema
			}
		}
	}
	result := tree.Object{}
	for _, value := range parts {
		part, _ := value.(tree.Object)
		if ref, ok := part["$ref"].(string); ok {
			name, _ := schemaName(ref)
			if slices.Contains(open, name) || p.schemas[name] == nil {
				continue
			}
			part = p.target(p.mergeComponent(name, open), open)
			if derivedTypes(part, open) { // what a base type lists is not part of a derived type
				part = tree.Clone(part).(tree.Object)
				for _, keyword := range []string{"discriminator", "oneOf", "anyOf"} {
					delete(part, keyword)
				}
			}
		} else {
			part = p.target(p.merged(part, open), open)
		}
		inherit(result, part)
		p.inherited += len(tree.ObjectAt(part, "properties"))
	}
	own := tree.Clone(schema).(tree.Object)
	delete(own, "allOf")
	inherit(result, own)
	for _, keyword := range []string{"description", "title", "nullable", "readOnly", "writeOnly", "deprecated"} {
		delete(result, keyword)
		if value, ok := own[keyword]; ok {
			result[keyword] = value
		}
	}
	delete(result, openObject) // of a part
	return result
}

// derivedTypes reports whether a schema is a base type: it has properties, or lists a type that is
// being merged.
func derivedTypes(schema tree.Object, open []string) bool {
	return tree.ObjectAt(schema, "properties") != nil || slices.ContainsFunc(append(tree.ListAt(schema, "oneOf"), tree.ListAt(schema, "anyOf")...), func(element any) bool {
		object, _ := element.(tree.Object)
		name, ok := referenceOf(object)
		return ok && slices.Contains(open, name)
	})
}

// target follows plain references to the schema with the structure.
func (p *preparer) target(schema tree.Object, open []string) tree.Object {
	for range len(p.schemas) + 1 {
		name, ok := referenceOf(schema)
		if !ok || slices.Contains(open, name) || p.schemas[name] == nil {
			return schema
		}
		schema = p.mergeComponent(name, append(open, name))
	}
	return schema
}

// hasStructure reports whether a schema defines structure next to its allOf.
func hasStructure(schema tree.Object) bool {
	for _, keyword := range []string{"properties", "required", "additionalProperties", "oneOf", "anyOf", "items", "enum"} {
		if _, ok := schema[keyword]; ok {
			return true
		}
	}
	return false
}

// inherit copies the keywords of another schema into schema.
func inherit(schema, from tree.Object) {
	for name, value := range tree.Fields(from) {
		switch name {
		case "properties":
			properties := tree.ObjectAt(schema, "properties")
			if properties == nil {
				properties = tree.Object{}
				schema["properties"] = properties
			}
			for property, inner := range tree.Fields(value) {
				properties[property] = tree.Clone(inner)
			}
		case "required":
			list, _ := value.([]any)
			required := tree.ListAt(schema, "required")
			for _, property := range list {
				if !slices.Contains(required, property) {
					required = append(required, property)
				}
			}
			schema["required"] = required
		default:
			schema[name] = tree.Clone(value)
		}
	}
}

// referenceOf returns the name of the component if a schema is only a reference to it, apart from
// keywords without structure.
func referenceOf(schema tree.Object) (string, bool) {
	ref, ok := schema["$ref"].(string)
	if parts := tree.ListAt(schema, "allOf"); !ok && len(parts) == 1 && !hasStructure(schema) {
		part, _ := parts[0].(tree.Object)
		ref, ok = part["$ref"].(string)
	}
	if !ok {
		return "", false
	}
	return schemaName(ref)
}
