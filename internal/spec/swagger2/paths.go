package swagger2

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func (c *converter) path(pointer, path string, from tree.Object) tree.Object {
	if tree.Extension(path) {
		return from
	}
	to := c.keep(pointer, from, []string{"$ref", "summary", "description"}, append(slices.Clone(tree.Methods), "parameters"))
	shared := c.uses(pointer, path, from)
	if parameters := c.parameters(shared); len(parameters) > 0 {
		to["parameters"] = parameters
	}
	for _, method := range tree.Methods {
		if operation := field[tree.Object](c, pointer, from, method); operation != nil {
			to[method] = c.operation(tree.Join(pointer, method), path, method, operation, shared)
		}
	}
	return to
}

// operation converts an operation. It takes over the body parameters of the path item,
// because OpenAPI 3 allows bodies only in operations.
func (c *converter) operation(pointer, path, method string, from tree.Object, shared []use) tree.Object {
	to := c.keep(pointer, from,
		[]string{"tags", "summary", "description", "externalDocs", "operationId", "deprecated", "security"},
		[]string{"consumes", "produces", "parameters", "responses"})
	c.narrow(pointer, to, "externalDocs", externalDocsFields)
	consumes, produces := c.consumes, c.produces
	if from["consumes"] != nil { // an empty list counts
		consumes = c.mediaTypes(pointer, from, "consumes")
	}
	if from["produces"] != nil {
		produces = c.mediaTypes(pointer, from, "produces")
	}
	own := c.uses(pointer, path, from)
	if parameters := c.parameters(own); len(parameters) > 0 {
		to["parameters"] = parameters
	}
	var body []use
	for _, u := range shared {
		if u.inBody() && !slices.ContainsFunc(own, u.same) {
			u.object = c.copyOf(u.object) // each operation changes its own copy
			body = append(body, u)
		}
	}
	for _, u := range own {
		if u.inBody() {
			body = append(body, u)
		}
	}
	if len(body) > 0 {
		to["requestBody"] = c.requestBody(pointer, method, body, consumes)
	}
	to["responses"] = c.responses(pointer, from, produces)
	return to
}

const jsonType = "application/json"

// mediaTypes returns the media types that an operation or the document consumes or produces,
// by default JSON.
func (c *converter) mediaTypes(pointer string, parent tree.Object, name string) []string {
	if types := c.stringList(pointer, parent, name); len(types) > 0 {
		return types
	}
	return []string{jsonType}
}
