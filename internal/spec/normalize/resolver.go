package normalize

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// resolver finds the location that a reference means. Beyond JSON pointers, it understands what
// services write in practice: names without escapes, pointers that lead through other references,
// and pointers that start at the enclosing schema, as ASP.NET 9 copies them from System.Text.Json.
type resolver struct {
	document tree.Object
	self     *url.URL          // address of the document, which references may start with
	anchors  map[string]string // pointers of schemas by $anchor; "" if it is not unique
	ids      map[string]string // pointers of schemas by $id; "" if it is not unique
	roots    []string          // pointers of schemas that are not inside another one
	starts   map[string]string // see started, by reference to a component
	found    map[string]string // targets of searches; "" for no target, and during the search
	left     int               // names that may still be compared
}

// maxCompared bounds the time for all references of a document. Names are compared only for
// references that are not correct pointers.
const maxCompared = 2_000_000

func newResolver(document tree.Object) *resolver {
	r := &resolver{document: document, anchors: map[string]string{}, ids: map[string]string{}, starts: map[string]string{}, found: map[string]string{}, left: maxCompared}
	if self, err := url.Parse(tree.String(document["$self"])); err == nil && self.String() != "" {
		r.self = self
	}
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		note := func(pointers map[string]string, name any) {
			if name, _ := name.(string); name != "" {
				if _, taken := pointers[name]; taken {
					pointers[name] = ""
				} else {
					pointers[name] = pointer
				}
			}
		}
		note(r.anchors, schema["$anchor"])
		note(r.anchors, schema["$dynamicAnchor"])
		note(r.ids, schema["$id"])
		if pointer != "" && schemaRoot(pointer) == pointer {
			r.roots = append(r.roots, pointer)
			r.addStart(pointer, schema)
		}
		return schema
	})
	return r
}

// fix returns a reference of the object at pointer in its correct form, or unchanged if it has
// no target or more than one.
func (r *resolver) fix(pointer, ref string) string {
	if _, ok := tree.Lookup(r.document, strings.TrimPrefix(ref, "#")); ok && strings.HasPrefix(ref, "#/") {
		return ref
	}
	if target, ok := r.locate(pointer, ref, 0); ok {
		return "#" + target
	}
	return ref
}

// locate returns the pointer that a reference of the object at pointer means. depth counts the
// references followed so far.
func (r *resolver) locate(pointer, ref string, depth int) (string, bool) {
	address, fragment, ok := strings.Cut(ref, "#")
	schema := r.identified(pointer, address)
	if depth > maxReferenceChain || schema == "" && (!ok || !r.here(address)) {
		return "", false
	}
	if anchored := r.anchors[fragment]; anchored != "" {
		return anchored, true
	}
	if fragment != "" && fragment[0] != '/' {
		return "", false
	}
	if schema != "" && fragment == "" {
		return schema, true
	}
	if schema != "" {
		return r.find(schema, strings.Split(fragment[1:], "/"), depth)
	}
	if _, ok := tree.Lookup(r.document, fragment); ok && fragment != "" {
		return fragment, true
	}
	var tokens []string
	if fragment != "" {
		tokens = strings.Split(fragment[1:], "/")
	}
	if target, ok := r.find("", tokens, depth); ok && len(tokens) > 0 {
		return target, true
	}
	if len(tokens) > 1 && slices.Contains(definitionKeywords, tokens[0]) {
		if target, ok := r.definition(pointer, tokens, depth); ok {
			return target, true
		}
	}
	if len(tokens) > 2 && tokens[0] == "components" && tokens[1] == "schemas" && tokens[2] == "#" {
		tokens = tokens[3:]
		if target, ok := r.find("", tokens, depth); ok && len(tokens) > 0 {
			return target, true
		}
	}
	return r.relative(pointer, tokens, depth)
}

