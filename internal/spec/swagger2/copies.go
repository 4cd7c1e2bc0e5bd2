package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// maxCopies bounds what is written more than once. OpenAPI 3 repeats a body for each media type, and for each operation
// that shares it; a short description can so ask for more than any memory holds.
const maxCopies = 1 << 22 // values

// copyOf returns a copy of an object, for a place of its own.
func (c *converter) copyOf(object tree.Object) tree.Object {
	if c.copies > maxCopies {
		return tree.Object{}
	}
	if c.copies += count(object); c.copies > maxCopies {
		c.problems.Add("/paths", "the description repeats its bodies too often to be written out", "name their schemas under /definitions and refer to those")
		return tree.Object{}
	}
	return tree.Clone(object).(tree.Object)
}

func count(value any) int {
	n := 1
	for _, field := range tree.Members(value) {
		n += count(field)
	}
	list, _ := value.([]any)
	for _, element := range list {
		n += count(element)
	}
	return n
}
