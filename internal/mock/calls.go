package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// valuesOf returns the values of variables, in order.
func (c *call) valuesOf(variables []string) []string {
	found := make([]string, len(variables))
	for i, name := range variables {
		found[i] = c.variables[name]
	}
	return found
}

// checkParents returns a failure if an item above was deleted. Others may come from operations that
// keep no data.
func (c *call) checkParents() *Failure {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	for _, above := range c.parents {
		own := c.valuesOf(above.variables)
		last := len(own) - 1
		if c.data.table(above.on, own[:last]).gone[own[last]] {
			return missing(above.on, above.variables[last])
		}
	}
	return nil
}

func missing(on *collection, variable string) *Failure {
	return &Failure{http.StatusNotFound, "There is no such item in " + on.path, "path " + variable, "there is no such item"}
}

// table returns the table of the call's collection. The caller holds the lock.
func (c *call) table() *table {
	return c.data.table(c.on, c.valuesOf(route.Variables(c.Path))[:len(route.Variables(c.on.path))])
}

// key returns the key of the item: in the path or, on the path of the collection, in the body.
func (c *call) key() string {
	if c.Path != c.on.path {
		own := route.Variables(c.Path)
		return c.variables[own[len(own)-1]]
	}
	return tree.String(c.sent()[c.on.key])
}

// sent returns the fields of the item in the body, with the names of the item's own.
func (c *call) sent() map[string]any {
	sent, _ := c.in.in(decode(c.body)).(map[string]any)
	own := propertiesOf(c.on.schema)
	fields := make(map[string]any, len(sent))
	for name, value := range sent {
		if own[name] == nil {
			if other, property := named(own, name); property != nil {
				name = other
			}
		}
		fields[name] = unquoted(own[name], value)
	}
	return fields
}

// unquoted returns a value as a response has it: a number where the spec, before it was normalized,
// also allows the number as a string.
func unquoted(schema *model.SchemaRef, value any) any {
	if schema == nil {
		return value
	}
	switch value := value.(type) {
	case string:
		if single(schema).Value.Extensions["x-quoted-number"] == true {
			return json.Number(value)
		}
	case []any:
		for i := range value {
			value[i] = unquoted(itemsOf(schema), value[i])
		}
	case map[string]any:
		properties := propertiesOf(schema)
		for name := range value {
			value[name] = unquoted(properties[name], value[name])
		}
	}
	return value
}

func (c *call) list() (*Response, *Failure) {
	c.data.mu.Lock()
	t := c.table()
	items := slices.Clone(t.items)
	c.data.mu.Unlock()
	query := c.request.URL.Query()
	elements := make([]any, 0, len(items))
	for _, i := range items {
		if version := c.data.as(c.out.schema, t, i); c.matches(query, version) {
			elements = append(elements, version)
		}
	}
	selected := c.pages.of(query, len(elements))
	var frame any
	if len(c.out.names) > 0 {
		frame = selected.set(c.schema(), c.media.frame())
	}
	response, failure := c.send(c.out.around(frame, selected.cut(elements)))
	if failure == nil {
		c.setCounts(response.Header, selected)
	}
	return response, failure
}

// setCounts sets the headers that say what the page says, such as X-Total-Count.
func (c *call) setCounts(header http.Header, selected page) {
	if c.success == nil {
		return
	}
	for name, listed := range c.success.Headers {
		count, ok := selected.count(strings.TrimPrefix(plain(name), "x"))
		if number := json.Number(strconv.Itoa(count)); ok && listed.Schema != nil && c.data.plan.document.Fits(listed.Schema.Value, number) {
			header.Set(name, number.String())
		}
	}
}

