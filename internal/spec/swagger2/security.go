package swagger2

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// flow is an OAuth 2 flow of OpenAPI 3 and the URLs it requires.
type flow struct {
	name      string
	addresses []string
}

var flows = map[string]flow{
	"implicit":    {"implicit", []string{"authorizationUrl"}},
	"password":    {"password", []string{"tokenUrl"}},
	"application": {"clientCredentials", []string{"tokenUrl"}},
	"accessCode":  {"authorizationCode", []string{"authorizationUrl", "tokenUrl"}},
}

func (c *converter) securityScheme(pointer, _ string, from tree.Object) tree.Object {
	switch from["type"] {
	case "basic":
		to := c.keep(pointer, from, []string{"description"}, []string{"type"})
		to["type"], to["scheme"] = "http", "basic"
		return to
	case "apiKey":
		return c.apiKey(pointer, from)
	case "oauth2":
		return c.oauth2(pointer, from)
	case "http", "openIdConnect":
		return c.keep(pointer, from, []string{"type", "description", "scheme", "bearerFormat", "openIdConnectUrl"}, nil)
	}
	c.report.Add(ruleSecurity, pointer, from, nil, "Swagger does not have this type of security scheme")
	return nil
}

func (c *converter) apiKey(pointer string, from tree.Object) tree.Object {
	to := c.keep(pointer, from, []string{"type", "description", "name", "in"}, nil)
	if to["in"] == nil {
		to["in"] = "header"
		c.report.Add(ruleSecurity, tree.Join(pointer, "in"), nil, "header", "the location of the key is missing")
	}
	if name, _ := to["name"].(string); name == "" {
		c.report.Add(ruleSecurity, pointer, from, nil, "the name of the key is missing")
		return nil
	}
	return to
}

// oauth2 converts a scheme with its flow. If the URLs of the flow are missing, the scheme
// becomes a bearer token scheme; the URLs are not made up.
func (c *converter) oauth2(pointer string, from tree.Object) tree.Object {
	written, _ := from["flow"].(string)
	known, ok := flows[written]
	if !ok || slices.ContainsFunc(known.addresses, func(name string) bool { address, _ := from[name].(string); return address == "" }) {
		to := tree.Object{"type": "http", "scheme": "bearer"}
		if description, ok := from["description"]; ok {
			to["description"] = description
		}
		c.report.Add(ruleSecurity, pointer, from, to, "the flow is unknown or lacks a URL; its tokens are bearer tokens")
		return to
	}
	to := c.keep(pointer, from, []string{"type", "description"}, append([]string{"flow", "scopes"}, known.addresses...))
	scopes, ok := from["scopes"].(tree.Object)
	if !ok {
		scopes = tree.Object{}
		c.report.Add(ruleSecurity, tree.Join(pointer, "scopes"), from["scopes"], scopes, "OpenAPI requires it")
	}
	converted := tree.Object{"scopes": scopes}
	for _, name := range known.addresses {
		converted[name] = from[name]
	}
	to["flows"] = tree.Object{known.name: converted}
	return to
}
