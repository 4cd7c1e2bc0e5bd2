package swagger2

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// requestBody builds the request body of an operation from its body and formData parameters.
// Swagger allows either a body or a form; ServiceStack and Swashbuckle write both, meaning
// that a call sends one of them.
func (c *converter) requestBody(pointer, method string, uses []use, consumes []string) tree.Object {
	var bodies, fields []use
	for _, u := range uses {
		if u.in == "body" {
			bodies = append(bodies, u)
		} else {
			fields = append(fields, u)
		}
	}
	body, content := tree.Object{}, tree.Object{}
	if len(bodies) > 0 {
		types := consumes
		if len(fields) > 0 {
			types = slices.DeleteFunc(slices.Clone(types), formMediaType)
		}
		if len(types) == 0 {
			types = []string{jsonType}
		}
		body = c.body(bodies[0], types, content)
		c.rejectOthers(bodies)
	}
	if len(fields) > 0 && c.form(fields, consumes, content) {
		body["required"] = true
	}
	body["content"] = content
	location := tree.Join(pointer, "parameters")
	if len(bodies) > 0 && len(fields) > 0 {
		c.report.Add(ruleBodies, location, nil, body, "the operation has a body and a form; a call sends one of them")
	}
	if method == "get" || method == "head" || method == "delete" {
		c.report.Add(ruleBodies, location, nil, body, "HTTP gives the body of a "+strings.ToUpper(method)+" no meaning; it is kept, because the service may read it")
	}
	return body
}

// body converts a body parameter and adds its content.
func (c *converter) body(u use, types []string, content tree.Object) tree.Object {
	to := c.keep(u.pointer, u.object, []string{"description", "required", "example"}, convertedFields)
	media := tree.Object{"schema": c.value(u.pointer, u.object, "")}
	moveExample(to)
	if example, ok := to["example"]; ok {
		media["example"] = example
	}
	for _, mediaType := range types {
		content[mediaType] = c.copyOf(media)
	}
	c.addExamples(u.pointer, content, to, "x-examples")
	maps.DeleteFunc(to, func(name string, _ any) bool {
		return name == "example" || name == "x-examples" || schemaExtension(name)
	})
	return to
}

func (c *converter) rejectOthers(bodies []use) {
	first := bodies[0]
	for _, other := range bodies[1:] {
		if schema := first.object["schema"]; schema != nil && reflect.DeepEqual(other.object["schema"], schema) {
			c.report.Add(ruleBodies, other.pointer, other.object, nil, "a call has one body, and this one duplicates the other")
			continue
		}
		c.problems.Add(other.pointer, fmt.Sprintf("a call has one body, but the operation has both %q and %q", other.name(), first.name()),
			"fix the service, or copy the spec and remove the body that the service ignores")
	}
}
