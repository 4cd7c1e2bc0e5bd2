package evidence

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// document is one of the two descriptions.
type document struct{ root tree.Object }

// node is an object of a description, and where it stands. Without an object it stands for nothing.
type node struct {
	pointer string
	object  tree.Object
}

func (n node) member(name string) node {
	return node{tree.Join(n.pointer, name), tree.ObjectAt(n.object, name)}
}

// resolve follows references. Where they lead nowhere, there is no object.
func (d document) resolve(n node) node {
	met := map[string]bool{}
	for {
		reference, ok := n.object["$ref"].(string)
		if !ok {
			return n
		}
		pointer, ok := strings.CutPrefix(reference, "#")
		if !ok || met[pointer] {
			return node{}
		}
		met[pointer] = true
		target, _ := tree.Lookup(d.root, pointer)
		object, _ := target.(tree.Object)
		n = node{pointer, object}
	}
}
