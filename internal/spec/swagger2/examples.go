package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// moveExample gives an example the name that OpenAPI 3 has for it.
func moveExample(holder tree.Object) {
	if example, ok := holder["x-example"]; ok {
		if _, taken := holder["example"]; !taken {
			holder["example"] = example
			delete(holder, "x-example")
		}
	}
}

// addExamples writes the examples by media type, which are a member of a body or response, at its content.
func (c *converter) addExamples(pointer string, content, holder tree.Object, name string) {
	for mediaType, example := range tree.Members(member[tree.Object](c, pointer, holder, name)) {
		if media, ok := content[mediaType].(tree.Object); ok {
			media["example"] = example
		} else {
			c.drop(tree.Join(pointer, name, mediaType), example, "the content has no such media type")
		}
	}
}
