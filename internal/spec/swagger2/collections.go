package swagger2

import (
	"iter"
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

type convertFunc func(pointer, name string, from tree.Object) tree.Object

// collection converts the named objects in a field of parent. It drops those for which
// convert returns nil.
func (c *converter) collection(pointer string, parent tree.Object, name string, convert convertFunc) tree.Object {
	converted := tree.Object{}
	for key, value := range tree.Fields(field[tree.Object](c, pointer, parent, name)) {
		location := tree.Join(pointer, name, key)
		from, ok := value.(tree.Object)
		switch {
		case ok:
			if to := convert(location, key, from); to != nil {
				converted[key] = to
			}
		case tree.Extension(key):
			converted[key] = value
		default:
			c.drop(location, value, "not an object")
		}
	}
	return converted
}

// objects yields the objects of a list in a field of parent, each with its pointer.
func (c *converter) objects(pointer string, parent tree.Object, name string) iter.Seq2[string, tree.Object] {
	return func(yield func(string, tree.Object) bool) {
		for i, element := range field[[]any](c, pointer, parent, name) {
			location := tree.Join(pointer, name, strconv.Itoa(i))
			object, ok := element.(tree.Object)
			if !ok {
				c.drop(location, element, "not an object")
			} else if !yield(location, object) {
				return
			}
		}
	}
}

// stringList returns the strings of a list in a field of parent.
func (c *converter) stringList(pointer string, parent tree.Object, name string) []string {
	var found []string
	for i, element := range field[[]any](c, pointer, parent, name) {
		if text, ok := element.(string); ok {
			found = append(found, text)
		} else {
			c.drop(tree.Join(pointer, name, strconv.Itoa(i)), element, "not a string")
		}
	}
	return found
}

// field returns a field of an object, or the zero value if it is missing or not a T.
func field[T any](c *converter, pointer string, parent tree.Object, name string) T {
	value, ok := parent[name].(T)
	if !ok && parent[name] != nil {
		c.drop(tree.Join(pointer, name), parent[name], "wrong type for Swagger")
	}
	return value
}
