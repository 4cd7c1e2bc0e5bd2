package codegen

import (
	"fmt"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// nameSchemas gives each schema the name of its Go type. A namespace, as in Acme.Api.Order, is
// removed if no other schema ends in the same name.
func (p *preparer) nameSchemas() error {
	p.spellOutMappings()
	endings := map[string]int{}
	for name := range p.schemas {
		endings[goName(lastSegment(name), "Schema")]++
	}
	renamed := make(map[string]string, len(p.schemas))
	named := make(tree.Object, len(p.schemas))
	var chosen []string
	for name, value := range tree.Fields(p.schemas) {
		if schema, _ := value.(tree.Object); schema["x-go-name"] != nil {
			chosen = append(chosen, name)
		}
	}
	for _, name := range chosen { // first, so that no other schema takes the name
		goType, _ := tree.ObjectAt(p.schemas, name)["x-go-name"].(string)
		if !exported(goType) || p.taken[goType] {
			return &tree.Problem{Pointer: tree.Join("/components/schemas", name), Message: fmt.Sprintf("x-go-name %.80q is not a free exported Go name", goType), Remedy: "choose another name in the overlay"}
		}
		p.taken[goType] = true
		renamed[name] = goType
	}
	for name, value := range tree.Fields(p.schemas) {
		if _, ok := renamed[name]; !ok {
			wanted := goName(name, "Schema")
			if last := goName(lastSegment(name), "Schema"); endings[last] == 1 {
				wanted = last
			}
			goType := p.takeType(wanted)
			if goType != wanted {
				p.report.Add("go-names", tree.Join("/components/schemas", name), name, goType, "the Go name "+wanted+" is taken")
			}
			renamed[name] = goType
		}
		if goType := renamed[name]; goType != name {
			p.origins[goType] = "the schema " + name + " of the spec"
		}
		schema, ok := value.(tree.Object)
		if !ok {
			continue
		}
		delete(schema, "x-go-name")
		named[renamed[name]] = schema
	}
	components := tree.ObjectAt(p.document, "components")
	components["schemas"] = named
	p.schemas = named
	p.rename(renamed)
	return nil
}

// takeType declares and returns a free name for a type.
func (p *preparer) takeType(wanted string) string {
	if p.operationType(wanted) {
		p.taken[wanted] = true
	}
	return p.taken.take(wanted, "Model")
}

// lastSegment returns a schema name without its namespace.
func lastSegment(name string) string {
	name = strings.TrimRight(name, ".")
	return name[strings.LastIndexAny(name, ".+")+1:]
}

// rename writes the new names into all references.
func (p *preparer) rename(renamed map[string]string) {
	rewrite := func(ref string) string {
		if name, ok := schemaName(ref); ok && renamed[name] != "" {
			return schemasPrefix + renamed[name]
		}
		return ref
	}
	tree.VisitObjects(p.document, func(_ string, object tree.Object) {
		if ref, ok := object["$ref"].(string); ok {
			object["$ref"] = rewrite(ref)
		}
		mapping := tree.ObjectAt(tree.ObjectAt(object, "discriminator"), "mapping")
		for value, target := range tree.Fields(mapping) {
			mapping[value] = rewrite(tree.String(target))
		}
	})
}

// schemaName returns the name of the component that a reference points to.
func schemaName(ref string) (string, bool) {
	tokens, ok := tree.Split(strings.TrimPrefix(ref, "#"))
	if !ok || len(tokens) != 3 || tokens[0] != "components" || tokens[1] != "schemas" {
		return "", false
	}
	return tokens[2], true
}

// spellOutMappings adds implicit discriminator mappings, which depend on schema names, before the
// names change.
func (p *preparer) spellOutMappings() {
	tree.VisitSchemas(p.document, func(_ string, schema tree.Object) tree.Object {
		discriminator := tree.ObjectAt(schema, "discriminator")
		elements := append(tree.ListAt(schema, "oneOf"), tree.ListAt(schema, "anyOf")...)
		if discriminator == nil || len(elements) == 0 {
			return schema
		}
		mapping := tree.ObjectAt(discriminator, "mapping")
		if mapping == nil {
			mapping = tree.Object{}
			discriminator["mapping"] = mapping
		}
		mapped := map[string]bool{}
		for _, target := range mapping {
			mapped[tree.String(target)] = true
		}
		for _, element := range elements {
			object, _ := element.(tree.Object)
			ref, _ := object["$ref"].(string)
			if name, ok := schemaName(ref); ok && !mapped[ref] && mapping[name] == nil {
				mapping[name] = ref
			}
		}
		return schema
	})
}
