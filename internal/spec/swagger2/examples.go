package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// moveExample gives an example the name that OpenAPI 3 has for it.
func moveExample(parent tree.Object) {
	if example, ok := parent["x-example"]; ok {
		if _, taken := parent["example"]; !taken {
			parent["example"] = example
			delete(parent, "x-example")
		}
	}
}

// addExamples writes the examples by media type, which are a member of a body or response, at its content.
func (c *converter) addExamples(pointer string, content, parent tree.Object, name string) {
	for mediaType, example := range tree.Members(field[tree.Object](c, pointer, parent, name)) {
		if media, ok := content[mediaType].(tree.Object); ok {
			media["example"] = example
		} else {
			c.drop(tree.Join(pointer, name, mediaType), example, "the content has no such media type")
		}
	}
}
