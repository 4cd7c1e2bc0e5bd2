package codegen

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// unionMark marks the schema of a union that is ready for oapi-codegen: an object whose unknown
// fields formatCode replaces by a codec.Union.
const unionMark = "x-xsale-union"

// variants are the types that a union, or a base type with a discriminator, may contain.
type variants struct {
	Property string // the discriminator; "" without one
	Union    bool
	List     []variant
	Own      []any // values of the discriminator for the base type itself
}

type variant struct {
	Type   string // in Go
	Method string // end of the names of its methods
	Kinds  []any  // values of the discriminator, a string or an int64 each
	Below  []any  // those of types that are derived from it
}

// Arguments are those of codec.As and codec.From after the value.
func (v variants) Arguments(of variant) string {
	if len(of.Kinds) == 0 {
		return ""
	}
	arguments := ", " + strconv.Quote(v.Property)
	for _, kind := range slices.Concat(of.Kinds, of.Below) {
		arguments += ", " + kindLiteral(kind)
	}
	return arguments
}

// Check and Stamp say in comments what the discriminator is for.
func (v variants) Check() string {
	if v.Property == "" {
		return ""
	}
	return " It is an error if " + v.Property + " names another type."
}

func (v variants) Stamp() string {
	if v.Property == "" {
		return ""
	}
	return " Its JSON starts with " + v.Property + "."
}

// methods are the names of the methods that the type has for its variants.
func (v variants) methods() []string {
	if len(v.List) == 0 {
		return nil
	}
	names := []string{"ValueByDiscriminator"}
	for _, of := range v.List {
		names = append(names, "As"+of.Method, "From"+of.Method)
	}
	return names
}

func kindLiteral(kind any) string {
	if text, ok := kind.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(kind)
}

// Cases are the values of the discriminator, as Discriminator returns them, with their methods. The
// base type itself has none.
func (v variants) Cases() []variantCase {
	var cases []variantCase
	for _, of := range append(slices.Clone(v.List), variant{Kinds: v.Own}) {
		for _, kind := range of.Kinds {
			cases = append(cases, variantCase{strconv.Quote(fmt.Sprint(kind)), of.Method})
		}
	}
	return cases
}

type variantCase struct{ Value, Method string }

// findVariants finds the variants of each union and base type. A property that names the type of an
// object is written by itself.
func (p *preparer) findVariants() error {
	p.variants = map[string]variants{}
	kinds := map[string]map[string][]any{} // by type and property
	add := func(name string, found variants) {
		p.variants[name] = found
		for _, of := range found.List {
			if kinds[of.Type] == nil {
				kinds[of.Type] = map[string][]any{}
			}
			for _, kind := range of.Kinds {
				if list := kinds[of.Type][found.Property]; !slices.Contains(list, kind) {
					kinds[of.Type][found.Property] = append(list, kind)
				}
			}
		}
	}
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		if kindOf(schema) != kindObject {
			continue
		}
		found := p.variantsOf(name, schema)
		if len(found.List) > 0 {
			add(name, found)
		}
		for _, of := range found.List { // a derived type may be a base type, too
			below := p.below(of.Type)
			inner := slices.DeleteFunc(slices.Clone(found.List), func(other variant) bool { return !slices.Contains(below, other.Type) })
			if _, ok := p.variants[of.Type]; !ok && len(inner) > 0 {
				p.variants[of.Type] = variants{Property: found.Property, List: inner, Own: of.Kinds}
			}
		}
	}
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		if kindOf(schema) == kindUnion {
			found := p.variantsOf(name, schema)
			if found.Property == "" {
				p.imply(&found, kinds)
			}
			add(name, found)
			p.schemas[name] = describe(tree.Object{unionMark: true, "type": "object", "anyOf": []any{}, "additionalProperties": tree.Object{"x-go-type": "codec.Union"}}, schema)
		}
	}
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		delete(schema, "discriminator")
		for property, value := range tree.Fields(schema["properties"]) {
			field, _ := value.(tree.Object)
			if list := kinds[name][property]; len(list) == 1 && p.canBe(field, list[0]) {
				field[kindExtension] = "kind=" + fmt.Sprint(list[0])
			} else if only, ok := p.onlyValue(field); ok && len(list) == 0 && slices.Contains(tree.ListAt(schema, "required"), any(property)) {
				field[kindExtension] = "const=" + only
			}
		}
	}
	return nil
}

// imply finds the property that tells the variants of a union without a discriminator apart: that
// of their base type, or one with another only value in each.
func (p *preparer) imply(union *variants, kinds map[string]map[string][]any) {
	first := p.resolve(reference(union.List[0].Type))
	for property := range tree.Fields(first["properties"]) {
		var found [][]any
		var all []any
		for _, of := range union.List {
			of := of.Type
			values := kinds[of][property]
			schema := p.resolve(reference(of))
			field := tree.ObjectAt(tree.ObjectAt(schema, "properties"), property)
			if only, ok := p.onlyValue(field); ok && len(values) == 0 && slices.Contains(tree.ListAt(schema, "required"), any(property)) {
				values = []any{p.kindOfVariant(of, property, only)}
			}
			if len(values) == 0 || slices.ContainsFunc(values, func(value any) bool { return slices.Contains(all, value) }) {
				break
			}
			found = append(found, values)
			all = append(all, values...)
		}
		if len(found) == len(union.List) {
			union.Property = property
			for i, values := range found {
				union.List[i].Kinds = values
			}
			return
		}
	}
}

