package normalize

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mapDerivedTypes completes the mapping of each base type, which has a discriminator but does not
// list its derived types. Without a mapping, the name of a schema is the value that stands for it.
func mapDerivedTypes(document tree.Object, report *tree.Report) {
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	derived := map[string][]string{} // references to derived types by the one to their base type
	for name, value := range tree.Fields(schemas) {
		schema, _ := value.(tree.Object)
		for _, part := range tree.ListAt(schema, "allOf") {
			part, _ := part.(tree.Object)
			if ref, ok := part["$ref"].(string); ok {
				derived[ref] = append(derived[ref], componentRef(name))
			}
		}
	}
	for name, value := range tree.Fields(schemas) {
		base, _ := value.(tree.Object)
		discriminator := tree.ObjectAt(base, "discriminator")
		if discriminator == nil || base["oneOf"] != nil || base["anyOf"] != nil {
			continue
		}
		mapping := tree.ObjectAt(discriminator, "mapping")
		complete := tree.Object{}
		mapped := map[string]bool{}
		for value, target := range mapping {
			complete[value] = target
			mapped[tree.String(target)] = true
		}
		seen := []string{componentRef(name)} // with what is derived from derived types
		for i := 0; i < len(seen); i++ {
			for _, ref := range derived[seen[i]] {
				if slices.Contains(seen, ref) {
					continue
				}
				seen = append(seen, ref)
				if value := kindOfDerived(document, ref); !mapped[ref] && complete[value] == nil {
					complete[value] = ref
				}
			}
		}
		if len(complete) > len(mapping) {
			pointer := tree.Join("/components/schemas", name, "discriminator", "mapping")
			report.Add("derived-types", pointer, discriminator["mapping"], complete, "the base type does not list all types that are derived from it")
			discriminator["mapping"] = complete
		}
	}
}

func componentRef(name string) string { return "#" + tree.Join("/components/schemas", name) }

// kindOfDerived returns the value that stands for a derived type without a mapping.
func kindOfDerived(document tree.Object, ref string) string {
	schema, _ := tree.Lookup(document, strings.TrimPrefix(ref, "#"))
	object, _ := schema.(tree.Object)
	if value, ok := object["x-discriminator-value"].(string); ok { // of Swagger 2.0 tools
		return value
	}
	tokens, _ := tree.Split(strings.TrimPrefix(ref, "#"))
	return tokens[len(tokens)-1]
}
