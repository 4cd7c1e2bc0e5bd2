package codegen

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// pagingExtension says how an operation splits a list into pages.
const pagingExtension = "x-paging"

// pagingForms are the fields of pagingExtension that choose how the next page is requested, with
// the other fields that each allows.
var pagingForms = map[string][]string{
	"page":       {"items", "first", "size", "total", "pages", "more"},
	"offset":     {"items", "size", "total", "more"},
	"cursor":     {"items", "next", "more"},
	"nextLink":   {"items", "more"},
	"linkHeader": {"items", "more"},
}

// pagingTypes are the types of the values that a response has for the fields of pagingExtension.
var pagingTypes = map[string][]string{
	"next":     {"string", "integer", "number"},
	"nextLink": {"string"},
	"total":    {"integer", "number", "string"},
	"pages":    {"integer", "number", "string"},
	"more":     {"boolean", "string"},
}

const pagingRemedy = "write it like {items: Items, page: page, total: TotalCount}, {items: data, offset: skip}, {items: data, cursor: after, next: meta.next}, {items: value, nextLink: '@odata.nextLink'} or {linkHeader: true}"

// pagingOf is the paging of one operation while it is checked.
type pagingOf struct {
	*preparer
	tree.Problems
	operation tree.Operation
	fields    tree.Object // value of the extension
	response  tree.Object // schema of the response
	form      string
}

// checkPaging rejects invalid paging, and replaces valid paging with the pointer to its items and Go
// code.
func (p *preparer) checkPaging() error {
	var problems tree.Problems
	for _, operation := range tree.Operations(p.document) {
		value, set := operation.Object[pagingExtension]
		if !set {
			continue
		}
		c := &pagingOf{preparer: p, operation: operation}
		items, code := c.check(value)
		problems = append(problems, c.Problems...)
		operation.Object[pagingExtension] = tree.Object{"items": tree.Join("", items...), "code": code}
	}
	return problems.Err()
}

func (c *pagingOf) problem(field, message, remedy string) {
	pointer := tree.Join(c.operation.Pointer, pagingExtension)
	if field != "" {
		pointer = tree.Join(pointer, field)
	}
	c.Add(pointer, message, remedy)
}

// check returns the names that lead to the list in the response, and the Go code of the paging.
func (c *pagingOf) check(value any) (items []string, code string) {
	fields, ok := value.(tree.Object)
	if c.fields = fields; !ok {
		c.problem("", shown(value)+" is not an object", pagingRemedy)
		return nil, ""
	}
	var forms []string
	for _, form := range slices.Sorted(maps.Keys(pagingForms)) {
		if _, ok := fields[form]; ok {
			forms = append(forms, form)
		}
	}
	if len(forms) != 1 {
		c.problem("", fmt.Sprintf("want one of %s, got %d", strings.Join(slices.Sorted(maps.Keys(pagingForms)), ", "), len(forms)), pagingRemedy)
		return nil, ""
	}
	c.form = forms[0]
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != c.form && !slices.Contains(pagingForms[c.form], name) {
			c.problem(name, "the field does not go with "+c.form, "remove it; allowed are "+strings.Join(pagingForms[c.form], ", "))
		}
	}
	if c.response = c.successSchema(); c.response == nil {
		c.problem("", "the operation has no success with a JSON schema", "describe the response with an overlay")
		return nil, ""
	}
	items = c.items()
	var parts []string
	add := func(field, value string) {
		if value != "" {
			parts = append(parts, field+": "+strconv.Quote(value))
		}
	}
	add("Items", tree.Join("", items...))
	switch c.form {
	case "page", "offset", "cursor":
		add(strings.ToUpper(c.form[:1])+c.form[1:], c.parameter(c.form))
	case "nextLink":
		add("NextLink", c.location("nextLink"))
	case "linkHeader":
		if fields["linkHeader"] != true {
			c.problem("linkHeader", "the value is not true", "write true without quotes")
		}
		parts = append(parts, "LinkHeader: true")
	}
	switch first := c.first(); {
	case c.form == "page" && first > 0:
		parts = append(parts, "First: "+strconv.FormatInt(first, 10))
	case c.form == "cursor" && fields["next"] == nil:
		c.problem("", "next is missing: the location of the cursor in the response", pagingRemedy)
	case strings.Contains(strings.ToLower(c.form), "link") && c.operation.Method != "get":
		c.problem(c.form, "a link is followed with GET, but the operation is "+strings.ToUpper(c.operation.Method), "use page, offset or cursor, or remove the paging")
	}
	if _, set := fields["size"]; set {
		add("Size", c.parameter("size"))
	}
	for _, name := range []string{"next", "total", "pages", "more"} {
		if _, set := fields[name]; set {
			add(strings.ToUpper(name[:1])+name[1:], c.location(name))
		}
	}
	return items, "&call.Paging{" + strings.Join(parts, ", ") + "}"
}

