package swagger2

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// moveReferences rewrites the references of the converted spec to the new locations. It
// leaves dangling references for validation to report.
func (c *converter) moveReferences(document, converted tree.Object) {
	locations := map[string]string{} // reference -> its first location in the Swagger 2.0 spec
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
				c.report.Add(ruleReferences, location, ref, plain, "the definition has this name, without characters that references cannot contain")
			}
			ref = plain
		}
		object["$ref"] = movedReference(ref)
		// The indexes of an operation's parameters shift when body parameters are removed.
		hasMoved := strings.HasPrefix(ref, "#/paths/") && strings.Contains(ref, "/parameters/")
		if _, ok := lookup(converted, movedReference(ref)); first && wasThere && (hasMoved || !ok) {
			c.problems.Add(location, "the target of the reference does not exist in OpenAPI 3", "move the target to /definitions and refer to it there")
		}
	})
}

var oddCharacters = regexp.MustCompile(`[^A-Za-z0-9._-]`)

// plainName returns the name of the definition that a reference with the characters of a
// generic type means, or "". ServiceStack removes those characters from definition names, but
// not from all references.
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

// movedReference replaces only the prefix, so that the escaping of names does not matter.
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
		for name, field := range tree.Fields(value) {
			visitReferences(tree.Join(pointer, name), field, visit)
		}
	case []any:
		for i, element := range value {
			visitReferences(tree.Join(pointer, strconv.Itoa(i)), element, visit)
		}
	}
}

// lookup returns the value that a reference within document points to. Tools differ in
// whether they escape the names of generic types.
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

// maxReferenceChain ends cyclic references.
const maxReferenceChain = 16

// resolve follows the references of an object and returns the target with its pointer. An
// object without a reference resolves to itself, a dangling reference to nil.
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
