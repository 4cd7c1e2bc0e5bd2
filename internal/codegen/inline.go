package codegen

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// nameInline gives each inline schema that hoist has moved the name of its Go type. Enums with the
// same values share one.
func (p *preparer) nameInline() error {
	e := newEnums(p)
	order := make([]int, len(p.inline))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Compare(p.inlineKey(a).id, p.inlineKey(b).id)
	})
	var symbols []*symbol
	owners := map[*symbol][]int{}
	groups := map[string]*symbol{} // of enums, by values and the name in the lock file
	renamed := map[string]string{}
	add := func(i int, locked string) {
		values := e.values(p.schemas[inlineID(i)], leafOf(p.inline[i].pointer))
		if component := e.components[values]; component != "" && (locked == "" || locked == component) {
			renamed[inlineID(i)] = component
			p.lock.names[p.inlineKey(i)] = component
			delete(p.schemas, inlineID(i))
			return
		}
		s := groups[values+locked]
		if s == nil || values == "" {
			s = &symbol{key: p.inlineKey(i), pointer: p.inline[i].pointer}
			symbols = append(symbols, s)
			groups[values+locked] = s
			if groups[values] == nil {
				groups[values] = s // later owners without a name join it
			}
		}
		owners[s] = append(owners[s], i)
	}
	for _, known := range []bool{true, false} { // first those with a name
		for _, i := range order {
			if locked := p.lock.names[p.inlineKey(i)]; (locked != "") == known {
				add(i, locked)
			}
		}
	}
	slices.SortFunc(symbols, func(a, b *symbol) int { return cmp.Compare(a.key.id, b.key.id) })
	for _, s := range symbols {
		p.unite(s, owners[s])
	}
	p.name(p.typeScope(), symbols)
	for _, s := range symbols {
		for _, i := range owners[s] {
			renamed[inlineID(i)] = s.name
			p.lock.names[p.inlineKey(i)] = s.name
		}
		p.pointers[s.name] = s.pointer
		p.origins[s.name] = "an inline schema of the spec"
	}
	p.rename(renamed)
	return nil
}

func (p *preparer) inlineKey(index int) lockKey {
	return p.key(typeKey, p.inline[index].pointer)
}

// unite keeps one of the schemas that share a type, and collects the names for it: those that the
// spec gives, and then the shortest one.
func (p *preparer) unite(s *symbol, owners []int) {
	kept := tree.ObjectAt(p.schemas, inlineID(owners[0]))
	var titles, words []string
	for n, i := range owners {
		schema, _ := p.schemas[inlineID(i)].(tree.Object)
		if title := titleOf(schema); title != "" && kindOf(schema) == kindEnum && !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
		words = append(words, p.inline[i].words)
		if n == 0 {
			continue
		}
		if schema["description"] != kept["description"] {
			delete(kept, "description") // it is about one of the owners
		}
		if names := schema["x-enum-varnames"]; names != nil {
			kept["enum"], kept["x-enum-varnames"] = schema["enum"], names
		}
		delete(p.schemas, inlineID(i))
	}
	if len(titles) == 1 {
		s.wanted = titles
	}
	slices.SortStableFunc(words, func(a, b string) int { return len(a) - len(b) })
	s.wanted = append(s.wanted, words...)
	if owner := p.inline[owners[0]].owner; owner != "" {
		s.wanted = append(s.wanted, owner+words[0])
	}
	s.wanted = append(s.wanted, cmp.Or(p.inline[owners[0]].last, words[0]+"Model"))
}

// titleOf returns the name that the spec gives to the type of an enum.
func titleOf(schema tree.Object) string {
	for _, name := range []any{tree.ObjectAt(schema, "x-ms-enum")["name"], schema["x-enum-name"], schema["x-enumName"], schema["title"]} {
		if name := goName(tree.String(name), ""); name != "" {
			return name
		}
	}
	return ""
}

// enums finds the enums that are the same.
type enums struct {
	namings    map[string]map[string]bool // names of the constants, by values
	components map[string]string          // the Go type of the only component, by values
}

func newEnums(p *preparer) *enums {
	e := &enums{map[string]map[string]bool{}, map[string]string{}}
	for _, schema := range p.schemas {
		schema, _ := schema.(tree.Object)
		values := valuesOf(schema)
		if names := namesOf(schema); names != "" && values != "" {
			if e.namings[values] == nil {
				e.namings[values] = map[string]bool{}
			}
			e.namings[values][names] = true
		}
	}
	several := map[string]bool{}
	for goType, pointer := range p.pointers {
		values := e.values(p.schemas[goType], leafOf(pointer))
		if values == "" {
			continue
		}
		several[values] = several[values] || e.components[values] != ""
		e.components[values] = goType
	}
	maps.DeleteFunc(e.components, func(values, _ string) bool { return several[values] })
	return e
}

// values returns a string that is the same for enums that mean the same, and empty for other
// schemas. Numbers without names mean the same only under the same name.
func (e *enums) values(value any, leaf string) string {
	schema, _ := value.(tree.Object)
	values := valuesOf(schema)
	switch {
	case values == "":
	case len(e.namings[values]) > 1:
		values += " " + namesOf(schema)
	case schema["type"] == "integer" && len(e.namings[values]) == 0:
		values += " " + leaf
	}
	return values
}

// valuesOf returns the type and the values of an enum, in any order.
func valuesOf(schema tree.Object) string {
	if kindOf(schema) != kindEnum {
		return ""
	}
	var values []string
	for _, value := range tree.ListAt(schema, "enum") {
		values = append(values, strconv.Quote(tree.String(value)))
	}
	slices.Sort(values)
	return fmt.Sprint(schema["type"], schema["format"], values)
}

// namesOf returns the values of an enum with their names.
func namesOf(schema tree.Object) string {
	var names []string
	values := tree.ListAt(schema, "enum")
	for i, name := range tree.ListAt(schema, "x-enum-varnames") {
		if i < len(values) {
			names = append(names, strconv.Quote(tree.String(values[i]))+tree.String(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// leafOf returns the name of the property or parameter of a schema, in lower case.
func leafOf(pointer string) string {
	tokens, _ := tree.Split(pointer)
	for len(tokens) > 1 && slices.Contains([]string{"items", "additionalProperties", "schema"}, tokens[len(tokens)-1]) {
		tokens = tokens[:len(tokens)-1]
	}
	return strings.ToLower(goName(tokens[len(tokens)-1], ""))
}