// successSchema returns the schema of the JSON that the operation responds with, or nil.
func (c *pagingOf) successSchema() tree.Object {
	responses := tree.ObjectAt(c.operation.Object, "responses")
	for _, status := range append(slices.Sorted(maps.Keys(responses)), "default") {
		if !strings.HasPrefix(status, "2") && status != "default" {
			continue
		}
		media := tree.ObjectAt(tree.ObjectAt(tree.ObjectAt(responses, status), "content"), jsonType)
		if schema := tree.ObjectAt(media, "schema"); schema != nil {
			return c.structure(schema)
		}
	}
	return nil
}

// structure returns a schema without references and allOf.
func (c *pagingOf) structure(schema tree.Object) tree.Object { return c.resolve(c.merged(schema, nil)) }

// items returns the names that lead to the list; none if the response is the list, or if
// listExtension has the name.
func (c *pagingOf) items() []string {
	_, named := c.operation.Object[listExtension]
	list := listSchema(c.response)
	switch {
	case c.fields["items"] == nil && !list:
		c.problem("", "the response is an object: the field with the list is unknown", "add items, one of "+strings.Join(c.fieldsOf(c.response, listSchema), ", "))
		return nil
	case c.fields["items"] == nil:
		return nil
	case named:
		c.problem("items", "the operation has "+listExtension+", too", "remove one of them")
	}
	path, ok := c.path("items")
	if found := c.at(c.response, path); ok && !list && found != nil && !listSchema(found) {
		c.problem("items", "the field is not a list", "use one of "+strings.Join(c.fieldsOf(c.response, listSchema), ", "))
	}
	return path
}

// fieldsOf returns the names of the properties of a schema that match, in order.
func (c *pagingOf) fieldsOf(schema tree.Object, match func(tree.Object) bool) []string {
	var names []string
	for name, value := range tree.Fields(tree.ObjectAt(schema, "properties")) {
		if property, ok := value.(tree.Object); ok && match(c.structure(property)) {
			names = append(names, name)
		}
	}
	return names
}

func listSchema(schema tree.Object) bool { return kindOf(schema) == kindList }

// text returns a field of the extension that must be a string.
func (c *pagingOf) text(field string) (string, bool) {
	text, ok := c.fields[field].(string)
	if !ok || text == "" {
		c.problem(field, shown(c.fields[field])+" is not a name", pagingRemedy)
	}
	return text, ok && text != ""
}

// path returns the names in a field of the extension. A dot leads into an object, unless the name
// starts with @ or the schema has a property with the whole name.
func (c *pagingOf) path(field string) ([]string, bool) {
	text, ok := c.text(field)
	if !ok {
		return nil, false
	}
	if _, whole := tree.ObjectAt(c.response, "properties")[text]; whole || strings.HasPrefix(text, "@") {
		return []string{text}, true
	}
	path := strings.Split(text, ".")
	schema := c.response
	for i, name := range path {
		if kindOf(schema) != kindObject || schema[openObject] != nil { // the spec does not list the fields
			break
		}
		property, ok := tree.ObjectAt(schema, "properties")[name].(tree.Object)
		if !ok {
			c.problem(field, fmt.Sprintf("%q is not a property of the response", strings.Join(path[:i+1], ".")),
				"use one of "+strings.Join(slices.Sorted(maps.Keys(tree.ObjectAt(schema, "properties"))), ", ")+", or add the property with an overlay")
			return nil, false
		}
		schema = c.structure(property)
	}
	return path, !slices.Contains(path, "")
}

// at returns the schema at a path in another one, or nil if the spec does not describe it.
func (c *pagingOf) at(schema tree.Object, path []string) tree.Object {
	for _, name := range path {
		property, ok := tree.ObjectAt(schema, "properties")[name].(tree.Object)
		if !ok {
			return nil
		}
		schema = c.structure(property)
	}
	return schema
}

// location returns where a value is in a response, in the form of call.Paging.
func (c *pagingOf) location(field string) string {
	text, _ := c.fields[field].(string)
	if header, ok := strings.CutPrefix(text, "header:"); ok {
		name, inside, _ := strings.Cut(header, ".")
		if !httpx.ValidHeaderName(name) {
			c.problem(field, fmt.Sprintf("%.80q is not the name of a header", name), "write it like header:X-Total-Count, or header:X-Pagination.TotalCount for JSON in a header")
		}
		if inside == "" {
			return "header:" + name
		}
		return "header:" + name + tree.Join("", strings.Split(inside, ".")...)
	}
	if _, named := c.operation.Object[listExtension]; listSchema(c.response) && c.fields["items"] == nil && !named {
		c.problem(field, "the response is an array, which has no fields", "add items if it is an object, or write header: and the name of a header")
		return ""
	}
	path, ok := c.path(field)
	if !ok {
		return ""
	}
	if typ, known := c.at(c.response, path)["type"].(string); known && !slices.Contains(pagingTypes[field], typ) {
		c.problem(field, fmt.Sprintf("%q is of type %s, not %s", text, typ, strings.Join(pagingTypes[field], " or ")), "use another property, or correct its type with an overlay")
	}
	return tree.Join("", path...)
}

