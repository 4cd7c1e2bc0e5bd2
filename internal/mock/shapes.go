package mock

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// propertiesOf returns the properties of all parts of a schema.
func propertiesOf(schema *model.SchemaRef) map[string]*model.SchemaRef {
	properties := make(map[string]*model.SchemaRef)
	addProperties(schema, properties, nil)
	return properties
}

func addProperties(ref *model.SchemaRef, properties map[string]*model.SchemaRef, seen []*model.Schema) {
	if ref == nil || ref.Value == nil || slices.Contains(seen, ref.Value) {
		return
	}
	seen = append(seen, ref.Value)
	for name, property := range ref.Value.Properties {
		if properties[name] == nil {
			properties[name] = property
		}
	}
	for _, part := range slices.Concat(ref.Value.AllOf, ref.Value.OneOf, ref.Value.AnyOf) {
		addProperties(part, properties, seen)
	}
}

// itemsOf returns the schema of the elements of a list, or nil.
func itemsOf(schema *model.SchemaRef) *model.SchemaRef {
	schema = single(schema)
	if schema == nil || schema.Value.Type != nil && !schema.Value.Type.Is(model.Array) {
		return nil
	}
	return schema.Value.Items
}

// single follows compositions of one part, which add prose or null to a reference.
func single(schema *model.SchemaRef) *model.SchemaRef {
	for range 8 {
		if schema == nil || schema.Value == nil {
			return nil
		}
		parts := slices.Concat(schema.Value.AllOf, schema.Value.OneOf, schema.Value.AnyOf)
		if schema.Value.Type != nil || len(schema.Value.Properties) > 0 || len(parts) != 1 {
			return schema
		}
		schema = parts[0]
	}
	return schema
}

// scalarType returns the type of a schema of strings or integers, and "" for any other.
func scalarType(schema *model.SchemaRef) string {
	schema = single(schema)
	if schema == nil || schema.Value.Type == nil {
		return ""
	}
	for _, name := range []string{model.String, model.Integer} {
		if schema.Value.Type.Is(name) {
			return name
		}
	}
	return ""
}

// named returns the property with a name, in any case.
func named(properties map[string]*model.SchemaRef, name string) (string, *model.SchemaRef) {
	if property := properties[name]; property != nil {
		return name, property
	}
	for _, other := range slices.Sorted(maps.Keys(properties)) {
		if strings.EqualFold(other, name) {
			return other, properties[other]
		}
	}
	return "", nil
}

// plain returns a name in lower case without punctuation: PageSize, page_size and $pageSize are the
// same.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// place is where a body has an item or a list: the names of the fields around it.
type place struct {
	found  bool
	names  []string
	schema *model.SchemaRef // of the item, or of an element of the list
}

// containers are the usual names of the field with the item or the list, the best first.
var containers = []string{"data", "items", "item", "value", "values", "results", "result", "content", "records", "elements", "list", "rows", "embedded"}

