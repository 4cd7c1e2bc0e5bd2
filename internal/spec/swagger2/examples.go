package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// moveExample renames x-example to example, as OpenAPI 3 calls it.
func moveExample(parent tree.Object) {
	if example, ok := parent["x-example"]; ok {
		if _, taken := parent["example"]; !taken {
			parent["example"] = example
			delete(parent, "x-example")
		}
	}
}

// addExamples copies the examples of a body or response, which are keyed by media type, into
// its content.
func (c *converter) addExamples(pointer string, content, parent tree.Object, name string) {
	for mediaType, example := range tree.Fields(field[tree.Object](c, pointer, parent, name)) {
		if media, ok := content[mediaType].(tree.Object); ok {
			media["example"] = example
		} else {
			c.drop(tree.Join(pointer, name, mediaType), example, "the content does not have this media type")
		}
	}
}
