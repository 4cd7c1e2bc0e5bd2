package swagger2

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// moveReferences makes the references of the converted description point at where things are now. A reference that
// leads nowhere is left for the validation to name.
func (c *converter) moveReferences(document, converted tree.Object) {
	locations := map[string]string{} // of each reference, where it stands first in the 2.0 description
	visitReferences("", document, func(pointer, ref string, _ tree.Object) {
		if _, ok := locations[ref]; !ok {
			locations[ref] = tree.Join(pointer, "$ref")
		}
	})
	visitReferences("", converted, func(_, ref string, object tree.Object) {
		location, first := locations[ref]
		delete(locations, ref)
		_, wasThere := lookup(document, ref)
		if name := plainName(document, ref); !wasThere && name != "" {
			plain := "#" + tree.Join("/definitions", name)
			if first {
				c.report.Add(ruleReferences, location, ref, plain, "the definition has this name, without characters that references cannot have")
			}
			ref = plain
		}
		object["$ref"] = movedReference(ref)
		// Parameters of an operation have other indexes once those of the body are taken out.
		hasMoved := strings.HasPrefix(ref, "#/paths/") && strings.Contains(ref, "/parameters/")
		if _, ok := lookup(converted, movedReference(ref)); first && wasThere && (hasMoved || !ok) {
			c.problems.Add(location, "it refers to a place that OpenAPI 3 does not have", "write what it refers to under /definitions and refer to that")
		}
	})
}

var oddCharacters = regexp.MustCompile(`[^A-Za-z0-9._-]`)

// plainName returns the definition that a reference means which has the characters of a generic type, or "".
// ServiceStack leaves them out of the names of definitions, and not out of all references.
func plainName(document tree.Object, ref string) string {
	name, ok := strings.CutPrefix(ref, "#/definitions/")
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	name = oddCharacters.ReplaceAllString(name, "_")
	if _, defined := tree.ObjectAt(document, "definitions")[name]; !ok || !defined {
		return ""
	}
	return name
}

var sections = map[string]string{
	"#/definitions/": "#/components/schemas/",
	"#/parameters/":  "#/components/parameters/",
	"#/responses/":   "#/components/responses/",
}

// movedReference exchanges the first part only, so that it does not matter how names are escaped.
func movedReference(ref string) string {
	for from, to := range sections {
		if name, ok := strings.CutPrefix(ref, from); ok {
			return to + name
		}
	}
	return ref
}

func visitReferences(pointer string, value any, visit func(pointer, ref string, object tree.Object)) {
	switch value := value.(type) {
	case tree.Object:
		if ref, ok := value["$ref"].(string); ok {
			visit(pointer, ref, value)
		}
		for name, field := range tree.Members(value) {
			visitReferences(tree.Join(pointer, name), field, visit)
		}
	case []any:
		for i, element := range value {
			visitReferences(tree.Join(pointer, strconv.Itoa(i)), element, visit)
		}
	}
}

// lookup returns what a reference within a document points at. Tools differ in whether they escape the names of
// generics.
func lookup(document tree.Object, ref string) (any, bool) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	if value, ok := tree.Lookup(document, pointer); ok {
		return value, true
	}
	unescaped, err := url.PathUnescape(pointer)
	if err != nil {
		return nil, false
	}
	return tree.Lookup(document, unescaped)
}

// maxReferenceChain ends references that lead in a circle.
const maxReferenceChain = 16

// resolve returns what an object refers to and its place, itself where it is no reference, or nil where there is
// nothing.
func (c *converter) resolve(pointer string, object tree.Object) (string, tree.Object) {
	for range maxReferenceChain {
		ref, ok := object["$ref"].(string)
		if !ok {
			return pointer, object
		}
		target, _ := lookup(c.source, ref)
		pointer = strings.TrimPrefix(ref, "#")
		object, _ = target.(tree.Object)
	}
	return "", nil
}