// identified returns the pointer of the schema whose $id is an address, or "". An address may be
// relative to the $id of the schema around the reference.
func (r *resolver) identified(pointer, address string) string {
	if address == "" || r.ids[address] != "" {
		return r.ids[address]
	}
	root, _ := tree.Lookup(r.document, schemaRoot(pointer))
	schema, _ := root.(tree.Object)
	base, err := url.Parse(tree.String(schema["$id"]))
	if err != nil {
		return ""
	}
	absolute, err := base.Parse(address)
	if err != nil {
		return ""
	}
	return r.ids[absolute.String()]
}

// here reports whether an address is that of the document itself.
func (r *resolver) here(address string) bool {
	if address == "" {
		return true
	}
	parsed, err := url.Parse(address)
	return err == nil && r.self != nil && r.self.ResolveReference(parsed).String() == r.self.String()
}

// definition finds a definition in the enclosing schemas, from the inside, and last among the
// components, where ASP.NET puts it.
func (r *resolver) definition(pointer string, tokens []string, depth int) (string, bool) {
	for scope := pointer; scope != ""; scope = scope[:strings.LastIndexByte(scope, '/')] {
		if target, ok := r.find(scope, tokens, depth); ok {
			return target, true
		}
	}
	return r.find(schemasPointer, tokens[1:], depth)
}

// relative finds a pointer that starts at a schema. That is the enclosing one or, if it has no
// such location, another one that leads to it: ASP.NET splits a type into components, but leaves
// the pointers inside them as they were.
func (r *resolver) relative(pointer string, tokens []string, depth int) (string, bool) {
	root := schemaRoot(pointer)
	if root == "" {
		return "", false
	}
	if len(tokens) == 0 {
		return r.started(root, pointer), true
	}
	if !slices.Contains(schemaKeywords, tokens[0]) {
		return "", false
	}
	if target, ok := r.find(root, tokens, depth); ok {
		return target, true
	}
	path, _ := tree.Split(root)
	if !componentSchema(root) || depth > 0 {
		return "", false
	}
	targets := map[string]bool{}
	for _, other := range r.roots {
		if r.left--; r.left < 0 {
			return "", false
		}
		target, ok := r.find(other, tokens, depth)
		if schema, _ := tree.Lookup(r.document, other); ok && tree.Reachable(r.document, schema)[path[2]] {
			targets[r.last(target)] = true
		}
	}
	return only(targets)
}

// started returns the pointer of the schema at which the exporter started that wrote a component.
// That is the component itself, unless operations only use it as the elements of a list or map: then
// a property is that collection, while elements are still the component.
func (r *resolver) started(component, pointer string) string {
	if strings.HasSuffix(pointer, "/items") || strings.HasSuffix(pointer, "/additionalProperties") {
		return component
	}
	return cmp.Or(r.starts["#"+component], component)
}

// addStart notes what a schema outside of the components refers to.
func (r *resolver) addStart(pointer string, schema tree.Object) {
	if componentSchema(pointer) {
		return
	}
	if ref, ok := schema["$ref"].(string); ok {
		r.starts[ref] = strings.TrimPrefix(ref, "#")
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		if ref, ok := tree.ObjectAt(schema, keyword)["$ref"].(string); ok && r.starts[ref] == "" {
			r.starts[ref] = pointer
		}
	}
}

// last follows the references at a location, as far as they lead.
func (r *resolver) last(pointer string) string {
	for depth := range maxReferenceChain {
		value, _ := tree.Lookup(r.document, pointer)
		object, _ := value.(tree.Object)
		ref, ok := object["$ref"].(string)
		if !ok {
			break
		}
		target, ok := r.locate(pointer, ref, depth)
		if !ok {
			break
		}
		pointer = target
	}
	return pointer
}

// find returns the only location that the escaped tokens can mean, starting at pointer.
func (r *resolver) find(pointer string, tokens []string, depth int) (string, bool) {
	key := pointer + "#" + strings.Join(tokens, "/")
	if target, ok := r.found[key]; ok {
		return target, target != ""
	}
	value, ok := tree.Lookup(r.document, pointer)
	if !ok {
		return "", false
	}
	r.found[key] = "" // ends cycles of references
	targets := map[string]bool{}
	r.search(value, pointer, tokens, depth, targets)
	target, ok := only(targets)
	r.found[key] = target
	return target, ok
}