// candidates returns the fields of an object that may contain an item or a list, the best first.
func candidates(properties map[string]*model.SchemaRef, noun string) []string {
	rank := func(name string) int {
		name = plain(name)
		if name == plain(noun) || name == plain(singular(noun)) {
			return -1
		}
		if i := slices.Index(containers, name); i >= 0 {
			return i
		}
		return len(containers)
	}
	names := slices.Sorted(maps.Keys(properties))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// findList returns the place of a list of objects: the body itself, or a field up to two levels deep.
func findList(schema *model.SchemaRef, noun string, depth int) place {
	if items := itemsOf(schema); items != nil {
		return place{len(propertiesOf(items)) > 0, nil, items}
	}
	properties := propertiesOf(schema)
	for _, name := range candidates(properties, noun) {
		if items := itemsOf(properties[name]); items != nil && len(propertiesOf(items)) > 0 {
			return place{true, []string{name}, items}
		}
	}
	if depth > 0 {
		for _, name := range candidates(properties, noun) {
			if inner := findList(properties[name], noun, depth-1); inner.found && slices.Contains(containers, plain(name)) {
				return place{true, append([]string{name}, inner.names...), inner.schema}
			}
		}
	}
	return place{}
}

// findItem returns the place of an object that fits: the body itself, or one of its fields.
func findItem(schema *model.SchemaRef, noun string, fits func(properties map[string]*model.SchemaRef) bool) place {
	properties := propertiesOf(schema)
	if fits(properties) {
		return place{true, nil, schema}
	}
	for _, name := range candidates(properties, noun) {
		if itemsOf(properties[name]) == nil && fits(propertiesOf(properties[name])) {
			return place{true, []string{name}, properties[name]}
		}
	}
	return place{}
}

// in returns what a body has at the place.
func (p place) in(body any) any {
	for _, name := range p.names {
		object, _ := body.(map[string]any)
		body = object[name]
	}
	return body
}

// around returns a copy of a frame with a value at the place. The frame may lack the fields on the
// way.
func (p place) around(frame, value any) any {
	if len(p.names) == 0 {
		return value
	}
	object, _ := frame.(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = make(map[string]any)
	}
	object[p.names[0]] = place{names: p.names[1:]}.around(object[p.names[0]], value)
	return object
}

// singular returns the usual singular of an English plural.
func singular(noun string) string {
	switch lower := strings.ToLower(noun); {
	case strings.HasSuffix(lower, "ies") && len(noun) > 4:
		return noun[:len(noun)-3] + "y"
	case strings.HasSuffix(lower, "sses"), strings.HasSuffix(lower, "xes"), strings.HasSuffix(lower, "ches"), strings.HasSuffix(lower, "shes"):
		return noun[:len(noun)-2]
	case strings.HasSuffix(lower, "s") && !strings.HasSuffix(lower, "ss"):
		return noun[:len(noun)-1]
	}
	return noun
}

// keyOf returns the property that identifies an item: the one that the variable of the path names, as
// a whole or by its end, such as id for petId, or the one that the variable names together with the
// noun of the collection, such as orderId for id. A property of the variable's type is better than
// one of another type.
func keyOf(properties map[string]*model.SchemaRef, variable *model.Parameter, noun string) string {
	if key := keyOfType(properties, variable, noun, scalarType(variable.Schema)); key != "" {
		return key
	}
	return keyOfType(properties, variable, noun, "")
}

func keyOfType(properties map[string]*model.SchemaRef, variable *model.Parameter, noun, wantedType string) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if kind := scalarType(properties[name]); kind != "" && (wantedType == "" || kind == wantedType) {
			names = append(names, name)
		}
	}
	for _, wanted := range append(endings(variable.Name), singular(noun)+variable.Name) {
		for _, name := range names {
			if plain(name) == plain(wanted) {
				return name
			}
		}
	}
	best := ""
	for _, name := range names {
		if strings.HasSuffix(plain(name), plain(singular(noun)+variable.Name)) && (best == "" || len(name) < len(best)) {
			best = name
		}
	}
	return best
}

// endings returns a name and what is left of it without its first words.
func endings(name string) []string {
	all := []string{name}
	runes := []rune(name)
	for i := 1; i < len(runes); i++ {
		switch {
		case unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1]):
			all = append(all, string(runes[i:]))
		case (runes[i-1] == '_' || runes[i-1] == '-' || runes[i-1] == '.'):
			all = append(all, string(runes[i:]))
		}
	}
	if plain(name) != "id" && strings.HasSuffix(plain(name), "id") {
		all = append(all, "id")
	}
	return all
}

// pathParameter returns a parameter of the path, or nil.
func pathParameter(o *contract.Operation, name string) *model.Parameter {
	for _, parameter := range o.Parameters() {
		if parameter.In == model.InPath && parameter.Name == name {
			return parameter
		}
	}
	return nil
}
