package swagger2

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func (c *converter) responses(pointer string, operation tree.Object, produces []string) tree.Object {
	to := c.collection(pointer, operation, "responses", func(location, status string, response tree.Object) tree.Object {
		if tree.Extension(status) {
			return response
		}
		return c.response(location, status, response, produces)
	})
	if response, ok := to["0"]; ok && to["default"] == nil { // old versions of Swashbuckle name the default "0"
		c.report.Add(ruleResponses, tree.Join(pointer, "responses", "0"), "0", "default", "0 is not a status code and means the default")
		to["default"] = response
		delete(to, "0")
	}
	for status := range to {
		if !tree.Extension(status) {
			return to
		}
	}
	to["default"] = tree.Object{"description": "Any response."}
	c.report.Add(ruleResponses, tree.Join(pointer, "responses"), operation["responses"], to["default"], "OpenAPI requires a response")
	return to
}

func (c *converter) sharedResponse(pointer, name string, from tree.Object) tree.Object {
	return c.response(pointer, name, from, c.produces)
}

func (c *converter) response(pointer, status string, from tree.Object, produces []string) tree.Object {
	if _, ok := from["$ref"].(string); ok {
		target, object := c.resolve(pointer, from)
		if object["schema"] == nil || slices.Equal(produces, c.produces) {
			return c.keep(pointer, from, []string{"$ref"}, nil)
		}
		pointer, from = target, c.copyOf(object) // the shared one has other media types
	}
	to := c.keep(pointer, from, []string{"description"}, []string{"schema", "headers", "examples"})
	if _, ok := to["description"].(string); !ok {
		code, _ := strconv.Atoi(status)
		text := http.StatusText(code)
		if text == "" {
			text = "A response."
		}
		c.report.Add(ruleResponses, tree.Join(pointer, "description"), to["description"], text, "OpenAPI requires it")
		to["description"] = text
	}
	content := c.content(pointer, from, produces)
	c.addExamples(pointer, content, from, "examples")
	if len(content) > 0 {
		to["content"] = content
		maps.DeleteFunc(to, func(name string, _ any) bool { return schemaExtension(name) })
	}
	if headers := c.collection(pointer, from, "headers", c.header); len(headers) > 0 {
		to["headers"] = headers
	}
	return to
}

func (c *converter) header(pointer, _ string, from tree.Object) tree.Object {
	to := c.parameter(pointer, "header", from)
	delete(to, "in")
	if name, ok := to["name"]; ok {
		c.drop(tree.Join(pointer, "name"), name, "OpenAPI 3 does not have this field here")
		delete(to, "name")
	}
	return to
}

// content returns the content of a response, which is empty without a schema.
func (c *converter) content(pointer string, from tree.Object, produces []string) tree.Object {
	content := tree.Object{}
	if from["schema"] == nil {
		return content
	}
	written, _ := from["schema"].(tree.Object)
	_, resolved := c.resolve(pointer, written)
	schema := c.schema(tree.Join(pointer, "schema"), withExtensions(from["schema"], from))
	if resolved["type"] == "file" {
		types := fileTypes(produces)
		if !slices.Equal(types, produces) {
			c.report.Add(ruleResponses, tree.Join(pointer, "schema"), strings.Join(produces, ", "), strings.Join(types, ", "), "a file does not have the media types of objects")
		}
		produces = types
	}
	for _, mediaType := range produces {
		content[mediaType] = tree.Object{"schema": c.copyOf(schema)}
	}
	return content
}

// fileTypes returns the media types of a file. For every response, files included, ASP.NET
// lists the types it can write objects as, such as JSON; those do not describe a file.
func fileTypes(produces []string) []string {
	types := slices.Clone(produces)
	if slices.ContainsFunc(types, httpx.JSON) {
		types = slices.DeleteFunc(types, objectMediaType)
	}
	if len(types) == 0 {
		return []string{"application/octet-stream"}
	}
	return types
}

func objectMediaType(mediaType string) bool {
	return httpx.JSON(mediaType) || strings.HasSuffix(httpx.MediaType(mediaType), "xml") || httpx.MediaType(mediaType) == "text/plain"
}
