package contract

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkParameters checks the parameters of a call, and that there are no others in its query.
func (d *Document) checkParameters(c *call, f *findings) {
	query := c.request.URL.Query()
	known := make(map[string]bool)
	var prefixes []string // of the members of objects
	isOpen := false
	for _, parameter := range c.parameters() {
		if parameter.In == openapi3.ParameterInQuery {
			known[parameter.Name] = true
			if schema := d.parameterSchema(parameter); schema != nil && d.isObject(schema) {
				prefixes = append(prefixes, parameter.Name+"[")
				members := d.composition(schema)
				for name := range members.known {
					known[name] = true
				}
				isOpen = isOpen || len(members.known) == 0
			}
		}
		d.checkParameter(c, parameter, query, f)
	}
	var unknown []string
	for name := range query {
		if !known[name] && !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if !isOpen {
			f.notice(KindAddition, "query "+printableName(name), "a query parameter", "none of this name")
		}
	}
}

// parameters returns those of the operation and of its path.
func (c *call) parameters() []*openapi3.Parameter {
	var all []*openapi3.Parameter
	for _, ref := range c.operation.Parameters {
		all = append(all, ref.Value)
	}
	for _, ref := range c.route.item.Parameters {
		if c.operation.Parameters.GetByInAndName(ref.Value.In, ref.Value.Name) == nil {
			all = append(all, ref.Value)
		}
	}
	return all
}

func (d *Document) parameterSchema(parameter *openapi3.Parameter) *openapi3.Schema {
	if parameter.Schema == nil {
		return nil
	}
	return parameter.Schema.Value
}

func (d *Document) checkParameter(c *call, parameter *openapi3.Parameter, query url.Values, f *findings) {
	place := parameter.In + " " + parameter.Name
	schema := d.parameterSchema(parameter)
	if schema == nil || parameter.In == openapi3.ParameterInCookie || !d.isPlain(schema) {
		d.checkUnusual(c, parameter, f)
		return
	}
	var values []string
	switch parameter.In {
	case openapi3.ParameterInPath:
		values = []string{c.variables[parameter.Name]}
	case openapi3.ParameterInQuery:
		values = query[parameter.Name]
	case openapi3.ParameterInHeader:
		if isOfTheClient(parameter.Name) {
			return
		}
		values = c.request.Header.Values(parameter.Name)
	}
	if values == nil {
		if parameter.Required {
			f.fault(KindParameter, place, "missing", d.expected(schema))
		}
		return
	}
	method, err := parameter.SerializationMethod()
	if err != nil || !isUsual(parameter.In, method) {
		d.checkUnusual(c, parameter, f)
		return
	}
	if isEmpty := !slices.ContainsFunc(values, func(value string) bool { return value != "" }); isEmpty {
		if !parameter.AllowEmptyValue && d.scalar(schema) != openapi3.TypeString {
			f.fault(KindParameter, place, "empty", d.expected(schema))
		}
		return
	}
	isSplit := parameter.In != openapi3.ParameterInQuery || !method.Explode
	d.checkTexts(schema, values, isSplit, place, f)
}

// isOfTheClient reports whether a header is one that OpenAPI has no parameters for, or a token.
func isOfTheClient(name string) bool {
	return slices.Contains([]string{"accept", "content-type", "authorization", "x-id-token"}, strings.ToLower(name))
}

// isUsual reports whether a value is written as it is, and a list with commas or as repeated names.
func isUsual(in string, method *openapi3.SerializationMethod) bool {
	return in == openapi3.ParameterInQuery && method.Style == openapi3.SerializationForm || in != openapi3.ParameterInQuery && method.Style == openapi3.SerializationSimple
}

// checkTexts checks values that are written as texts against a schema for which [Document.isPlain] holds.
func (d *Document) checkTexts(schema *openapi3.Schema, values []string, isSplit bool, place string, f *findings) {
	var value any
	if items := d.items(schema); items != nil {
		if isSplit {
			values = strings.Split(strings.Join(values, ","), ",")
		}
		list := make([]any, len(values))
		for i, text := range values {
			list[i] = fromText(d.scalar(items), text)
		}
		value = list
	} else {
		value = fromText(d.scalar(schema), values[0])
	}
	inner := &findings{}
	d.check(schema, value, true, inner)
	if len(inner.list) > 0 {
		f.fault(KindParameter, place, inner.list[0].Got, inner.list[0].Want)
	}
}

// fromText reads a text as the JSON that its schema wants, or leaves it as a text, which is then a fault.
func fromText(wanted, text string) any {
	switch {
	case wanted == openapi3.TypeInteger && isInteger(text), wanted == openapi3.TypeNumber && isNumber(text):
		return json.Number(text)
	case wanted == openapi3.TypeBoolean && strings.EqualFold(text, "true"):
		return true
	case wanted == openapi3.TypeBoolean && strings.EqualFold(text, "false"):
		return false
	}
	return text
}

// isPlain reports whether values of a schema are scalars of one type, or lists of them.
func (d *Document) isPlain(schema *openapi3.Schema) bool {
	if items := d.items(schema); items != nil {
		schema = items
	}
	return d.scalar(schema) != ""
}

// items returns the schema of the elements where a schema is that of a list.
func (d *Document) items(schema *openapi3.Schema) *openapi3.Schema {
	schema = single(schema)
	if !schema.Type.Is(openapi3.TypeArray) || schema.Items == nil {
		return nil
	}
	return schema.Items.Value
}

// scalar returns the type of a schema of scalars; empty for another.
func (d *Document) scalar(schema *openapi3.Schema) string {
	schema = single(schema)
	for _, of := range []string{openapi3.TypeString, openapi3.TypeInteger, openapi3.TypeNumber, openapi3.TypeBoolean} {
		if schema.Type.Is(of) {
			return of
		}
	}
	return ""
}

func (d *Document) isObject(schema *openapi3.Schema) bool {
	return single(schema).Type.Is(openapi3.TypeObject) || len(d.composition(schema).known) > 0
}

// single follows an allOf of one part, which is how a reference is given a description of its own.
func single(schema *openapi3.Schema) *openapi3.Schema {
	for range 8 {
		if schema.Type != nil || len(schema.AllOf) != 1 {
			break
		}
		schema = schema.AllOf[0].Value
	}
	return schema
}

// checkUnusual leaves objects, cookies, alternatives and other styles to the library. Its texts repeat values, so only that
// there is a fault is taken from it.
func (d *Document) checkUnusual(c *call, parameter *openapi3.Parameter, f *findings) {
	if parameter.In == openapi3.ParameterInHeader && isOfTheClient(parameter.Name) {
		return
	}
	err := openapi3filter.ValidateParameter(c.request.Context(), c.input(d), parameter)
	if err == nil {
		return
	}
	want := "what the description has"
	if schema := d.parameterSchema(parameter); schema != nil {
		want = d.expected(schema)
	}
	f.fault(KindParameter, parameter.In+" "+parameter.Name, "a value that does not fit, or none", want)
}

// checkHeaders checks the headers of an answer that the description has.
func (d *Document) checkHeaders(described openapi3.Headers, header http.Header, f *findings) {
	names := make([]string, 0, len(described))
	for name := range described {
		if !strings.EqualFold(name, "Content-Type") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		parameter := &described[name].Value.Parameter
		schema := d.parameterSchema(parameter)
		values := header.Values(name)
		switch {
		case len(values) == 0 && parameter.Required:
			f.fault(KindParameter, "header "+name, "missing", "a header")
		case len(values) > 0 && schema != nil && d.isPlain(schema):
			d.checkTexts(schema, values, true, "header "+name, f)
		}
	}
}
