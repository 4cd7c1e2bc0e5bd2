package codegen

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// placePointers decides which fields are pointers. Objects in responses have plain values, because
// absent, null and zero mean the same to a reader. In objects that requests contain, an optional
// scalar is a pointer or, if it may also be null, a wire.Nullable, so that zero can be sent. An
// optional struct is always a pointer.
func (p *preparer) placePointers() error {
	sent := p.sentTypes()
	p.breakCycles()
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		for property, value := range tree.Fields(schema["properties"]) {
			field, _ := value.(tree.Object)
			required := slices.Contains(tree.ListAt(schema, "required"), any(property))
			tree.ObjectAt(schema, "properties")[property] = p.placePointer(field, required, sent[name])
		}
	}
	return nil
}

func (p *preparer) placePointer(field tree.Object, required, sent bool) tree.Object {
	nullable := tree.True(field, "nullable")
	target := p.resolve(field)
	plain := func() {
		setUnlessSet(field, "x-go-type-skip-optional-pointer", true)
		if !required {
			setUnlessSet(field, "x-omitempty", false)
			setUnlessSet(field, "x-omitzero", true)
		}
	}
	switch kindOf(target) {
	case kindObject, kindUnion:
	case kindScalar, kindEnum:
		switch {
		case decimalOrDate(target) || !sent && (!required || nullable):
			plain()
		case nullable && !required:
			if goType := scalarType(field); goType != "" && field["x-go-type"] == nil {
				field = describe(tree.Object{"x-go-type": "wire.Nullable[" + goType + "]", "x-go-name": field["x-go-name"]}, field)
				delete(field, "nullable")
				plain()
			}
		}
	default:
		plain()
	}
	return field
}

func setUnlessSet(object tree.Object, name string, value any) {
	if _, ok := object[name]; !ok {
		object[name] = value
	}
}

// scalarType returns the Go type of a scalar or enum.
func scalarType(schema tree.Object) string {
	if name, ok := referenceOf(schema); ok {
		return name
	}
	switch schema["type"] {
	case "boolean":
		return "bool"
	case "integer":
		if schema["format"] == "int32" {
			return "int32"
		}
		return "int64"
	case "string":
		if schema["format"] == "byte" {
			return "[]byte"
		}
		return "string"
	}
	return ""
}

// sentTypes returns the schemas that requests use.
func (p *preparer) sentTypes() map[string]bool {
	var trees []any
	for _, operation := range tree.Operations(p.document) {
		trees = append(trees, operation.Object["requestBody"], operation.Object["parameters"])
	}
	return tree.Reachable(p.document, trees...)
}

// breakCycles turns a field into a pointer where a struct would contain itself by value.
func (p *preparer) breakCycles() {
	const (
		open = iota + 1
		done
	)
	state := map[string]int{}
	var visit func(name string)
	visit = func(name string) {
		state[name] = open
		schema := tree.ObjectAt(p.schemas, name)
		for property, value := range tree.Fields(schema["properties"]) {
			field, _ := value.(tree.Object)
			target, ok := p.structOf(field)
			byValue := ok && slices.Contains(tree.ListAt(schema, "required"), any(property)) && !tree.True(field, "nullable")
			if !byValue {
				continue
			}
			switch state[target] {
			case open:
				tree.ObjectAt(schema, "properties")[property] = tree.Object{"allOf": []any{reference(target)}, "nullable": true, "x-go-name": field["x-go-name"]}
			case 0:
				visit(target)
			}
		}
		state[name] = done
	}
	for name := range tree.Fields(p.schemas) {
		if state[name] == 0 {
			visit(name)
		}
	}
}

// structOf returns the name of the struct that a schema refers to.
func (p *preparer) structOf(schema tree.Object) (string, bool) {
	name, ok := referenceOf(schema)
	for range len(p.schemas) + 1 {
		schema := tree.ObjectAt(p.schemas, name)
		next, reference := referenceOf(schema)
		if !ok || schema == nil {
			return "", false
		}
		if !reference {
			return name, kindOf(schema) == kindObject
		}
		name = next
	}
	return "", false
}
