package codegen

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// options returns the locations of the elements of a union. An element is identified by its title
// or its properties instead of its index, which changes with the order. One that has other
// properties than in the lock file is the one there with most of the same properties.
func (p *preparer) options(elements []any, pointer, words string) []location {
	ids := make([]string, len(elements))
	present := map[string]bool{}
	for i, value := range elements {
		element, _ := value.(tree.Object)
		id := tree.String(element["title"])
		if goName(id, "") == "" {
			id = signature(element)
		}
		for number := 2; present[id]; number++ {
			id = signature(element) + " " + strconv.Itoa(number)
		}
		ids[i], present[id] = id, true
	}
	p.followOptions(ids, pointer)
	options := make([]location, len(elements))
	for i, value := range elements {
		element, _ := value.(tree.Object)
		options[i] = location{pointer: tree.Join(pointer, ids[i]), words: words + "Option" + strconv.Itoa(i+1), last: words + "Option"}
		if title := goName(tree.String(element["title"]), ""); title != "" {
			options[i].words, options[i].owner, options[i].last = title, words, ""
		}
	}
	return options
}

// followOptions gives elements in the lock file that have got other properties their new ids.
func (p *preparer) followOptions(ids []string, pointer string) {
	prefix := p.key(typeKey, pointer).id + "/"
	gone := map[string]bool{}
	for key := range p.lock.names {
		if rest, ok := strings.CutPrefix(key.id, prefix); ok && key.kind != constantKey {
			token, _, _ := strings.Cut(rest, "/")
			if tokens, ok := tree.Split("/" + token); ok && !slices.Contains(ids, tokens[0]) {
				gone[tokens[0]] = true
			}
		}
	}
	for _, id := range ids {
		if id == "" || p.lock.names[p.key(typeKey, tree.Join(pointer, id))] != "" {
			continue
		}
		most, best := 0, ""
		for _, former := range slices.Sorted(maps.Keys(gone)) {
			if same := commonNames(former, id); same > most {
				most, best = same, former
			}
		}
		if best != "" {
			delete(gone, best)
			p.lock.move(p.key(typeKey, tree.Join(pointer, best)).id, p.key(typeKey, tree.Join(pointer, id)).id)
			p.locked = p.lock.scopes()
		}
	}
}

// signature returns what tells an element of a union from others: the names of its properties, or
// else its type.
func signature(element tree.Object) string {
	if names := namesIn(element); len(names) > 0 {
		slices.Sort(names)
		return strings.Join(names, ",")
	}
	if len(tree.ListAt(element, "enum")) > 0 {
		return "enum"
	}
	return tree.String(element["type"])
}

// namesIn returns the names of the properties of a schema, and of the schemas that it extends.
func namesIn(schema tree.Object) []string {
	names := slices.Collect(maps.Keys(tree.ObjectAt(schema, "properties")))
	for _, value := range tree.ListAt(schema, "allOf") {
		part, _ := value.(tree.Object)
		if name, ok := referenceOf(part); ok {
			names = append(names, name)
		} else {
			names = append(names, namesIn(part)...)
		}
	}
	return names
}

// commonNames returns how many names two signatures have in common.
func commonNames(a, b string) int {
	names := strings.Split(a, ",")
	count := 0
	for name := range strings.SplitSeq(b, ",") {
		if slices.Contains(names, name) {
			count++
		}
	}
	return count
}
