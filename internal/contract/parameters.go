package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkParameters checks the parameters of a call and reports other query parameters.
func (c *Call) checkParameters(f *findings) {
	query, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil { // the rest of the query is ignored, so that a filter may be missing
		f.fail(KindParameter, "query", "not all pairs can be read", "names and values, percent-encoded and joined by &")
	}
	known := make(map[string]bool)
	var prefixes []string // of the fields of objects
	open := false         // an object without known fields takes any name
	for _, parameter := range c.Operation.Parameters() {
		if parameter.In == openapi3.ParameterInQuery {
			known[parameter.Name] = true
			if schema := schemaOf(parameter); schema != nil && c.document.wantsObject(schema) {
				prefixes = append(prefixes, parameter.Name+"[")
				fields := c.document.composition(schema).known
				for name := range fields {
					known[name] = true
				}
				open = open || len(fields) == 0
			}
		}
		c.checkParameter(parameter, query, f)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !open && !known[name] && !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			f.note(KindAddition, "query "+printableQuery(name), "a query parameter", "none of this name")
		}
	}
}

// listSuffix matches what some clients append to the name of a list.
var listSuffix = regexp.MustCompile(`\[\d{0,4}\]$`)

// printableQuery returns the name of a query parameter, or * if it may be data.
func printableQuery(name string) string {
	suffix := listSuffix.FindString(name)
	return printableName(strings.TrimSuffix(name, suffix)) + suffix
}

func schemaOf(parameter *openapi3.Parameter) *openapi3.Schema {
	if parameter.Schema == nil {
		return nil
	}
	return parameter.Schema.Value
}

func (c *Call) checkParameter(parameter *openapi3.Parameter, query url.Values, f *findings) {
	location := parameter.In + " " + parameter.Name
	schema := schemaOf(parameter)
	if schema == nil || parameter.In == openapi3.ParameterInCookie || !plain(schema) {
		c.checkUnusual(parameter, f)
		return
	}
	var values []string
	switch parameter.In {
	case openapi3.ParameterInPath:
		values = []string{c.Variables[parameter.Name]}
	case openapi3.ParameterInQuery:
		values = query[parameter.Name]
	case openapi3.ParameterInHeader:
		if setByClient(parameter.Name) {
			return
		}
		values = c.request.Header.Values(parameter.Name)
	}
	if values == nil {
		if parameter.Required {
			f.fail(KindParameter, location, "missing", c.document.expected(schema))
		}
		return
	}
	method, err := parameter.SerializationMethod()
	if err != nil || !usual(parameter.In, method) {
		c.checkUnusual(parameter, f)
		return
	}
	if !slices.ContainsFunc(values, func(value string) bool { return value != "" }) {
		if !parameter.AllowEmptyValue && scalar(schema) != openapi3.TypeString {
			f.fail(KindParameter, location, "empty", c.document.expected(schema))
		}
		return
	}
	split := parameter.In != openapi3.ParameterInQuery || !method.Explode
	c.document.checkStrings(schema, values, split, location, f)
}

// setByClient reports whether a header is a token, or one that OpenAPI has no parameters for.
func setByClient(name string) bool {
	return slices.Contains([]string{"accept", "content-type", "authorization", "x-id-token"}, strings.ToLower(name))
}

// usual reports whether a value is written as is, and a list with commas or repeated names.
func usual(in string, method *openapi3.SerializationMethod) bool {
	if in == openapi3.ParameterInQuery {
		return method.Style == openapi3.SerializationForm
	}
	return method.Style == openapi3.SerializationSimple
}

// checkStrings checks values written as strings against a plain schema.
func (d *Document) checkStrings(schema *openapi3.Schema, values []string, split bool, location string, f *findings) {
	var value any
	if items := itemsOf(schema); items != nil {
		if split {
			values = strings.Split(strings.Join(values, ","), ",")
		}
		elements := make([]any, len(values))
		for i, element := range values {
			elements[i] = parseAs(scalar(items), element)
		}
		value = elements
	} else {
		if len(values) > 1 && strings.HasPrefix(location, "query ") { // lines of a header are one value (RFC 9110 section 5.3)
			f.fail(KindParameter, location, fmt.Sprintf("%d values", len(values)), "one value")
		}
		value = parseAs(scalar(schema), values[0])
	}
	inner := &findings{}
	d.check(schema, value, true, inner)
	if len(inner.list) > 0 {
		f.fail(KindParameter, location, inner.list[0].Got, inner.list[0].Want)
	}
}

// parseAs converts a string to the JSON type that its schema wants. If it cannot, the value stays
// a string, which the check then reports.
func parseAs(wanted, value string) any {
	switch {
	case wanted == openapi3.TypeInteger && wholeNumber(value), wanted == openapi3.TypeNumber && jsonNumber(value):
		return json.Number(value)
	case wanted == openapi3.TypeBoolean && strings.EqualFold(value, "true"):
		return true
	case wanted == openapi3.TypeBoolean && strings.EqualFold(value, "false"):
		return false
	}
	return value
}

// plain reports whether the values of a schema are scalars of one type, or lists of them.
func plain(schema *openapi3.Schema) bool {
	if items := itemsOf(schema); items != nil {
		schema = items
	}
	return scalar(schema) != ""
}

// itemsOf returns the schema of the elements of a list, or nil.
func itemsOf(schema *openapi3.Schema) *openapi3.Schema {
	schema = single(schema)
	if !schema.Type.Is(openapi3.TypeArray) || schema.Items == nil {
		return nil
	}
	return schema.Items.Value
}

// scalar returns the type of a schema of scalars, and an empty string for any other schema.
func scalar(schema *openapi3.Schema) string {
	schema = single(schema)
	for _, name := range []string{openapi3.TypeString, openapi3.TypeInteger, openapi3.TypeNumber, openapi3.TypeBoolean} {
		if schema.Type.Is(name) {
			return name
		}
	}
	return ""
}

func (d *Document) wantsObject(schema *openapi3.Schema) bool {
	return single(schema).Type.Is(openapi3.TypeObject) || len(d.composition(schema).known) > 0
}

// single follows allOf with one part, which adds prose to a reference.
func single(schema *openapi3.Schema) *openapi3.Schema {
	for range 8 {
		if schema.Type != nil || len(schema.AllOf) != 1 {
			break
		}
		schema = schema.AllOf[0].Value
	}
	return schema
}

// checkUnusual leaves objects, cookies, alternatives and rare styles to openapi3filter, which has
// a parser for each. Its messages repeat values, so only the verdict is used.
func (c *Call) checkUnusual(parameter *openapi3.Parameter, f *findings) {
	if parameter.In == openapi3.ParameterInHeader && setByClient(parameter.Name) {
		return
	}
	if openapi3filter.ValidateParameter(c.request.Context(), c.libraryInput(), parameter) == nil {
		return
	}
	want := "what the spec has"
	if schema := schemaOf(parameter); schema != nil {
		want = c.document.expected(schema)
	}
	f.fail(KindParameter, parameter.In+" "+parameter.Name, "a value that does not fit, or none", want)
}

// checkHeaders checks the response headers that the spec lists.
func (d *Document) checkHeaders(listed openapi3.Headers, header http.Header, f *findings) {
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		parameter := &listed[name].Value.Parameter
		schema, values := schemaOf(parameter), header.Values(name)
		switch {
		case strings.EqualFold(name, "Content-Type"):
		case len(values) == 0 && parameter.Required:
			f.fail(KindParameter, "header "+name, "missing", "a header")
		case len(values) > 0 && schema != nil && plain(schema):
			d.checkStrings(schema, values, true, "header "+name, f)
		}
	}
}
