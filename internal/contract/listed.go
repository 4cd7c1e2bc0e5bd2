package contract

import "github.com/getkin/kin-openapi/openapi3"

// listedValues are the strings that the description lists, by the name of the member or parameter that may have them.
type listedValues map[string]map[string]bool

// IsListed reports whether the description lists a string as a value of members or parameters of this name.
func (d *Document) IsListed(name, value string) bool { return d.listed[name][value] }

func collectListed(description *openapi3.T) listedValues {
	c := &listedCollector{values: make(listedValues), seen: make(map[*openapi3.Schema]bool)}
	if description.Components != nil {
		for _, schema := range description.Components.Schemas {
			c.visit(schema)
		}
	}
	for _, item := range description.Paths.Map() {
		c.parameters(item.Parameters)
		for _, operation := range item.Operations() {
			c.parameters(operation.Parameters)
			if operation.RequestBody != nil {
				c.content(operation.RequestBody.Value.Content)
			}
			for _, response := range operation.Responses.Map() {
				c.content(response.Value.Content)
			}
		}
	}
	return c.values
}

type listedCollector struct {
	values listedValues
	seen   map[*openapi3.Schema]bool
}

func (c *listedCollector) parameters(parameters openapi3.Parameters) {
	for _, parameter := range parameters {
		c.member(parameter.Value.Name, parameter.Value.Schema)
	}
}

func (c *listedCollector) content(content openapi3.Content) {
	for _, media := range content {
		c.visit(media.Schema)
	}
}

// visit goes through the members of a schema and of its parts.
func (c *listedCollector) visit(ref *openapi3.SchemaRef) {
	if ref == nil || c.seen[ref.Value] {
		return
	}
	c.seen[ref.Value] = true
	for name, member := range ref.Value.Properties {
		c.member(name, member)
		c.visit(member)
	}
	c.visit(ref.Value.Items)
	c.visit(ref.Value.AdditionalProperties.Schema)
	for _, part := range parts(ref.Value) {
		c.visit(part)
	}
}

// member adds the values of one member, or of the elements of its list.
func (c *listedCollector) member(name string, ref *openapi3.SchemaRef) {
	c.add(name, ref, make(map[*openapi3.Schema]bool))
}

func (c *listedCollector) add(name string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || seen[ref.Value] {
		return
	}
	seen[ref.Value] = true
	for _, value := range ref.Value.Enum {
		if text, ok := value.(string); ok {
			if c.values[name] == nil {
				c.values[name] = make(map[string]bool)
			}
			c.values[name][text] = true
		}
	}
	c.add(name, ref.Value.Items, seen)
	for _, part := range parts(ref.Value) {
		c.add(name, part, seen)
	}
}
