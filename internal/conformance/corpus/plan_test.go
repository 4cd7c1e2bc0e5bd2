package corpus_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/conformance/corpus/driver"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// planOf returns the calls for every operation of a normalized document. The media types and the
// written samples are those of the original.
func planOf(name string, original, document tree.Object) driver.Document {
	plan := driver.Document{Name: name}
	for _, operation := range tree.Operations(document) {
		planned := driver.Operation{Method: strings.ToUpper(operation.Method), Route: operation.Path}
		for _, variable := range route.Variables(operation.Path) {
			if !slices.Contains(planned.Variables, variable) {
				planned.Variables = append(planned.Variables, variable)
			}
		}
		var last string
		for _, kind := range kinds {
			c, ok := callOf(document, operation, kind)
			if !ok {
				continue
			}
			named := c
			named.Sample = ""
			if text := encode(named); text != last { // such as the nulls of a document without nullable fields
				planned.Calls, last = append(planned.Calls, c), text
			}
		}
		for _, value := range []string{"", ".", ".."} {
			if c, ok := invalidPath(document, operation, value); ok {
				planned.Calls = append(planned.Calls, c)
			}
		}
		asWritten := find(original, operation)
		accept, types := mediaTypes(original, asWritten)
		for i := range planned.Calls {
			if len(accept) > 0 && planned.Calls[i].Response.Type != "" {
				planned.Calls[i].Request.Accept = accept
			}
			if planned.Calls[i].Request.Bodies != nil {
				planned.Calls[i].Request.Types = types
			}
		}
		for i, sample := range tree.ListAt(asWritten, "x-samples") {
			planned.Calls = append(planned.Calls, written(planned.Calls[0], sample.(tree.Object), fmt.Sprint("x-samples/", i)))
		}
		plan.Operations = append(plan.Operations, planned)
	}
	return plan
}

// find returns the operation in the original document, where the path lacks that of the server, and
// the variables may have other names.
func find(original tree.Object, operation tree.Operation) tree.Object {
	var found tree.Object
	longest := 0
	for path, item := range tree.Fields(original["paths"]) {
		if path == operation.Path {
			path += "!" // longer than a path of the same shape
		} else if !strings.HasSuffix(route.Shape(operation.Path), route.Shape(path)) {
			continue
		}
		object := tree.ObjectAt(item.(tree.Object), operation.Method)
		if object == nil {
			object = tree.ObjectAt(tree.ObjectAt(item.(tree.Object), "additionalOperations"), strings.ToUpper(operation.Method))
		}
		if object != nil && len(path) > longest {
			found, longest = object, len(path)
		}
	}
	if found == nil {
		panic("the original document has no " + operation.Method + " " + operation.Path)
	}
	return found
}

// mediaTypes returns what the document offers for the success and for the body.
func mediaTypes(original, operation tree.Object) (accept, types []string) {
	s := sampler{document: original}
	if original["swagger"] != nil {
		list := func(name string) (types []string) {
			for _, value := range append(tree.ListAt(operation, name), tree.ListAt(original, name)...) {
				types = append(types, tree.String(value))
			}
			return types
		}
		return list("produces"), list("consumes")
	}
	for status, response := range tree.Fields(operation["responses"]) {
		if object, ok := response.(tree.Object); ok && (strings.HasPrefix(status, "2") || status == "default") {
			resolved, _ := s.resolve(object)
			for name := range tree.Fields(resolved["content"]) {
				accept = append(accept, name)
			}
		}
	}
	body, _ := s.resolve(tree.ObjectAt(operation, "requestBody"))
	for name := range tree.Fields(body["content"]) {
		types = append(types, name)
	}
	return accept, types
}

// written returns a call of x-samples: the path, query and body of the request, where they differ
// from those of the call, with the arguments that give them, and the response, with what it becomes
// when it is written again.
func written(c driver.Call, sample tree.Object, name string) driver.Call {
	c.Sample, c.FieldWise = name, false
	for in, byName := range tree.Fields(sample["arguments"]) {
		arguments := map[string]json.RawMessage{}
		for name, value := range tree.Fields(byName) {
			arguments[name] = json.RawMessage(encode(value))
		}
		c.Arguments = maps.Clone(c.Arguments)
		c.Arguments[in] = arguments
	}
	if path, ok := sample["path"].(string); ok {
		c.Request.Path.Raw = path
	}
	if query, ok := sample["query"].(string); ok {
		c.Request.Query = nil
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			if decoded, err := url.QueryUnescape(name); err == nil {
				name = decoded
			}
			c.Request.Query = append(c.Request.Query, driver.Pair{Name: name, Value: driver.Text{Raw: value, Delimiters: ",+"}})
		}
	}
	if body, ok := sample["body"]; ok {
		c.Body = json.RawMessage(encode(body))
		sent := c.Body
		if given, ok := sample["sent"]; ok {
			sent = json.RawMessage(encode(given))
		}
		for name, body := range c.Request.Bodies {
			if body.JSON != nil {
				c.Request.Bodies = map[string]driver.Body{name: {JSON: sent}}
			}
		}
	}
	if response, ok := sample["response"]; ok {
		c.Response.Body, c.Response.JSON = encode(response), true
		c.Response.Type = cmp.Or(c.Response.Type, "application/json")
		if written, ok := sample["written"]; ok {
			c.Response.Written = encode(written)
		}
	}
	return c
}

