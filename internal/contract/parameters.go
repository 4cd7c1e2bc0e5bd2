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

	"github.com/xsale-go/xsale/internal/spec/model"
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
		if parameter.In == model.InQuery {
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

func schemaOf(parameter *model.Parameter) *model.Schema {
	if parameter.Schema == nil {
		return nil
	}
	return parameter.Schema.Value
}

func (c *Call) checkParameter(parameter *model.Parameter, query url.Values, f *findings) {
	location := parameter.In + " " + parameter.Name
	schema := schemaOf(parameter)
	if !ofScalars(parameter) {
		c.checkRare(parameter, f)
		return
	}
	var values []string
	switch parameter.In {
	case model.InPath:
		values = []string{c.Variables[parameter.Name]}
	case model.InQuery:
		values = query[parameter.Name]
	case model.InHeader:
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
	if !usual(parameter) {
		c.checkRare(parameter, f)
		return
	}
	if !slices.ContainsFunc(values, func(value string) bool { return value != "" }) {
		if !parameter.AllowEmptyValue && scalar(schema) != model.String {
			f.fail(KindParameter, location, "empty", c.document.expected(schema))
		}
		return
	}
	_, explode := parameter.Serialization()
	split := parameter.In != model.InQuery || !explode
	c.document.checkStrings(schema, values, split, location, f)
}

// setByClient reports whether a header is a token, or one that OpenAPI has no parameters for.
func setByClient(name string) bool {
	return slices.Contains([]string{"accept", "content-type", "authorization", "x-id-token"}, strings.ToLower(name))
}

// ofScalars reports whether a parameter is a scalar or a list of scalars, and not a cookie.
func ofScalars(parameter *model.Parameter) bool {
	schema := schemaOf(parameter)
	return schema != nil && parameter.In != model.InCookie && plain(schema)
}

// usual reports whether a value is written as is, and a list with commas or repeated names.
func usual(parameter *model.Parameter) bool {
	style, _ := parameter.Serialization()
	if parameter.In == model.InQuery {
		return style == model.Form
	}
	return style == model.Simple
}

// checkStrings checks values written as strings against a plain schema.
func (d *Document) checkStrings(schema *model.Schema, values []string, split bool, location string, f *findings) {
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
	case wanted == model.Integer && wholeNumber(value), wanted == model.Number && jsonNumber(value):
		return json.Number(value)
	case wanted == model.Boolean && strings.EqualFold(value, "true"):
		return true
	case wanted == model.Boolean && strings.EqualFold(value, "false"):
		return false
	}
	return value
}

// plain reports whether the values of a schema are scalars of one type, or lists of them.
func plain(schema *model.Schema) bool {
	if items := itemsOf(schema); items != nil {
		schema = items
	}
	return scalar(schema) != ""
}

// itemsOf returns the schema of the elements of a list, or nil.
func itemsOf(schema *model.Schema) *model.Schema {
	schema = single(schema)
	if !schema.Type.Is(model.Array) || schema.Items == nil {
		return nil
	}
	return schema.Items.Value
}

// scalar returns the type of a schema of scalars, and an empty string for any other schema.
func scalar(schema *model.Schema) string {
	schema = single(schema)
	for _, name := range []string{model.String, model.Integer, model.Number, model.Boolean} {
		if schema.Type.Is(name) {
			return name
		}
	}
	return ""
}

func (d *Document) wantsObject(schema *model.Schema) bool {
	return single(schema).Type.Is(model.Object) || len(d.composition(schema).known) > 0
}

// single follows allOf with one part, which adds prose to a reference.
func single(schema *model.Schema) *model.Schema {
	for range 8 {
		if schema.Type != nil || len(schema.AllOf) != 1 {
			break
		}
		schema = schema.AllOf[0].Value
	}
	return schema
}

// checkHeaders checks the response headers that the spec lists.
func (d *Document) checkHeaders(listed map[string]*model.Parameter, header http.Header, f *findings) {
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		parameter := listed[name]
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
