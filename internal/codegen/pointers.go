package codegen

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// placePointers decides which fields are pointers. The rule is the same for all types, so that a type
// does not change when an operation sends it: an optional scalar is a plain value, whose zero value
// is not sent. It is a pointer only if the spec gives it a default, because the server replaces an
// absent field by that. An optional struct is a pointer. Package codec knows from tags which fields
// may be null and which are only in one direction.
func (p *preparer) placePointers() error {
	for _, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		for property, value := range tree.Fields(schema["properties"]) {
			field, _ := value.(tree.Object)
			p.placePointer(field, slices.Contains(tree.ListAt(schema, "required"), any(property)))
			p.tag(field)
		}
	}
	for _, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		delete(schema, "readOnly")
		delete(schema, "writeOnly")
	}
	p.breakCycles()
	tree.VisitSchemas(p.document, func(_ string, schema tree.Object) tree.Object {
		for _, keyword := range []string{"items", "additionalProperties"} {
			if element := tree.ObjectAt(schema, keyword); element[nullElement] != nil {
				delete(element, nullElement)
				schema[keyword] = p.pointerElement(element)
			}
		}
		return schema
	})
	return nil
}

func (p *preparer) placePointer(field tree.Object, required bool) {
	target := p.resolve(field)
	switch kindOf(target) {
	case kindObject, kindUnion:
		return
	case kindScalar, kindEnum:
		if !required && (hasDefault(field) || hasDefault(target)) && !decimalOrDate(target) {
			return
		}
	}
	setUnlessSet(field, "x-go-type-skip-optional-pointer", true)
	if !required {
		setUnlessSet(field, "x-omitempty", false)
		setUnlessSet(field, "x-omitzero", true)
	}
}

// pointerElement makes an element of a list or map a pointer, unless its type has a null.
func (p *preparer) pointerElement(element tree.Object) tree.Object {
	target := p.resolve(element)
	switch kindOf(target) {
	case kindScalar, kindEnum, kindObject:
		if !decimalOrDate(target) && target["format"] != "byte" {
			return tree.Object{"x-go-type": "*" + p.goType(element)}
		}
	}
	return element
}

// hasDefault reports whether an absent value means another one than zero. An empty string is no
// value of an enum, so it needs no pointer.
func hasDefault(schema tree.Object) bool {
	switch value := schema["default"].(type) {
	case bool:
		return value
	case string:
		return value != "" && kindOf(schema) != kindEnum
	case json.Number:
		number, err := value.Float64()
		return err != nil || number != 0
	}
	return false
}

// tag tells package codec what the Go type of a field does not.
func (p *preparer) tag(field tree.Object) {
	target := p.resolve(field)
	var options []string
	if kind, ok := field[kindExtension].(string); ok {
		options = append(options, kind)
		delete(field, kindExtension)
	}
	for _, option := range []struct{ keyword, tag string }{{"nullable", "null"}, {"readOnly", "readOnly"}, {"writeOnly", "writeOnly"}} {
		if tree.True(field, option.keyword) || tree.True(target, option.keyword) {
			options = append(options, option.tag)
		}
		if option.tag != "null" {
			delete(field, option.keyword) // else oapi-codegen uses a pointer
		}
	}
	if len(options) == 0 {
		return
	}
	const extension = "x-oapi-codegen-extra-tags"
	tags := tree.ObjectAt(field, extension)
	if tags == nil {
		tags = tree.Object{}
		field[extension] = tags
	}
	setUnlessSet(tags, "wire", strings.Join(options, ","))
}

func setUnlessSet(object tree.Object, name string, value any) {
	if _, ok := object[name]; !ok {
		object[name] = value
	}
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
				broken := describe(tree.Object{"allOf": []any{reference(target)}}, field)
				for keyword, value := range tree.Fields(field) {
					if strings.HasPrefix(keyword, "x-") {
						broken[keyword] = value
					}
				}
				broken["nullable"] = true
				tree.ObjectAt(schema, "properties")[property] = broken
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