func encode(value any) string {
	content, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(content)
}

func callOf(document tree.Object, operation tree.Operation, kind kind) (driver.Call, bool) {
	c := driver.Call{Sample: kind.name, Arguments: map[string]map[string]json.RawMessage{}, FieldWise: true, First: discriminators(document)}
	s := sampler{document: document, kind: kind}
	e := encoded{path: map[string]driver.Text{}, header: map[string]string{}, cookie: map[string]string{}}
	for _, parameter := range parametersOf(s, operation) {
		in, name := tree.String(parameter["in"]), tree.String(parameter["name"])
		if !kind.optional && !tree.True(parameter, "required") && in != "path" {
			continue
		}
		s.where, s.header = in, in == "header" || in == "cookie"
		value, ok := s.value(schemaOf(parameter), in+"/"+name, 0)
		if !ok || value == nil {
			continue
		}
		value = separable(parameter, value)
		if c.Arguments[in] == nil {
			c.Arguments[in] = map[string]json.RawMessage{}
		}
		c.Arguments[in][name] = json.RawMessage(encode(value))
		e.add(parameter, value)
	}
	c.Request = driver.Request{Query: e.query, Header: e.header, Cookie: e.cookie, Path: pathOf(operation.Path, e.path)}
	if !addBody(&c, s, operation) || !addResponse(&c, s, operation) {
		return c, false
	}
	return c, true
}

