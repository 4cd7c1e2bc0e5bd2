package normalize

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func (f *schemaFixer) fixParts() {
	if _, ok := f.schema["properties"].(tree.Object); !ok {
		f.drop("properties", "not an object")
	}
	properties := tree.ObjectAt(f.schema, "properties")
	for name, property := range tree.Fields(properties) {
		if _, ok := property.(tree.Object); !ok {
			schema := tree.Object{}
			if text, ok := property.(string); ok {
				schema["type"] = text // the walk visits it next
			}
			f.report.Add(f.rule, tree.Join(f.pointer, "properties", name), property, schema, "not a schema")
			properties[name] = schema
		}
	}
	f.joinItems()
	if _, ok := f.schema["items"].(tree.Object); !ok {
		f.drop("items", "not a schema")
	}
	switch f.schema["additionalProperties"].(type) {
	case tree.Object, bool:
	default:
		f.drop("additionalProperties", "neither a schema nor a boolean")
	}
	for _, name := range []string{"allOf", "anyOf", "oneOf"} {
		f.fixComposition(name, objectValue)
	}
}

func objectValue(part any) bool {
	_, ok := part.(tree.Object)
	return ok
}

// fixComposition drops the parts that accepts rejects.
func (f *schemaFixer) fixComposition(name string, accepts func(any) bool) {
	parts := tree.ListAt(f.schema, name)
	var kept []any
	for i, part := range parts {
		if accepts(part) {
			kept = append(kept, part)
		} else {
			f.report.Add(f.rule, tree.Join(f.pointer, name, strconv.Itoa(i)), part, nil, "not a schema")
		}
	}
	if len(kept) == 0 {
		f.drop(name, "it contains no schemas")
	} else if len(kept) < len(parts) {
		f.schema[name] = kept
	}
}

// fixRequired makes required a list of names, and adds properties that are flagged as
// required themselves.
func (f *schemaFixer) fixRequired() {
	required, listed := f.schema["required"].([]any)
	if !listed {
		f.drop("required", "not a list of names")
	}
	var kept []any
	seen := map[string]bool{}
	for _, value := range required {
		if name, ok := value.(string); ok && !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	if listed && len(kept) == 0 {
		f.drop("required", "it names nothing")
	} else if len(kept) < len(required) {
		f.set("required", kept, "names in the list are unique")
	}
	for name, value := range tree.Fields(f.schema["properties"]) {
		property, _ := value.(tree.Object)
		if flag := property["required"]; flag == true || strings.EqualFold(tree.String(flag), "true") {
			f.report.Add(f.rule, tree.Join(f.pointer, "properties", name, "required"), flag, nil, "the parent schema lists required properties")
			delete(property, "required")
			if !seen[name] {
				kept = append(kept, name)
				f.schema["required"] = kept
			}
		}
	}
}

// fixDiscriminator makes a discriminator name a property and map values to existing schemas.
func (f *schemaFixer) fixDiscriminator(r *resolver) {
	if text, ok := f.schema["discriminator"].(string); ok {
		f.set("discriminator", tree.Object{"propertyName": text}, "OpenAPI 3 requires an object")
	}
	discriminator := tree.ObjectAt(f.schema, "discriminator")
	if name, _ := discriminator["propertyName"].(string); name == "" {
		f.drop("discriminator", "it does not name a property")
		return
	}
	inner := &schemaFixer{f.rule, tree.Join(f.pointer, "discriminator"), discriminator, f.report}
	for name := range tree.Fields(discriminator) {
		if name != "propertyName" && name != "mapping" && !tree.Extension(name) {
			inner.drop(name, "OpenAPI 3.0 does not have it")
		}
	}
	mapping, ok := discriminator["mapping"].(tree.Object)
	if !ok {
		inner.drop("mapping", "not an object")
	}
	fixed := tree.Object{}
	for value, target := range tree.Fields(mapping) {
		ref := tree.String(target)
		if _, ok := tree.ObjectAt(tree.ObjectAt(r.document, "components"), "schemas")[ref]; ok {
			ref = "#" + tree.Join(schemasPointer, ref)
		}
		ref = r.fix(f.pointer, ref)
		if _, found := tree.Lookup(r.document, strings.TrimPrefix(ref, "#")); found && strings.HasPrefix(ref, "#/") {
			fixed[value] = ref
		}
	}
	if ok && len(fixed) > 0 && !reflect.DeepEqual(fixed, mapping) {
		inner.set("mapping", fixed, "it maps values to schema references")
	}
	if ok && len(fixed) == 0 {
		inner.drop("mapping", "it maps to no existing schema")
	}
}