// parameter returns the parameter that a field names, in the form of call.Paging.
func (c *pagingOf) parameter(field string) string {
	name, ok := c.text(field)
	if !ok {
		return ""
	}
	parameter, location := c.parameterNamed(name)
	switch kind := kindOf(c.schemaOf(parameter)); {
	case parameter == nil:
		c.problem(field, fmt.Sprintf("%q is not a parameter in the query or a header, or a property of a JSON body", name), "use one of the operation's parameters, or add it with an overlay")
	case kind == kindObject || kind == kindMap || kind == kindList:
		c.problem(field, fmt.Sprintf("the parameter %q is not a plain value", name), "describe its parts as separate parameters with an overlay, such as page[number]")
	}
	return location
}

// parameterNamed returns a parameter and its location in the form of call.Paging; nil without one.
// A property of the body, which may be in an object like paging.page, counts as one.
func (c *pagingOf) parameterNamed(name string) (parameter tree.Object, location string) {
	for _, place := range []string{"query", "header"} {
		for _, value := range tree.ListAt(c.operation.Object, "parameters") {
			if parameter, ok := value.(tree.Object); ok && parameter["in"] == place && parameter["name"] == name {
				return parameter, strings.TrimPrefix(place+":", "query:") + name
			}
		}
	}
	path := strings.Split(name, ".")
	schema := c.at(c.body(), path)
	if schema == nil {
		return nil, ""
	}
	return tree.Object{"schema": schema, "description": schema["description"]}, "body:" + tree.Join("", path...)
}

// schemaOf returns the schema of a parameter.
func (c *pagingOf) schemaOf(parameter tree.Object) tree.Object {
	return c.structure(tree.ObjectAt(parameter, "schema"))
}

// body returns the schema of the JSON body, or nil.
func (c *pagingOf) body() tree.Object {
	content := tree.ObjectAt(tree.ObjectAt(c.operation.Object, "requestBody"), "content")
	return c.structure(tree.ObjectAt(tree.ObjectAt(content, jsonType), "schema"))
}

// first returns the number of the first page: as the extension says, else the parameter's default,
// else its minimum.
func (c *pagingOf) first() int64 {
	if c.form != "page" {
		return 0
	}
	if given, set := c.fields["first"]; set {
		written, _ := given.(json.Number)
		number, err := written.Int64()
		if err != nil || number < 0 {
			c.problem("first", shown(given)+" is not the number of a page", "write 0 or 1 without quotes")
		}
		return number
	}
	parameter, _ := c.parameterNamed(tree.String(c.fields["page"]))
	if parameter == nil { // a problem of its own
		return 0
	}
	schema := c.schemaOf(parameter)
	for _, keyword := range []string{"default", "minimum"} {
		if number, err := strconv.ParseInt(fmt.Sprint(schema[keyword]), 10, 64); err == nil && number >= 0 {
			return number
		}
	}
	c.problem("first", "the number of the first page is unknown: the parameter has no default and no minimum", "add first: 0 or first: 1 to "+pagingExtension)
	return 0
}

// pagingCode returns the Go code of an operation's paging; empty without any.
func pagingCode(operation *codegen.OperationDefinition) string {
	paging, _ := operation.Spec.Extensions[pagingExtension].(map[string]any)
	code, _ := paging["code"].(string)
	return code
}

// pagedElement returns the Go type of the elements of an operation's pages.
func pagedElement(operation *codegen.OperationDefinition, result result) (string, error) {
	element, list := strings.CutPrefix(result.goType, "[]")
	if list && !result.stream {
		return element, nil
	}
	paging, _ := operation.Spec.Extensions[pagingExtension].(map[string]any)
	path, _ := tree.Split(tree.String(paging["items"]))
	schema := successOf(operation, jsonType)
	for _, name := range path {
		if schema != nil && schema.Value != nil {
			schema = schema.Value.Properties[name]
		}
	}
	if schema == nil || schema.Value == nil || schema.Value.Items == nil || result.stream {
		return "", fmt.Errorf("%s of %s %s: the operation has successes of several types: keep one of them with an overlay", pagingExtension, operation.Method, operation.Path)
	}
	definition, err := codegen.GenerateGoSchema(schema.Value.Items, []string{operation.OperationId, "Item"})
	return definition.TypeDecl(), err
}

// successOf returns the schema of an operation's success with a media type, or nil.
func successOf(operation *codegen.OperationDefinition, mediaType string) *openapi3.SchemaRef {
	responses := operation.Spec.Responses.Map()
	for _, status := range append(slices.Sorted(maps.Keys(responses)), "default") {
		if response := responses[status]; response != nil && (status[0] == '2' || status == "default") && response.Value.Content[mediaType] != nil {
			return response.Value.Content[mediaType].Schema
		}
	}
	return nil
}
