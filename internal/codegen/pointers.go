package codegen

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// placePointers decides which fields are pointers. Objects that are only read have plain values: absent, null and zero are
// the same to a reader. In an object that is sent, an optional scalar is a pointer, and one that may also be null a
// wire.Nullable, so that zero can be sent. A struct inside another is a pointer wherever it may be missing.
func (p *preparer) placePointers() error {
	sent := p.sentTypes()
	p.breakCycles()
	for name, value := range tree.Members(p.schemas) {
		schema, _ := value.(tree.Object)
		for property, value := range tree.Members(schema["properties"]) {
			member, _ := value.(tree.Object)
			isRequired := slices.Contains(tree.ListAt(schema, "required"), any(property))
			tree.ObjectAt(schema, "properties")[property] = p.placePointer(member, isRequired, sent[name])
		}
	}
	return nil
}

func (p *preparer) placePointer(member tree.Object, isRequired, isSent bool) tree.Object {
	isNullable := tree.IsSet(member, "nullable")
	target := p.resolve(member)
	plain := func() {
		setUnlessSet(member, "x-go-type-skip-optional-pointer", true)
		if !isRequired {
			setUnlessSet(member, "x-omitempty", false)
			setUnlessSet(member, "x-omitzero", true)
		}
	}
	switch kindOf(target) {
	case kindObject, kindUnion:
	case kindScalar, kindEnum:
		switch {
		case isDecimalOrDate(target) || !isSent && (!isRequired || isNullable):
			plain()
		case isNullable && !isRequired:
			if goType := scalarType(p, member); goType != "" && member["x-go-type"] == nil {
				member = describe(tree.Object{"x-go-type": "wire.Nullable[" + goType + "]", "x-go-name": member["x-go-name"]}, member)
				delete(member, "nullable")
				plain()
			}
		}
	default:
		plain()
	}
	return member
}

func setUnlessSet(member tree.Object, name string, value any) {
	if _, ok := member[name]; !ok {
		member[name] = value
	}
}

// scalarType returns the Go type of a scalar or enum.
func scalarType(p *preparer, member tree.Object) string {
	if name, ok := referenceOf(member); ok {
		return name
	}
	switch member["type"] {
	case "boolean":
		return "bool"
	case "integer":
		if member["format"] == "int32" {
			return "int32"
		}
		return "int64"
	case "string":
		if member["format"] == "byte" {
			return "[]byte"
		}
		return "string"
	}
	return ""
}

// sentTypes returns the schemas that a request can hold.
func (p *preparer) sentTypes() map[string]bool {
	var trees []any
	for _, operation := range tree.Operations(p.document) {
		trees = append(trees, operation.Object["requestBody"], operation.Object["parameters"])
	}
	return tree.Reachable(p.document, trees...)
}

// breakCycles makes a struct that would hold itself by value, directly or through others, hold a pointer.
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
		for property, value := range tree.Members(schema["properties"]) {
			member, _ := value.(tree.Object)
			target, ok := p.structOf(member)
			isByValue := ok && slices.Contains(tree.ListAt(schema, "required"), any(property)) && !tree.IsSet(member, "nullable")
			if !isByValue {
				continue
			}
			switch state[target] {
			case open:
				tree.ObjectAt(schema, "properties")[property] = tree.Object{"allOf": []any{reference(target)}, "nullable": true, "x-go-name": member["x-go-name"]}
			case 0:
				visit(target)
			}
		}
		state[name] = done
	}
	for name := range tree.Members(p.schemas) {
		if state[name] == 0 {
			visit(name)
		}
	}
}

// structOf returns the name of the struct that a member refers to.
func (p *preparer) structOf(member tree.Object) (string, bool) {
	name, ok := referenceOf(member)
	for range len(p.schemas) + 1 {
		schema := tree.ObjectAt(p.schemas, name)
		next, isReference := referenceOf(schema)
		if !ok || schema == nil {
			return "", false
		}
		if !isReference {
			return name, kindOf(schema) == kindObject
		}
		name = next
	}
	return "", false
}
