package normalize

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const maxReferenceChain = 32

// inlinedSections are the component sections that are inlined.
var inlinedSections = []string{"parameters", "headers", "requestBodies", "responses", "pathItems", "mediaTypes", "examples"}

// inlineComponents replaces references to shared parameters, headers, bodies, media types,
// responses and path items with copies, so that later rules see whole operations. Schemas stay shared,
// because they become types.
func inlineComponents(document tree.Object, report *tree.Report) {
	i := &inliner{document, report, map[string]int{}}
	paths := tree.ObjectAt(document, "paths")
	for path := range tree.Fields(paths) {
		i.field(paths, "/paths", path)
		item := tree.ObjectAt(paths, path)
		i.list(tree.ListAt(item, "parameters"), tree.Join("/paths", path, "parameters"))
	}
	for _, operation := range tree.Operations(document) {
		i.list(tree.ListAt(operation.Object, "parameters"), tree.Join(operation.Pointer, "parameters"))
		i.field(operation.Object, operation.Pointer, "requestBody")
		i.content(tree.ObjectAt(operation.Object, "requestBody"), tree.Join(operation.Pointer, "requestBody"))
		responses := tree.ObjectAt(operation.Object, "responses")
		pointer := tree.Join(operation.Pointer, "responses")
		for status := range tree.Fields(responses) {
			i.field(responses, pointer, status)
			i.content(tree.ObjectAt(responses, status), tree.Join(pointer, status))
			headers := tree.ObjectAt(tree.ObjectAt(responses, status), "headers")
			for name := range tree.Fields(headers) {
				i.field(headers, tree.Join(pointer, status, "headers"), name)
				i.content(tree.ObjectAt(headers, name), tree.Join(pointer, status, "headers", name))
			}
		}
	}
	components := tree.ObjectAt(document, "components")
	for _, section := range inlinedSections {
		collection := tree.ObjectAt(components, section)
		for name, component := range tree.Fields(collection) {
			pointer := tree.Join("/components", section, name)
			report.Add("components", pointer, component, nil, fmt.Sprintf("inlined in the %d locations that use it", i.uses["#"+pointer]))
		}
		if len(collection) > 0 {
			delete(components, section)
		}
	}
}

type inliner struct {
	document tree.Object
	report   *tree.Report
	uses     map[string]int // by reference
}

func (i *inliner) list(list []any, pointer string) {
	for index, element := range list {
		if resolved, ok := i.resolve(element, pointerOf(pointer, index)); ok {
			list[index] = resolved
		}
		parameter, _ := list[index].(tree.Object)
		i.content(parameter, pointerOf(pointer, index))
	}
}

// content resolves the media types of a body, a response, a parameter or a header.
func (i *inliner) content(owner tree.Object, pointer string) {
	content := tree.ObjectAt(owner, "content")
	for name := range tree.Fields(content) {
		i.field(content, tree.Join(pointer, "content"), name)
	}
}

func (i *inliner) field(parent tree.Object, pointer, name string) {
	if resolved, ok := i.resolve(parent[name], tree.Join(pointer, name)); ok {
		parent[name] = resolved
	}
}

// resolve returns a copy of the object a reference leads to and whether there is one. Fields
// next to the reference override those of the target, such as summary in OpenAPI 3.1
// and the operations of a path item.
func (i *inliner) resolve(value any, pointer string) (tree.Object, bool) {
	object, _ := value.(tree.Object)
	resolved := tree.Object{}
	var refs []string
	for range maxReferenceChain {
		for name, field := range object {
			if _, ok := resolved[name]; !ok && name != "$ref" {
				resolved[name] = tree.Clone(field)
			}
		}
		ref, ok := object["$ref"].(string)
		if !ok {
			i.count(refs, pointer)
			return resolved, len(refs) > 0
		}
		target, local := strings.CutPrefix(ref, "#")
		found, _ := tree.Lookup(i.document, target)
		next, ok := found.(tree.Object)
		if !local || !ok {
			return nil, false
		}
		refs = append(refs, ref)
		object = next
	}
	return nil, false
}

// count counts the references followed at a location. Shared components are reported once,
// with their count.
func (i *inliner) count(refs []string, pointer string) {
	for _, ref := range refs {
		i.uses[ref]++
	}
	if len(refs) > 0 && !inlined(refs[0]) {
		i.report.Add("components", tree.Join(pointer, "$ref"), refs[0], nil, "the target of the reference is inlined here")
	}
}

// inlined reports whether a reference is to a component that is inlined.
func inlined(ref string) bool {
	tokens, _ := tree.Split(strings.TrimPrefix(ref, "#"))
	return len(tokens) == 3 && tokens[0] == "components" && slices.Contains(inlinedSections, tokens[1])
}

func pointerOf(list string, index int) string { return tree.Join(list, strconv.Itoa(index)) }
