// Package view reads the parts of an OpenAPI 3.0 spec that comparisons need: it follows references,
// merges composed schemas, and lists operations with their parameters. Whatever is missing or
// malformed reads as empty.
package view

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Spec is a whole spec.
type Spec tree.Object

// Node is an object in a spec with its JSON pointer. The object is nil if the spec has none there.
type Node struct {
	Pointer string
	Object  tree.Object
}

// At returns the object under a name.
func (n Node) At(name string) Node {
	return Node{tree.Join(n.Pointer, name), tree.ObjectAt(n.Object, name)}
}

// Value returns the string or number under a name, or "".
func (n Node) Value(name string) string { return tree.String(n.Object[name]) }

// Resolve follows references. A reference without a target resolves to the zero Node.
func (s Spec) Resolve(n Node) Node {
	met := map[string]bool{}
	for {
		reference, ok := n.Object["$ref"].(string)
		if !ok {
			return n
		}
		pointer, ok := strings.CutPrefix(reference, "#")
		if !ok || met[pointer] {
			return Node{}
		}
		met[pointer] = true
		target, _ := tree.Lookup(tree.Object(s), pointer)
		object, _ := target.(tree.Object)
		n = Node{pointer, object}
	}
}
