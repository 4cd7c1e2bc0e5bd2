package codegen

import (
	"cmp"
	"fmt"
	"slices"
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
	chosen := identifiers{}
	originals := map[string]bool{}
	var symbols []*symbol
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		pointer := tree.Join("/components/schemas", name)
		if original, ok := schema[tree.OriginalName].(string); ok && p.schemas[original] == nil && !originals[original] {
			originals[original] = true
			pointer = tree.Join("/components/schemas", original)
		}
		delete(schema, tree.OriginalName)
		s := &symbol{key: p.key(typeKey, pointer), pointer: pointer, given: name}
		if schema["x-go-name"] != nil {
			s.chosen, _ = schema["x-go-name"].(string)
			if !exported(s.chosen) || p.taken[s.chosen] || chosen[s.chosen] {
				return &tree.Problem{Pointer: pointer, Message: fmt.Sprintf("x-go-name %.80q is not a free exported Go name", s.chosen), Remedy: "choose another name in the overlay"}
			}
			chosen[s.chosen] = true
		}
		whole := goName(name, "Schema")
		if last := goName(lastSegment(name), "Schema"); endings[last] == 1 && last != whole {
			s.wanted = []string{last}
		}
		s.wanted = append(s.wanted, whole, whole+"Model")
		symbols = append(symbols, s)
	}
	p.followPromotions(symbols)
	p.name(p.typeScope(), symbols)
	renamed := make(map[string]string, len(p.schemas))
	for _, s := range symbols {
		renamed[s.given] = s.name
		p.pointers[s.name] = s.pointer
		if s.name != s.given {
			p.origins[s.name] = "the schema " + s.given + " of the spec"
		}
		if schema := tree.ObjectAt(p.schemas, s.given); schema != nil {
			delete(schema, "x-go-name")
		}
	}
	p.rename(renamed)
	return nil
}

// followPromotions finds inline schemas of the lock file that the spec has made components. They keep
// their names, unless other inline schemas have them, too.
func (p *preparer) followPromotions(symbols []*symbol) {
	byName := map[string]*symbol{}
	for _, s := range symbols {
		byName[s.given] = s
	}
	inline := map[string]bool{} // names that inline schemas have
	from := map[*symbol]lockKey{}
	visit := func(pointer string, schema tree.Object) {
		if tokens, _ := tree.Split(pointer); len(tokens) > 3 && tokens[0] == "components" && byName[tokens[2]] != nil {
			pointer = byName[tokens[2]].pointer + tree.Join("", tokens[3:]...)
		}
		key := p.key(typeKey, pointer)
		name := p.lock.names[key]
		if name == "" || !key.mayShare() {
			return
		}
		target, ok := referenceOf(schema)
		if !ok {
			inline[name] = true
		} else if s := byName[target]; s != nil && p.lock.names[s.key] == "" && from[s].id == "" {
			from[s] = key
		}
	}
	tree.VisitSchemas(p.document, func(pointer string, schema tree.Object) tree.Object {
		visit(pointer, schema)
		return schema
	})
	for _, operation := range tree.Operations(p.document) {
		for _, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			schema := tree.ObjectAt(parameter, "schema")
			if items := tree.ObjectAt(schema, "items"); items != nil {
				schema = items
			}
			visit(parameterLocation(operation, parameter).pointer, schema)
		}
	}
	for _, s := range symbols {
		if key, ok := from[s]; ok && !inline[p.lock.names[key]] {
			p.lock.move(key.id, s.key.id)
		}
	}
	p.locked = p.lock.scopes()
}

// typeScope is the scope of the types in the generated package.
func (p *preparer) typeScope() scope {
	return scope{taken: p.taken, valid: func(name string) bool {
		return !slices.ContainsFunc(p.operations, func(operation string) bool { return ofOperation(operation, name) })
	}}
}

// lastSegment returns a schema name without its namespace.
func lastSegment(name string) string {
	name = strings.TrimRight(name, ".")
	return name[strings.LastIndexAny(name, ".+")+1:]
}

// rename gives schemas new names, and writes them into all references.
func (p *preparer) rename(renamed map[string]string) {
	named := make(tree.Object, len(p.schemas))
	for name, schema := range p.schemas {
		named[cmp.Or(renamed[name], name)] = schema
	}
	tree.ObjectAt(p.document, "components")["schemas"] = named
	p.schemas = named
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
