package swagger2

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// use is a parameter of an operation or a path item.
type use struct {
	pointer string
	in      string      // where it is: one of OpenAPI 3, body or formData
	object  tree.Object // what a reference refers to, which may be nothing
	ref     tree.Object // where it stays a reference
}

func (u use) inBody() bool { return u.in == "body" || u.in == "formData" }

func (u use) same(other use) bool { return u.in == other.in && u.name() == other.name() }

func (u use) name() string { return tree.Text(u.object["name"]) }

// uses reads a list of parameters. Those of the body cannot be shared in OpenAPI 3, because their media types are those
// of the operation, and so stand where they are used.
func (c *converter) uses(pointer, path string, parent tree.Object) []use {
	var found []use
	for location, from := range c.objects(pointer, parent, "parameters") {
		u := c.use(location, path, from)
		switch {
		case u.in == "" && u.ref == nil:
			c.drop(location, from, "the service gives it to itself")
		case u.object != nil && slices.ContainsFunc(found, u.same):
			c.drop(location, from, "another parameter has the same name and place")
		default:
			found = append(found, u)
		}
	}
	return found
}

func (c *converter) use(pointer, path string, from tree.Object) use {
	_, hasRef := from["$ref"].(string)
	if !hasRef {
		return use{pointer: pointer, in: c.location(pointer, path, from), object: from}
	}
	target, object := c.resolve(pointer, from)
	if object == nil || canBeShared(object) {
		return use{pointer: pointer, in: tree.Text(object["in"]), object: object, ref: c.keep(pointer, from, []string{"$ref"}, nil)}
	}
	object = c.copyOf(object)
	return use{pointer: target, in: c.location(target, path, object), object: object}
}

// canBeShared reports whether OpenAPI 3 has the parameter among its components, and it does not depend on the path.
func canBeShared(parameter tree.Object) bool {
	return validLocation(tree.Text(parameter["in"])) && parameter["type"] != "file"
}

func validLocation(in string) bool {
	return in == "path" || in == "query" || in == "header" || in == "cookie"
}

// place tells where a parameter is, or "" where clients do not send it. Swashbuckle writes the binding sources of
// ASP.NET, such as ModelBinding, FormFile or Unknown, where they are not among the places of Swagger, or no place at
// all.
func (c *converter) location(pointer, path string, parameter tree.Object) string {
	written := tree.Text(parameter["in"])
	in := strings.ToLower(written)
	switch {
	case in == "services" || in == "special":
		return ""
	case in == "body":
	case in == "formdata" || in == "form" || in == "formfile" || parameter["type"] == "file":
		in = "formData"
	case !validLocation(in):
		in = "query"
		if variable := variableOf(path, tree.Text(parameter["name"])); variable != "" {
			in = "path"
			c.rename(pointer, parameter, variable)
		}
	}
	if in != written {
		c.report.Add(ruleParameters, tree.Join(pointer, "in"), parameter["in"], in, "a parameter is in the path where that names it, a file in a form, and anything else of unknown place in the query")
	}
	return in
}

func (c *converter) rename(pointer string, parameter tree.Object, variable string) {
	if name := parameter["name"]; name != variable {
		c.report.Add(ruleParameters, tree.Join(pointer, "name"), name, variable, "the path names it so, and ASP.NET binds it without regard to case")
		parameter["name"] = variable
	}
}

var pathVariable = regexp.MustCompile(`\{([^{}]*)\}`)

// variableOf returns the variable of a path that ASP.NET binds to a name, or "".
func variableOf(path, name string) string {
	for _, match := range pathVariable.FindAllStringSubmatch(path, -1) {
		if strings.EqualFold(match[1], name) {
			return match[1]
		}
	}
	return ""
}