func only(targets map[string]bool) (string, bool) {
	if len(targets) != 1 {
		return "", false
	}
	for target := range targets {
		return target, true
	}
	return "", false
}

// search collects the locations that tokens can mean below value. A name may contain slashes, so
// that several tokens are one name.
func (r *resolver) search(value any, pointer string, tokens []string, depth int, targets map[string]bool) {
	if len(tokens) == 0 {
		targets[pointer] = true
		return
	}
	if r.left--; r.left < 0 || depth > maxReferenceChain {
		return
	}
	if list, ok := value.([]any); ok {
		if index, err := strconv.Atoi(tokens[0]); err == nil && index >= 0 && index < len(list) {
			r.search(list[index], pointerOf(pointer, index), tokens[1:], depth, targets)
		}
		return
	}
	object, _ := value.(tree.Object)
	before := len(targets)
	if others, ok := object[tree.AdditionalOperations].(tree.Object); ok { // where they were before
		switch tokens[0] {
		case "query":
			r.search(others["QUERY"], tree.Join(pointer, tree.AdditionalOperations, "QUERY"), tokens[1:], depth, targets)
		case "additionalOperations":
			r.search(others, tree.Join(pointer, tree.AdditionalOperations), tokens[1:], depth, targets)
		}
	}
	for _, name := range []string{unescaped(tokens[0]), plainToken(tokens[0])} {
		if field, ok := object[name]; ok && len(targets) == before {
			r.search(field, tree.Join(pointer, name), tokens[1:], depth, targets)
		}
	}
	if len(targets) > before {
		return
	}
	lengths := map[string]int{} // by name
	for n := range tokens {
		lengths[plainToken(strings.Join(tokens[:n+1], "/"))] = n + 1
	}
	r.left -= len(object)
	for name, field := range tree.Fields(object) {
		if n := lengths[plainToken(name)]; n > 0 {
			r.search(field, tree.Join(pointer, name), tokens[n:], depth, targets)
		}
	}
	if len(targets) > before {
		return
	}
	if ref, ok := object["$ref"].(string); ok {
		if target, ok := r.locate(pointer, ref, depth+1); ok {
			next, _ := tree.Lookup(r.document, target)
			r.search(next, target, tokens, depth+1, targets)
		}
		return
	}
	if keyword, index := onlyPart(object); keyword != "" {
		r.search(tree.ListAt(object, keyword)[index], tree.Join(pointer, keyword, strconv.Itoa(index)), tokens, depth+1, targets)
	}
}

// onlyPart returns the location of the part of a composition that only adds null or
// documentation to it.
func onlyPart(schema tree.Object) (keyword string, index int) {
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		parts := tree.ListAt(schema, keyword)
		rest := slices.DeleteFunc(slices.Clone(parts), nullSchema)
		if len(rest) == 1 {
			return keyword, slices.IndexFunc(parts, func(part any) bool { return !nullSchema(part) })
		}
	}
	return "", 0
}

// plainToken returns a name without any escapes, for comparison.
func plainToken(token string) string {
	for range 2 {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
	}
	return unescaped(token)
}

// unescaped returns a token of a JSON pointer without its escapes.
func unescaped(token string) string {
	tokens, _ := tree.Split("/" + strings.ReplaceAll(token, "/", "~1"))
	return tokens[0]
}

// schemaRoot returns the pointer of the outermost schema around a location, or "".
func schemaRoot(pointer string) string {
	tokens, _ := tree.Split(pointer)
	if len(tokens) > 2 && tokens[0] == "components" && tokens[1] == "schemas" {
		return tree.Join("", tokens[:3]...)
	}
	for i, token := range tokens {
		if scope := tree.Join("", tokens[:i]...); token == "schema" && !tree.KeyedByName(scope) {
			return tree.Join(scope, token)
		}
	}
	return ""
}
