package normalise

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// maxReferenceChain bounds references to references.
const maxReferenceChain = 32

// inlineComponents writes shared parameters, headers, bodies, responses and path items where they are used, so that every
// later rule sees an operation as a whole. Schemas stay shared: they become types.
func inlineComponents(document spec.Object, report *spec.Report) {
	i := &inliner{document, map[string]int{}}
	for path := range spec.Members(document["paths"]) {
		i.member(spec.ObjectAt(document, "paths"), path)
		i.list(spec.ListAt(spec.ObjectAt(spec.ObjectAt(document, "paths"), path), "parameters"))
	}
	for _, operation := range spec.Operations(document) {
		i.list(spec.ListAt(operation.Object, "parameters"))
		i.member(operation.Object, "requestBody")
		responses := spec.ObjectAt(operation.Object, "responses")
		for status := range spec.Members(responses) {
			i.member(responses, status)
			headers := spec.ObjectAt(spec.ObjectAt(responses, status), "headers")
			for name := range spec.Members(headers) {
				i.member(headers, name)
			}
		}
	}
	components := spec.ObjectAt(document, "components")
	for _, section := range []string{"parameters", "headers", "requestBodies", "responses", "pathItems", "examples"} {
		for name := range spec.Members(components[section]) {
			pointer := spec.Join("/components", section, name)
			report.Add("components", pointer, spec.Object{}, nil, fmt.Sprintf("it is written in the %d places that use it", i.uses["#"+pointer]))
		}
		delete(components, section)
	}
}

type inliner struct {
	document spec.Object
	uses     map[string]int // by reference
}

func (i *inliner) list(list []any) {
	for index, element := range list {
		if resolved, ok := i.resolve(element); ok {
			list[index] = resolved
		}
	}
}

func (i *inliner) member(holder spec.Object, name string) {
	if resolved, ok := i.resolve(holder[name]); ok {
		holder[name] = resolved
	}
}

// resolve returns a copy of what an object refers to, and whether it refers to anything that is there.
func (i *inliner) resolve(value any) (spec.Object, bool) {
	object, _ := value.(spec.Object)
	for range maxReferenceChain {
		ref, ok := object["$ref"].(string)
		if !ok {
			break
		}
		target, found := spec.Lookup(i.document, strings.TrimPrefix(ref, "#"))
		next, isObject := target.(spec.Object)
		if !found || !isObject || !strings.HasPrefix(ref, "#") {
			return nil, false
		}
		i.uses[ref]++
		if _, onward := next["$ref"]; !onward {
			return spec.Clone(next).(spec.Object), true
		}
		object = next
	}
	return nil, false
}

// pointerOf is the place of an element of a list.
func pointerOf(list string, index int) string { return spec.Join(list, strconv.Itoa(index)) }
