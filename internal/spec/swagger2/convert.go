// Package swagger2 converts a Swagger 2.0 spec, as ASP.NET services write it, to OpenAPI 3.0.3.
//
// It works on the tree. The converter of kin-openapi first reads a spec into typed structs. It
// stops at the first fault without a location, rejects or loses what the structs cannot represent,
// such as exact numbers and references to names with brackets, and ignores Swagger's defaults, such
// as comma-separated lists and document-wide media types.
package swagger2

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Rules that changes are reported under. A change of syntax only is not reported.
const (
	ruleConverted  = "swagger2"
	ruleDropped    = "swagger2-dropped"
	ruleInfo       = "swagger2-info"
	ruleServers    = "swagger2-servers"
	ruleParameters = "swagger2-parameters"
	ruleBodies     = "swagger2-bodies"
	ruleResponses  = "swagger2-responses"
	ruleSchemas    = "swagger2-schemas"
	ruleSecurity   = "swagger2-security"
	ruleReferences = "swagger2-references"
)

const version = "3.0.3"

// Convert turns a Swagger 2.0 spec into OpenAPI 3.0.3 and returns the parts it cannot
// convert. It does not change document; the pointers in report and problems refer to it.
func Convert(document tree.Object, report *tree.Report) (tree.Object, tree.Problems) {
	report.Add(ruleConverted, "/swagger", document["swagger"], version, "the tools read OpenAPI 3")
	c := &converter{source: tree.Clone(document).(tree.Object), report: report}
	converted := c.document()
	c.moveReferences(document, converted)
	return converted, c.problems
}

type converter struct {
	source   tree.Object // the Swagger 2.0 spec
	report   *tree.Report
	problems tree.Problems

	consumes, produces []string // defaults for operations that do not set their own
	copies             int      // values copied so far
}

func (c *converter) document() tree.Object {
	to := c.keep("", c.source, []string{"security", "externalDocs"}, []string{
		"swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions", "parameters",
		"responses", "securityDefinitions", "tags",
	})
	c.narrow("", to, "externalDocs", externalDocsFields)
	c.consumes, c.produces = c.mediaTypes("", c.source, "consumes"), c.mediaTypes("", c.source, "produces")
	to["openapi"] = version
	to["info"] = c.info()
	if servers := c.servers(); len(servers) > 0 {
		to["servers"] = servers
	}
	var tags []any
	for location, tag := range c.objects("", c.source, "tags") {
		tag = c.keep(location, tag, []string{"name", "description", "externalDocs"}, nil)
		c.narrow(location, tag, "externalDocs", externalDocsFields)
		tags = append(tags, tag)
	}
	if len(tags) > 0 {
		to["tags"] = tags
	}
	to["paths"] = c.collection("", c.source, "paths", c.path)
	if components := c.components(); len(components) > 0 {
		to["components"] = components
	}
	return to
}

func (c *converter) components() tree.Object {
	components := tree.Object{}
	for name, section := range map[string]tree.Object{
		"schemas":         c.collection("", c.source, "definitions", c.definition),
		"parameters":      c.collection("", c.source, "parameters", c.sharedParameter),
		"responses":       c.collection("", c.source, "responses", c.sharedResponse),
		"securitySchemes": c.collection("", c.source, "securityDefinitions", c.securityScheme),
	} {
		if len(section) > 0 {
			components[name] = section
		}
	}
	return components
}

// info fills in the fields that OpenAPI requires.
func (c *converter) info() tree.Object {
	to := c.keep("/info", field[tree.Object](c, "", c.source, "info"), []string{"title", "description", "termsOfService", "contact", "license", "version"}, nil)
	c.narrow("/info", to, "contact", []string{"name", "url", "email"})
	c.narrow("/info", to, "license", []string{"name", "url"})
	c.require("title", "API", to)
	c.require("version", "unknown", to)
	return to
}

func (c *converter) require(name, fallback string, info tree.Object) {
	written := info[name]
	if text, ok := written.(string); ok && text != "" {
		return
	}
	if number := tree.String(written); number != "" {
		fallback = number
	}
	c.report.Add(ruleInfo, tree.Join("/info", name), written, fallback, "OpenAPI requires it, as a string")
	info[name] = fallback
}

var externalDocsFields = []string{"description", "url"}

// keep returns a new object with the fields that OpenAPI 3 shares, and the extensions. It
// reports the fields that it drops, except those that the caller converts.
func (c *converter) keep(pointer string, from tree.Object, same, converted []string) tree.Object {
	to := tree.Object{}
	for name, value := range tree.Fields(from) {
		switch {
		case slices.Contains(same, name), tree.Extension(name):
			to[name] = value
		case !slices.Contains(converted, name):
			c.drop(tree.Join(pointer, name), value, "OpenAPI 3 does not have this field here")
		}
	}
	return to
}

// narrow applies keep to an object in a field of parent.
func (c *converter) narrow(pointer string, parent tree.Object, name string, same []string) {
	if inner, ok := parent[name].(tree.Object); ok {
		parent[name] = c.keep(tree.Join(pointer, name), inner, same, nil)
	}
}

func (c *converter) drop(pointer string, value any, reason string) {
	c.report.Add(ruleDropped, pointer, value, nil, reason)
}
