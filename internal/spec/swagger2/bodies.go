package swagger2

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// requestBody makes the body of an operation of its parameters of body and formData. Swagger allows one body or a form;
// ServiceStack and Swashbuckle write both, of which either can be sent.
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
		c.report.Add(ruleBodies, location, nil, body, "it has a body and a form; a call sends one or the other")
	}
	if method == "get" || method == "head" || method == "delete" {
		c.report.Add(ruleBodies, location, nil, body, "HTTP gives the body of a "+strings.ToUpper(method)+" no meaning; it is kept, since the service reads one")
	}
	return body
}

// body converts a parameter that is the body, and adds its content.
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
	maps.DeleteFunc(to, func(name string, _ any) bool { return name == "example" || name == "x-examples" || schemaExtension(name) })
	return to
}

func (c *converter) rejectOthers(bodies []use) {
	first := bodies[0]
	for _, other := range bodies[1:] {
		if schema := first.object["schema"]; schema != nil && reflect.DeepEqual(other.object["schema"], schema) {
			c.report.Add(ruleBodies, other.pointer, other.object, nil, "it is the same as the other body, and a call has one")
			continue
		}
		c.problems.Add(other.pointer, fmt.Sprintf("the operation has a second body, %q beside %q, and a call has one", other.name(), first.name()),
			"correct the service, or remove the one that it does not read from a copy of the description")
	}
}
