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

// unmet yields what the description has and no exchange used: operations, query parameters and
// members.
func (d *description) unmet(exchanges []exchange) iter.Seq[string] {
	return func(yield func(string) bool) {
		c := &coverage{called: map[*openapi3.Operation]bool{}, queried: map[string]bool{}, met: map[member]bool{}, listed: map[member]string{}}
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
		for member, pointer := range c.listed {
			if !c.met[member] && !yield(pointer) {
				return
			}
		}
	}
}

// member is a member of an object, or with the name "" the elements of an array.
type member struct {
	schema *openapi3.Schema
	name   string
}

type coverage struct {
	called  map[*openapi3.Operation]bool
	queried map[string]bool // operationId and name
	met     map[member]bool
	listed  map[member]string // all of the bodies that were met, with a place of each
}

func (c *coverage) add(d *description, e exchange) {
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
		c.body(operation.OperationID+" answer", response.Value.Content, e.answer)
	}
}

func (c *coverage) body(place string, content openapi3.Content, body []byte) {
	media := content["application/json"]
	if media == nil || media.Schema == nil {
		return
	}
	c.list(place, media.Schema)
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) == nil {
		c.meet(media.Schema, value)
	}
}

// list enters the members of a schema and of those inside it.
func (c *coverage) list(place string, ref *openapi3.SchemaRef) {
	schema := ref.Value
	for _, part := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
		c.list(place, part)
	}
	inside := maps.Clone(schema.Properties)
	if schema.Items != nil {
		inside = openapi3.Schemas{"": schema.Items}
	}
	for name, inner := range inside {
		if at := (member{schema, name}); c.listed[at] == "" {
			c.listed[at] = strings.TrimSuffix(place+"/"+name, "/") + " "
			c.list(c.listed[at], inner)
		}
	}
}

// meet enters what a value has of its schema.
func (c *coverage) meet(ref *openapi3.SchemaRef, value any) {
	schema := ref.Value
	for _, part := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
		c.meet(part, value)
	}
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if schema.Items != nil {
				c.met[member{schema, ""}] = true
				c.meet(schema.Items, element)
			}
		}
	case tree.Object:
		for name, inner := range value {
			if property := schema.Properties[name]; property != nil {
				c.met[member{schema, name}] = true
				c.meet(property, inner)
			}
		}
	}
}
