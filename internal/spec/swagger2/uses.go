package swagger2

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// use is a parameter used by an operation or a path item.
type use struct {
	pointer string
	in      string      // an OpenAPI 3 location, body or formData
	object  tree.Object // the resolved parameter, nil for a dangling reference
	ref     tree.Object // set if it stays a reference
}

func (u use) inBody() bool { return u.in == "body" || u.in == "formData" }

func (u use) same(other use) bool { return u.in == other.in && u.name() == other.name() }

func (u use) name() string { return tree.String(u.object["name"]) }

// uses reads a list of parameters. OpenAPI 3 cannot share body parameters, because their
// media types depend on the operation, so references to those are resolved here.
func (c *converter) uses(pointer, path string, parent tree.Object) []use {
	var found []use
	for location, from := range c.objects(pointer, parent, "parameters") {
		u := c.use(location, path, from)
		switch {
		case u.in == "" && u.ref == nil:
			c.drop(location, from, "the service injects it; clients do not send it")
		case u.object != nil && slices.ContainsFunc(found, u.same):
			c.drop(location, from, "another parameter has the same name and location")
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
		return use{pointer: pointer, in: tree.String(object["in"]), object: object, ref: c.keep(pointer, from, []string{"$ref"}, nil)}
	}
	object = c.copyOf(object)
	return use{pointer: target, in: c.location(target, path, object), object: object}
}

// canBeShared reports whether OpenAPI 3 allows the parameter among the components and it does
// not depend on the path.
func canBeShared(parameter tree.Object) bool {
	return validLocation(tree.String(parameter["in"])) && parameter["type"] != "file"
}

func validLocation(in string) bool {
	return in == "path" || in == "query" || in == "header" || in == "cookie"
}

// location returns the location of a parameter, or "" if clients do not send it. Swashbuckle
// sometimes writes ASP.NET binding sources, such as ModelBinding, FormFile or Unknown,
// instead of a Swagger location, or no location at all.
func (c *converter) location(pointer, path string, parameter tree.Object) string {
	written := tree.String(parameter["in"])
	in := strings.ToLower(written)
	switch {
	case in == "services" || in == "special":
		return ""
	case in == "body":
	case in == "formdata" || in == "form" || in == "formfile" || parameter["type"] == "file":
		in = "formData"
	case !validLocation(in):
		in = "query"
		if variable := variableOf(path, tree.String(parameter["name"])); variable != "" {
			in = "path"
			c.rename(pointer, parameter, variable)
		}
	}
	if in != written {
		c.report.Add(ruleParameters, tree.Join(pointer, "in"), parameter["in"], in, "unknown location: a parameter named in the path is a path parameter, a file is in a form, anything else is in the query")
	}
	return in
}

func (c *converter) rename(pointer string, parameter tree.Object, variable string) {
	if name := parameter["name"]; name != variable {
		c.report.Add(ruleParameters, tree.Join(pointer, "name"), name, variable, "the path spells it this way; ASP.NET ignores case")
		parameter["name"] = variable
	}
}

// variableOf returns the path variable that ASP.NET binds to a name, or "".
func variableOf(path, name string) string {
	for _, variable := range route.Variables(path) {
		if strings.EqualFold(variable, name) {
			return variable
		}
	}
	return ""
}
