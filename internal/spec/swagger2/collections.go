package swagger2

import (
	"iter"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

type convertFunc func(pointer, name string, from tree.Object) tree.Object

// collection converts the objects by name that are a member of an object. Where convert returns nil, one is left out.
func (c *converter) collection(pointer string, parent tree.Object, name string, convert convertFunc) tree.Object {
	converted := tree.Object{}
	for key, value := range tree.Members(field[tree.Object](c, pointer, parent, name)) {
		location := tree.Join(pointer, name, key)
		from, ok := value.(tree.Object)
		switch {
		case ok:
			if to := convert(location, key, from); to != nil {
				converted[key] = to
			}
		case extension(key):
			converted[key] = value
		default:
			c.drop(location, value, "it is not an object")
		}
	}
	return converted
}

// objects yields the objects of a list that is a member of an object, each with its place.
func (c *converter) objects(pointer string, parent tree.Object, name string) iter.Seq2[string, tree.Object] {
	return func(yield func(string, tree.Object) bool) {
		for i, element := range field[[]any](c, pointer, parent, name) {
			location := tree.Join(pointer, name, strconv.Itoa(i))
			object, ok := element.(tree.Object)
			if !ok {
				c.drop(location, element, "it is not an object")
			} else if !yield(location, object) {
				return
			}
		}
	}
}

// texts returns the texts of a list that is a member of an object.
func (c *converter) stringList(pointer string, parent tree.Object, name string) []string {
	var found []string
	for i, element := range field[[]any](c, pointer, parent, name) {
		if text, ok := element.(string); ok {
			found = append(found, text)
		} else {
			c.drop(tree.Join(pointer, name, strconv.Itoa(i)), element, "it is not a text")
		}
	}
	return found
}

// member returns a member of an object, or the zero value where it is not there or not a T.
func field[T any](c *converter, pointer string, parent tree.Object, name string) T {
	value, ok := parent[name].(T)
	if !ok && parent[name] != nil {
		c.drop(tree.Join(pointer, name), parent[name], "it is not of the type that it has in Swagger")
	}
	return value
}

func extension(name string) bool { return strings.HasPrefix(name, "x-") }