// canBe reports whether a kind fits the type of a field, and a struct tag.
func (p *preparer) canBe(field tree.Object, kind any) bool {
	_, number := kind.(int64)
	wanted := "string"
	if number {
		wanted = "integer"
	}
	return p.resolve(field)["type"] == wanted && plainKind.MatchString(fmt.Sprint(kind))
}

// kindExtension has the value of a field that is written without being set.
const kindExtension = "x-xsale-kind"

// plainKind matches values that a struct tag can contain.
var plainKind = regexp.MustCompile(`^[A-Za-z0-9_.:+/# -]+$`)

// onlyValue returns the only value that an enum allows.
func (p *preparer) onlyValue(field tree.Object) (string, bool) {
	target := p.resolve(field)
	values := tree.ListAt(target, "enum")
	if kindOf(target) != kindEnum || len(values) != 1 || tree.True(field, "nullable") || tree.True(target, "nullable") {
		return "", false
	}
	only := fmt.Sprint(values[0])
	return only, plainKind.MatchString(only)
}

func (p *preparer) variantsOf(name string, schema tree.Object) variants {
	discriminator := tree.ObjectAt(schema, "discriminator")
	found := variants{Property: tree.String(discriminator["propertyName"])}
	mapped := map[string][]any{} // by Go type
	for value, target := range tree.Fields(discriminator["mapping"]) {
		if target, ok := schemaName(tree.String(target)); ok {
			mapped[target] = append(mapped[target], p.kindOfVariant(target, found.Property, value))
		}
	}
	switch kindOf(schema) {
	case kindUnion:
		found.Union = true
		for _, value := range tree.ListAt(schema, "oneOf") {
			element, _ := value.(tree.Object)
			goType := p.goType(element)
			if slices.ContainsFunc(found.List, func(other variant) bool { return other.Type == goType }) {
				continue
			}
			method := methodName(element, goType)
			if slices.ContainsFunc(found.List, func(other variant) bool { return other.Method == method }) { // of the same title
				method = methodName(nil, goType)
			}
			found.List = append(found.List, variant{Type: goType, Method: method, Kinds: mapped[goType]})
		}
	case kindObject:
		found.Own = mapped[name]
		for _, target := range slices.Sorted(maps.Keys(mapped)) {
			if target != name && kindOf(p.resolve(reference(target))) == kindObject {
				found.List = append(found.List, variant{Type: target, Method: target, Kinds: mapped[target]})
			}
		}
	}
	for i, of := range found.List {
		for _, name := range p.below(of.Type) {
			found.List[i].Below = append(found.List[i].Below, mapped[name]...)
		}
	}
	return found
}

// below returns the types that are derived from a type, directly or not.
func (p *preparer) below(name string) []string {
	found := []string{name}
	for i := 0; i < len(found); i++ {
		for _, derived := range p.derived[found[i]] {
			if !slices.Contains(found, derived) {
				found = append(found, derived)
			}
		}
	}
	return found[1:]
}

// kindOfVariant returns a value of a discriminator in the type of the property.
func (p *preparer) kindOfVariant(name, property, value string) any {
	field := tree.ObjectAt(tree.ObjectAt(p.resolve(reference(name)), "properties"), property)
	if number, err := strconv.ParseInt(value, 10, 64); err == nil && p.resolve(field)["type"] == "integer" {
		return number
	}
	return value
}

// goType returns the Go type of an element of a union.
func (p *preparer) goType(schema tree.Object) string {
	if name, ok := referenceOf(schema); ok {
		return name
	}
	if goType, ok := schema["x-go-type"].(string); ok {
		return goType
	}
	switch schema["type"] {
	case "array":
		return "[]" + p.goType(tree.ObjectAt(schema, "items"))
	case "object":
		return "map[string]" + p.goType(tree.ObjectAt(schema, "additionalProperties"))
	case "boolean":
		return "bool"
	case "number":
		return "wire.Decimal"
	case "integer":
		if schema["format"] == "int32" {
			return "int32"
		}
		return "int64"
	case "string":
		switch {
		case decimalOrDate(schema):
			return "wire.DateTime"
		case schema["format"] == "byte":
			return "[]byte"
		}
		return "string"
	}
	return anyJSON
}

// methodName returns the end of the names of the methods for an element: its title, or else its type.
func methodName(element tree.Object, goType string) string {
	if _, ok := referenceOf(element); ok {
		return goType
	}
	if title := goName(tree.String(element["title"]), ""); element["title"] != nil && title != "" {
		return title
	}
	suffix := ""
	for {
		if inner, ok := strings.CutPrefix(goType, "[]"); ok && inner != "byte" {
			goType, suffix = inner, "List"+suffix
		} else if inner, ok := strings.CutPrefix(goType, "map[string]"); ok {
			goType, suffix = inner, "Map"+suffix
		} else {
			break
		}
	}
	switch goType {
	case anyJSON:
		goType = "JSON"
	case "[]byte":
		goType = "Bytes"
	}
	name := goType[strings.LastIndex(goType, ".")+1:]
	return strings.ToUpper(name[:1]) + name[1:] + suffix
}
