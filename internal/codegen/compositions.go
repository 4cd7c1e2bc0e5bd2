package codegen

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mergeCompositions writes what the allOf of a component says into the component itself: the members of all parts, inherited
// ones included. An allOf of one reference stays, because it only adds a description or null to that.
func (p *preparer) mergeCompositions() error {
	for name := range tree.Members(p.schemas) { // a component that is merged is complete before others merge it again
		p.mergeComponent(name, nil)
		if p.inherited > maxInherited {
			return &tree.Problem{
				Pointer: tree.Join("/components/schemas", name),
				Message: fmt.Sprintf("the schemas inherit more than %d members in all", maxInherited),
				Remedy:  "select the operations that you need, or shorten the chain of allOf with an overlay",
			}
		}
	}
	return nil
}

// maxInherited bounds the members that merging writes, because a long chain of heirs would write each member anew in every
// heir. Descriptions that people use inherit some thousands.
const maxInherited = 100_000

// composition returns what stands for an allOf inside another schema: a reference to a type of its own where it has members
// or elements. Equal ones are one type, so that a type which holds an extension of itself comes to an end.
func (p *preparer) composition(schema tree.Object, name string) tree.Object {
	place := describe(tree.Object{}, schema)
	plain := tree.Clone(schema).(tree.Object)
	for member := range place {
		delete(plain, member)
	}
	text, _ := json.Marshal(plain) // a tree can always be written
	goType, ok := p.compositions[string(text)]
	if !ok {
		merged := p.merged(plain, nil)
		switch kindOf(merged) {
		case kindObject, kindUnion, kindMap, kindList:
		default:
			return p.child(describe(merged, place), name)
		}
		goType = p.takeType(goName(name, "Schema"))
		p.compositions[string(text)] = goType
		p.origins[goType] = "an inline schema of the spec"
		p.schemas[goType] = merged // so that what is inside finds the name taken
		p.schemas[goType] = p.inside(merged, goType)
	}
	if len(place) == 0 {
		return reference(goType)
	}
	place["allOf"] = []any{reference(goType)}
	return place
}

// isComposed reports whether a schema has an allOf that is more than a reference.
func isComposed(schema tree.Object) bool {
	_, isReference := referenceOf(schema)
	return !isReference && len(tree.ListAt(schema, "allOf")) > 0
}

func (p *preparer) mergeComponent(name string, open []string) tree.Object {
	schema := tree.ObjectAt(p.schemas, name)
	merged := p.merged(schema, append(open, name))
	p.schemas[name] = merged
	return merged
}

// merged returns a schema without allOf, or with one that is only a reference. The open components are being merged; one
// that inherits from itself gains nothing by it.
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
		} else {
			part = p.target(p.merged(part, open), open)
		}
		inherit(result, part)
		p.inherited += len(tree.ObjectAt(part, "properties"))
	}
	own := tree.Clone(schema).(tree.Object)
	delete(own, "allOf")
	inherit(result, own)
	for _, member := range []string{"description", "title", "nullable", "readOnly", "writeOnly", "deprecated"} {
		delete(result, member)
		if value, ok := own[member]; ok {
			result[member] = value
		}
	}
	return result
}

// target follows references that stand alone to the schema with the structure.
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

// hasStructure reports whether a schema says more beside its allOf than what it is for.
func hasStructure(schema tree.Object) bool {
	for _, keyword := range []string{"properties", "required", "additionalProperties", "oneOf", "anyOf", "items", "enum"} {
		if _, ok := schema[keyword]; ok {
			return true
		}
	}
	return false
}

// inherit adds to a schema what another says.
func inherit(schema, from tree.Object) {
	for name, value := range tree.Members(from) {
		switch name {
		case "properties":
			properties := tree.ObjectAt(schema, "properties")
			if properties == nil {
				properties = tree.Object{}
				schema["properties"] = properties
			}
			for property, inner := range tree.Members(value) {
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
		case "discriminator", "oneOf", "anyOf": // of a base type, that lists the types which derive from it
			if tree.ObjectAt(schema, "properties") == nil && tree.ObjectAt(from, "properties") == nil {
				schema[name] = tree.Clone(value)
			}
		default:
			schema[name] = tree.Clone(value)
		}
	}
}

// referenceOf returns the component that a schema only refers to, be it with a description or null beside it.
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
