package generate

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/xsale-go/xsale/internal/spec"
)

// mergeCompositions writes what the allOf of a component says into the component itself: the members of all parts, inherited
// ones included. An allOf of one reference stays, because it only adds a description or null to that.
func (p *preparer) mergeCompositions() error {
	for name := range spec.Members(p.schemas) { // a component that is merged is complete before others merge it again
		p.mergeComponent(name, nil)
		if p.inherited > maxInherited {
			return &spec.Problem{
				Pointer: spec.Join("/components/schemas", name),
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
func (p *preparer) composition(schema spec.Object, name string) spec.Object {
	place := describe(spec.Object{}, schema)
	plain := spec.Clone(schema).(spec.Object)
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
func isComposed(schema spec.Object) bool {
	_, isReference := referenceOf(schema)
	return !isReference && len(spec.ListAt(schema, "allOf")) > 0
}

func (p *preparer) mergeComponent(name string, open []string) spec.Object {
	schema := spec.ObjectAt(p.schemas, name)
	merged := p.merged(schema, append(open, name))
	p.schemas[name] = merged
	return merged
}

// merged returns a schema without allOf, or with one that is only a reference. The open components are being merged; one
// that inherits from itself gains nothing by it.
func (p *preparer) merged(schema spec.Object, open []string) spec.Object {
	parts := spec.ListAt(schema, "allOf")
	if len(parts) == 0 || p.inherited > maxInherited {
		return schema
	}
	if len(parts) == 1 && !hasStructure(schema) {
		part, _ := parts[0].(spec.Object)
		if ref, ok := part["$ref"].(string); ok {
			if name, _ := schemaName(ref); !slices.Contains(open, name) {
				return schema
			}
		}
	}
	result := spec.Object{}
	for _, value := range parts {
		part, _ := value.(spec.Object)
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
		p.inherited += len(spec.ObjectAt(part, "properties"))
	}
	own := spec.Clone(schema).(spec.Object)
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
func (p *preparer) target(schema spec.Object, open []string) spec.Object {
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
func hasStructure(schema spec.Object) bool {
	for _, keyword := range []string{"properties", "required", "additionalProperties", "oneOf", "anyOf", "items", "enum"} {
		if _, ok := schema[keyword]; ok {
			return true
		}
	}
	return false
}

// inherit adds to a schema what another says.
func inherit(schema, from spec.Object) {
	for name, value := range spec.Members(from) {
		switch name {
		case "properties":
			properties := spec.ObjectAt(schema, "properties")
			if properties == nil {
				properties = spec.Object{}
				schema["properties"] = properties
			}
			for property, inner := range spec.Members(value) {
				properties[property] = spec.Clone(inner)
			}
		case "required":
			list, _ := value.([]any)
			required := spec.ListAt(schema, "required")
			for _, property := range list {
				if !slices.Contains(required, property) {
					required = append(required, property)
				}
			}
			schema["required"] = required
		case "discriminator", "oneOf", "anyOf": // of a base type, that lists the types which derive from it
			if spec.ObjectAt(schema, "properties") == nil && spec.ObjectAt(from, "properties") == nil {
				schema[name] = spec.Clone(value)
			}
		default:
			schema[name] = spec.Clone(value)
		}
	}
}

// referenceOf returns the component that a schema only refers to, be it with a description or null beside it.
func referenceOf(schema spec.Object) (string, bool) {
	ref, ok := schema["$ref"].(string)
	if parts := spec.ListAt(schema, "allOf"); !ok && len(parts) == 1 && !hasStructure(schema) {
		part, _ := parts[0].(spec.Object)
		ref, ok = part["$ref"].(string)
	}
	if !ok {
		return "", false
	}
	return schemaName(ref)
}