func (c *call) create() (*Response, *Failure) {
	fields := c.sent()
	c.data.mu.Lock()
	t := c.table()
	if key := c.on.key; key != "" {
		property := propertiesOf(c.on.schema)[key]
		given := tree.String(fields[key])
		switch {
		case property.Value.ReadOnly || unset(fields[key]):
			fields[key] = c.data.plan.newKey(t)
		case t.byKey[given] != nil:
			c.data.mu.Unlock()
			return nil, &Failure{http.StatusConflict, "The item already exists", c.in.pointer(key), "is already used by another item"}
		}
	}
	c.data.plan.setParents(c.on, fields, c.valuesOf(route.Variables(c.on.path)))
	added := t.add(fields, true)
	c.data.mu.Unlock()
	location := ""
	if c.on.item != "" {
		location = t.path + strings.TrimPrefix(c.on.item, c.on.path)
		location = strings.Replace(location, "{"+c.on.variable+"}", url.PathEscape(added.key), 1)
	}
	response, failure := c.item(t, added)
	if failure == nil && location != "" && response.Status == http.StatusCreated {
		response.Header.Set("Location", location)
	}
	return response, failure
}

// unset reports whether a client leaves a key to the server: without a value, or with the zero value
// of its type. A string of zeros is a value.
func unset(key any) bool {
	switch key := key.(type) {
	case string:
		return key == "" || key == "00000000-0000-0000-0000-000000000000"
	case json.Number:
		return strings.Trim(key.String(), "-0.") == ""
	}
	return true
}

// pointer returns the location of a field in a body.
func (p place) pointer(field string) string {
	return "/" + strings.Join(append(slices.Clone(p.names), field), "/")
}

// exists reports whether there is an item with the key in the body.
func (c *call) exists() bool {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	return c.table().byKey[c.key()] != nil
}

func (c *call) read() (*Response, *Failure) {
	t, found := c.find()
	if found == nil {
		return nil, c.unknown()
	}
	return c.item(t, found)
}

func (c *call) find() (*table, *item) {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	t := c.table()
	return t, c.data.find(t, c.key())
}

func (c *call) unknown() *Failure {
	if c.Path == c.on.path {
		return &Failure{http.StatusNotFound, "There is no such item in " + c.on.path, c.in.pointer(c.on.key), "there is no such item"}
	}
	own := route.Variables(c.Path)
	return missing(c.on, own[len(own)-1])
}

func (c *call) replace() (*Response, *Failure) {
	return c.change(func(former map[string]any) (map[string]any, *Failure) {
		fields := c.sent()
		settable := propertiesOf(c.in.schema)
		for name, value := range former { // what a server has set
			if _, property := named(settable, name); property == nil || property.Value.ReadOnly {
				fields[name] = value
			}
		}
		return fields, nil
	})
}

func (c *call) patch() (*Response, *Failure) {
	if c.jsonPatch() {
		return c.change(func(former map[string]any) (map[string]any, *Failure) { return applyPatch(former, c.body) })
	}
	return c.change(func(former map[string]any) (map[string]any, *Failure) {
		return merged(former, c.sent(), c.mergePatch()), nil
	})
}

// mergePatch reports whether the request has the media type of RFC 7396.
func (c *call) mergePatch() bool {
	return httpx.MediaType(c.request.Header.Get("Content-Type")) == "application/merge-patch+json"
}

// merged returns a copy of an object with changed fields. A null removes its field (RFC 7396) only
// if it should: as plain JSON, many services take null as a value.
func merged(former, changes map[string]any, removes bool) map[string]any {
	fields := make(map[string]any)
	maps.Copy(fields, former)
	for name, value := range changes {
		if value == nil && removes {
			delete(fields, name)
			continue
		}
		inner, ok := value.(map[string]any)
		before, had := fields[name].(map[string]any)
		if ok && (had || removes) {
			value = merged(before, inner, removes)
		}
		fields[name] = value
	}
	return fields
}

// change replaces the fields of an item. The key stays.
func (c *call) change(do func(former map[string]any) (map[string]any, *Failure)) (*Response, *Failure) {
	c.data.mu.Lock()
	t := c.table()
	found := c.data.find(t, c.key())
	if found == nil {
		c.data.mu.Unlock()
		return nil, c.unknown()
	}
	fields, failure := do(found.fields)
	if failure != nil {
		c.data.mu.Unlock()
		return nil, failure
	}
	fields[c.on.key] = found.fields[c.on.key]
	above := route.Variables(c.Path)[:len(route.Variables(c.on.path))]
	c.data.plan.setParents(c.on, fields, c.valuesOf(above))
	changed := t.replace(found, fields)
	c.data.mu.Unlock()
	return c.item(t, changed)
}