// discriminators returns the names of all properties that tell the variants of a schema apart.
func discriminators(document tree.Object) []string {
	var names []string
	tree.VisitObjects(document, func(_ string, object tree.Object) {
		if name := tree.String(tree.ObjectAt(object, "discriminator")["propertyName"]); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	slices.Sort(names)
	return names
}

// separable replaces the delimiters of a list that has no way to escape them.
func separable(parameter tree.Object, value any) any {
	delimiters := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[tree.String(parameter["style"])]
	if in := tree.String(parameter["in"]); in == "header" || in == "cookie" {
		delimiters = ",="
	} else if style := tree.String(parameter["style"]); style == "label" {
		delimiters = "."
	} else if style == "matrix" {
		delimiters = "=" // canonical cannot tell it from that after the name
	}
	list, isList := value.([]any)
	if !isList || delimiters == "" {
		return value
	}
	list = slices.Clone(list)
	for i, element := range list {
		if text, ok := element.(string); ok {
			list[i] = strings.Map(func(r rune) rune {
				if strings.ContainsRune(delimiters, r) {
					return '_'
				}
				return r
			}, text)
		}
	}
	return list
}

// schemaOf returns the schema of a parameter or a media type.
func schemaOf(object tree.Object) tree.Object {
	for _, media := range tree.Fields(object["content"]) {
		return tree.ObjectAt(media.(tree.Object), "schema")
	}
	return tree.ObjectAt(object, "schema")
}

func parametersOf(s sampler, operation tree.Operation) []tree.Object {
	var list []tree.Object
	seen := map[string]bool{}
	for _, parameter := range append(slices.Clone(tree.ListAt(operation.Object, "parameters")), tree.ListAt(operation.Item, "parameters")...) {
		resolved, _ := s.resolve(parameter.(tree.Object))
		key := tree.String(resolved["in"]) + " " + tree.String(resolved["name"])
		if !seen[key] {
			list = append(list, resolved)
		}
		seen[key] = true
	}
	return list
}

func pathOf(route string, values map[string]driver.Text) driver.Text {
	text := driver.Text{Delimiters: "/"}
	for {
		start := strings.IndexByte(route, '{')
		if start < 0 {
			text.Raw += literal(route)
			return text
		}
		end := start + strings.IndexByte(route[start:], '}')
		value := values[route[start+1:end]]
		text.Raw += literal(route[:start]) + value.Raw
		text.Delimiters += value.Delimiters
		route = route[end+1:]
	}
}

// literal percent-encodes the literal part of a route.
func literal(route string) string {
	parts := strings.Split(route, "/")
	for i := range parts {
		parts[i] = escape(parts[i])
	}
	return strings.Join(parts, "/")
}

func jsonType(name string) bool {
	kind, _, _ := mime.ParseMediaType(name)
	return kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

func addBody(c *driver.Call, s sampler, operation tree.Operation) bool {
	request, _ := s.resolve(tree.ObjectAt(operation.Object, "requestBody"))
	content := tree.ObjectAt(request, "content")
	if len(content) == 0 {
		return true
	}
	s.where, s.header = "body", false
	c.Request.Bodies = map[string]driver.Body{}
	for name, media := range tree.Fields(content) {
		schema := tree.ObjectAt(media.(tree.Object), "schema")
		kind, _, _ := mime.ParseMediaType(name)
		if !jsonType(name) {
			s.kind.null = false
		}
		if kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data" {
			s.where = "form"
		}
		given, ok := s.value(schema, "body", 0)
		s.omit = "readOnly"
		sent, sentOK := s.value(schema, "body", 0)
		s.omit = ""
		if !ok || !sentOK {
			return false
		}
		var body driver.Body
		switch {
		case jsonType(name):
			body.JSON = json.RawMessage(encode(sent))
		case kind == "application/x-www-form-urlencoded":
			body.Form = form(sent)
		case kind == "multipart/form-data":
			body.Part = parts(s, schema, sent)
		default:
			text, isText := sent.(string)
			if !isText {
				return false // such as XML
			}
			body.Text = &text
		}
		if c.Body == nil || jsonType(name) {
			c.Body = json.RawMessage(encode(given))
		}
		c.Request.Bodies[name] = body
	}
	return true
}

// addResponse adds the response with the first status of success.
func addResponse(c *driver.Call, s sampler, operation tree.Operation) bool {
	responses := tree.ObjectAt(operation.Object, "responses")
	var code string
	for status := range tree.Fields(responses) {
		if strings.HasPrefix(status, "2") && (code == "" || status < code) {
			code = status
		}
	}
	if code == "" && responses["default"] != nil {
		code = "default"
	}
	if code == "" {
		return false
	}
	response, _ := s.resolve(tree.ObjectAt(responses, code))
	status, err := strconv.Atoi(code)
	if err != nil {
		status = 200
	}
	c.Response = driver.Response{Status: status}
	content := tree.ObjectAt(response, "content")
	if len(content) == 0 || status == 204 {
		return true
	}
	s.where, s.header, s.omit, s.unknown = "body", false, "writeOnly", true
	chosen := ""
	for name := range tree.Fields(content) {
		c.Request.Accept = append(c.Request.Accept, name)
		if chosen == "" || jsonType(name) && !jsonType(chosen) {
			chosen = name
		}
	}
	c.Response.Type = strings.ReplaceAll(chosen, "*/*", "application/json")
	schema := tree.ObjectAt(tree.ObjectAt(content, chosen), "schema")
	if separators := map[string][2]string{"application/jsonl": {"", "\n"}, "application/x-ndjson": {"", "\n"}, "application/json-seq": {"\x1e", "\n"}}; separators[chosen][1] != "" {
		value, ok := s.value(schema, "response", 0)
		list, isList := value.([]any)
		if !isList {
			other, _ := s.value(schema, "response/1", 0)
			list = []any{value, other}
		}
		for _, element := range list {
			c.Response.Body += separators[chosen][0] + encode(element) + separators[chosen][1]
		}
		c.Response.Lines = encode(list)
		return ok
	}
	if !jsonType(chosen) {
		c.Response.Body = "plain \"text\" & more"
		return true
	}
	value, ok := s.value(schema, "response", 0)
	if !ok {
		return false
	}
	if object, isObject := value.(map[string]any); isObject && len(object) == 0 {
		s.kind.optional = true // a client rejects an object without any known field
		value, _ = s.value(schema, "response", 0)
	}
	c.Response.JSON, c.Response.Body = true, encode(value)
	return true
}

// invalidPath returns a call with a path variable that would change the path.
func invalidPath(document tree.Object, operation tree.Operation, value string) (driver.Call, bool) {
	c, ok := callOf(document, operation, kinds[0])
	if !ok {
		return c, false
	}
	for _, parameter := range parametersOf(sampler{document: document}, operation) {
		schema, _ := sampler{document: document}.resolve(schemaOf(parameter))
		if name := tree.String(parameter["name"]); parameter["in"] == "path" && schema["type"] == "string" && schema["format"] == nil && schema["enum"] == nil && (parameter["style"] == nil || parameter["style"] == "simple") &&
			strings.Contains(operation.Path+"/", "/{"+name+"}/") {
			c.Sample, c.FieldWise, c.Invalid = fmt.Sprintf("path %q", value), false, true
			c.Arguments["path"][name] = json.RawMessage(encode(value))
			return c, true
		}
	}
	return c, false
}
