package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// maxCopies bounds duplication. OpenAPI 3 repeats a body for each media type and for each
// operation that shares it, so a short spec can ask for more than fits in memory.
const maxCopies = 1 << 22 // values

// copyOf returns a deep copy of an object.
func (c *converter) copyOf(object tree.Object) tree.Object {
	if c.copies > maxCopies {
		return tree.Object{}
	}
	if c.copies += tree.Count(object); c.copies > maxCopies {
		c.problems.Add("/paths", "the spec repeats its bodies too often to expand them", "move their schemas to /definitions and refer to them")
		return tree.Object{}
	}
	return tree.Clone(object).(tree.Object)
}
