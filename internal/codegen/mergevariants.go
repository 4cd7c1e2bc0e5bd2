package codegen

import (
	"reflect"
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mergeVariants adds the properties of the elements of a oneOf or anyOf to the object that they are
// next to, as optional ones.
func (p *preparer) mergeVariants(schema tree.Object, at location) {
	for _, keyword := range []string{"oneOf", "anyOf"} {
		for _, element := range tree.ListAt(schema, keyword) {
			element, _ := element.(tree.Object)
			pointer := tree.Join(at.pointer, keyword)
			if !definesValue(element) {
				continue
			}
			if variant := p.resolve(p.merged(tree.Clone(element).(tree.Object), nil)); kindOf(variant) == kindObject {
				p.mergeProperties(schema, variant, pointer)
			} else {
				p.report.Add("go-types", pointer, element, nil, "it has no Go type next to properties; its values are kept with the unknown fields")
			}
		}
	}
}

func (p *preparer) mergeProperties(schema, variant tree.Object, pointer string) {
	properties := tree.ObjectAt(schema, "properties")
	for name, value := range tree.Fields(variant["properties"]) {
		property, _ := tree.Clone(value).(tree.Object)
		known, ok := properties[name].(tree.Object)
		if !ok || reflect.DeepEqual(known, property) {
			properties[name] = property
			continue
		}
		common := p.common(known, property)
		if common == nil {
			p.report.Add("go-types", tree.Join(pointer, "properties", name), property, anyJSON, "the property has another type elsewhere, so it is any JSON")
			common = describe(tree.Object{"x-go-type": anyJSON}, known)
		}
		properties[name] = common
	}
}

// common returns a schema for the values of two schemas, or nil.
func (p *preparer) common(a, b tree.Object) tree.Object {
	one, other := p.resolve(a), p.resolve(b)
	if one == nil || reflect.DeepEqual(one, other) {
		return a
	}
	scalar := func(schema tree.Object) bool { return kindOf(schema) == kindScalar || kindOf(schema) == kindEnum }
	if !scalar(one) || !scalar(other) || one["type"] != other["type"] {
		return nil
	}
	common := describe(tree.Object{"type": one["type"]}, a)
	if one["format"] == other["format"] && one["format"] != nil {
		common["format"] = one["format"]
	}
	if kindOf(one) == kindEnum && kindOf(other) == kindEnum {
		values := slices.Clone(tree.ListAt(one, "enum"))
		for _, value := range tree.ListAt(other, "enum") {
			if !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
		common["enum"] = values
	}
	return common
}
