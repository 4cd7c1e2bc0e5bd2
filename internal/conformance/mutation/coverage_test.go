package mutation_test

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// unmet yields what the spec has and no exchange used: operations, query parameters and fields.
func (d *spec) unmet(exchanges []exchange) iter.Seq[string] {
	return func(yield func(string) bool) {
		c := &coverage{called: map[*openapi3.Operation]bool{}, queried: map[string]bool{}, met: map[node]bool{}, listed: map[node]string{}}
		for _, e := range exchanges {
			c.add(d, e)
		}
		for _, path := range slices.Sorted(maps.Keys(d.document.Paths.Map())) {
			for method, operation := range d.document.Paths.Value(path).Operations() {
				name := method + " " + path
				if !c.called[operation] {
					if !yield(name) {
						return
					}
					continue
				}
				for _, parameter := range operation.Parameters {
					if !c.queried[operation.OperationID+" "+parameter.Value.Name] && !yield(name+" "+parameter.Value.Name) {
						return
					}
				}
			}
		}
		for element, pointer := range c.listed {
			if !c.met[element] && !yield(pointer) {
				return
			}
		}
	}
}

// node is a field of an object or, with an empty name, the elements of an array.
type node struct {
	schema *openapi3.Schema
	name   string
}

type coverage struct {
	called  map[*openapi3.Operation]bool
	queried map[string]bool // operationId and name
	met     map[node]bool
	listed  map[node]string // all in the bodies so far, with a location
}

func (c *coverage) add(d *spec, e exchange) {
	request := e.request()
	operation, _, _ := d.operation(request)
	if operation == nil || e.status/100 != 2 {
		return
	}
	c.called[operation] = true
	for name := range request.URL.Query() {
		c.queried[operation.OperationID+" "+name] = true
	}
	if operation.RequestBody != nil {
		c.body(operation.OperationID+" request", operation.RequestBody.Value.Content, e.body)
	}
	if response := operation.Responses.Status(e.status); response != nil {
		c.body(operation.OperationID+" response", response.Value.Content, e.responseBody)
	}
}

func (c *coverage) body(location string, content openapi3.Content, body []byte) {
	media := content["application/json"]
	if media == nil || media.Schema == nil {
		return
	}
	c.list(location, media.Schema)
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) == nil {
		c.meet(media.Schema, value)
	}
}

// list records the nodes of a schema and of the schemas inside it.
func (c *coverage) list(location string, ref *openapi3.SchemaRef) {
	schema := ref.Value
	for _, part := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
		c.list(location, part)
	}
	inside := maps.Clone(schema.Properties)
	if schema.Items != nil {
		inside = openapi3.Schemas{"": schema.Items}
	}
	for name, inner := range inside {
		if at := (node{schema, name}); c.listed[at] == "" {
			c.listed[at] = strings.TrimSuffix(location+"/"+name, "/") + " "
			c.list(c.listed[at], inner)
		}
	}
}

// meet records the nodes that a value contains.
func (c *coverage) meet(ref *openapi3.SchemaRef, value any) {
	schema := ref.Value
	for _, part := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
		c.meet(part, value)
	}
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if schema.Items != nil {
				c.met[node{schema, ""}] = true
				c.meet(schema.Items, element)
			}
		}
	case tree.Object:
		for name, inner := range value {
			if property := schema.Properties[name]; property != nil {
				c.met[node{schema, name}] = true
				c.meet(property, inner)
			}
		}
	}
}