func (c *call) remove() (*Response, *Failure) {
	c.data.mu.Lock()
	t := c.table()
	found := c.data.find(t, c.key())
	if found == nil {
		c.data.mu.Unlock()
		return nil, c.unknown()
	}
	t.remove(found)
	c.data.mu.Unlock()
	return c.item(t, found)
}

func (c *call) clear() (*Response, *Failure) {
	query := c.request.URL.Query()
	c.data.mu.Lock()
	t := c.table()
	for _, i := range slices.Clone(t.items) {
		if c.matches(query, i.fields) {
			t.remove(i)
		}
	}
	c.data.mu.Unlock()
	return c.fixed()
}

// item returns the response with an item, if the response has a place for it.
func (c *call) item(t *table, i *item) (*Response, *Failure) {
	if !c.out.found || c.media == nil || c.media.kind != jsonBody {
		return c.fixed()
	}
	var frame any
	if len(c.out.names) > 0 {
		frame = c.media.frame()
	}
	return c.send(c.out.around(frame, c.data.as(c.out.schema, t, i)))
}

// fixed returns the response that is the same for every call, except for fields that have the name of
// a variable of the path.
func (c *call) fixed() (*Response, *Failure) {
	if c.media == nil {
		return c.send(nil)
	}
	body := c.media.fixed()
	if body.err != nil {
		return nil, &Failure{Status: http.StatusInternalServerError, Detail: "The sandbox has no response: " + body.err.Error() + "; set one with --override or a handler"}
	}
	object, ok := body.value.(map[string]any)
	if ok && c.media.kind == jsonBody {
		if echoed := c.echo(object); echoed != nil {
			return c.send(echoed)
		}
	}
	return c.sendEncoded(body.encoded), nil
}

// echo returns a copy of a body with the values of the path, nil if it has none of them.
func (c *call) echo(object map[string]any) map[string]any {
	var echoed map[string]any
	properties := propertiesOf(c.media.entry.Schema)
	for variable, value := range c.variables {
		name, property := named(properties, variable)
		if property == nil || object[name] == nil {
			continue
		}
		if value := typed(property, value); c.data.plan.document.Fits(property.Value, value) {
			if echoed == nil {
				echoed = maps.Clone(object)
			}
			echoed[name] = value
		}
	}
	return echoed
}

// send encodes a body. A response without a body ignores it.
func (c *call) send(value any) (*Response, *Failure) {
	if c.media == nil {
		return c.sendEncoded(nil), nil
	}
	encoded, err := c.media.encode(c.media.entry.Schema, value)
	if err != nil {
		return nil, &Failure{Status: http.StatusInternalServerError, Detail: fmt.Sprintf("The sandbox cannot write its response: %v", err)}
	}
	return c.sendEncoded(encoded), nil
}

func (c *call) sendEncoded(body []byte) *Response {
	header := make(http.Header)
	if c.media != nil {
		header.Set("Content-Type", c.media.name)
	}
	if c.success != nil {
		for name, listed := range c.success.Headers {
			if value := c.data.plan.header(c.operation, name, listed); value != "" {
				header.Set(name, value)
			}
		}
	}
	return &Response{Status: c.status, Header: header, Body: body}
}

// header returns the value of a required header, "" if it is optional or not a plain value.
func (p *Plan) header(o *operation, name string, listed *model.Parameter) string {
	if !listed.Required || listed.Schema == nil {
		return ""
	}
	value, err := p.generator.Value(listed.Schema, o.Method+" "+o.Path+" "+name, values.Full)
	if err != nil {
		return ""
	}
	if list, ok := value.([]any); ok {
		var texts []string
		for _, element := range list {
			texts = append(texts, tree.String(element))
		}
		return strings.Join(texts, ",")
	}
	if truth, ok := value.(bool); ok {
		return fmt.Sprint(truth)
	}
	return tree.String(value)
}
