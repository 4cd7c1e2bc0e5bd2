package model

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// New reads a spec in normal form. An error is of type [tree.Problems]: values of a wrong type, and
// references that lead nowhere. Package validate finds other errors.
func New(document tree.Object) (*Spec, error) {
	r := &reader{document: document, schemas: make(map[string]*Schema)}
	root := part{r, "", document}
	info := root.part("info")
	spec := &Spec{Title: info.string("title"), Version: info.string("version"), Paths: make(map[string]*PathItem)}
	for server := range root.list("servers") {
		spec.Servers = append(spec.Servers, server.string("url"))
	}
	for path, item := range root.named("paths") {
		if !tree.Extension(path) {
			spec.Paths[path] = item.pathItem(path)
		}
	}
	spec.Schemas = root.part("components").schemas("schemas")
	return spec, r.problems.Err()
}

// NewSchema reads a schema that may refer to the components of a spec.
func NewSchema(document, schema tree.Object) (*Schema, error) {
	r := &reader{document: document, schemas: make(map[string]*Schema)}
	return r.schemaAt("", schema).Value, r.problems.Err()
}

func (p part) pathItem(path string) *PathItem {
	item := &PathItem{Parameters: p.parameters(), Operations: make(map[string]*Operation)}
	for _, o := range tree.OperationsOf(path, p.object) {
		item.Operations[strings.ToUpper(o.Method)] = part{p.reader, o.Pointer, o.Object}.operation()
	}
	return item
}

func (p part) operation() *Operation {
	o := &Operation{
		ID: p.string("operationId"), Summary: p.string("summary"), Description: p.string("description"),
		Tags: p.strings("tags"), Deprecated: p.bool("deprecated"), Parameters: p.parameters(),
		Responses: make(Responses), Extensions: p.extensions(),
	}
	if body := p.part("requestBody"); body.object != nil {
		o.RequestBody = &RequestBody{Description: body.string("description"), Required: body.bool("required"), Content: body.content()}
	}
	for status, response := range p.named("responses") {
		if tree.Extension(status) {
			continue
		}
		headers := make(map[string]*Parameter)
		for name, header := range response.named("headers") {
			headers[name] = header.parameter(InHeader)
			headers[name].Name = name
		}
		o.Responses[status] = &Response{Description: response.string("description"), Headers: headers, Content: response.content()}
	}
	return o
}

func (p part) parameters() (all []*Parameter) {
	for parameter := range p.list("parameters") {
		all = append(all, parameter.parameter(parameter.string("in")))
	}
	return all
}

func (p part) parameter(in string) *Parameter {
	return &Parameter{
		Name: p.string("name"), In: in, Description: p.string("description"),
		Required: p.bool("required"), Deprecated: p.bool("deprecated"),
		AllowEmptyValue: p.bool("allowEmptyValue"), AllowReserved: p.bool("allowReserved"),
		Style: p.string("style"), Explode: p.choice("explode"),
		Schema: p.schema("schema"), Content: p.content(), Example: p.object["example"], Extensions: p.extensions(),
	}
}

// content returns nil without the field.
func (p part) content() Content {
	if p.object["content"] == nil {
		return nil
	}
	content := make(Content)
	for name, media := range p.named("content") {
		m := &MediaType{
			Schema: media.schema("schema"), Example: media.object["example"],
			Examples: make(map[string]any), Encoding: make(map[string]*Encoding), Extensions: media.extensions(),
		}
		for name, example := range media.named("examples") {
			m.Examples[name] = example.object["value"]
		}
		for name, encoding := range media.named("encoding") {
			m.Encoding[name] = &Encoding{encoding.string("contentType"), encoding.string("style"), encoding.choice("explode")}
		}
		content[name] = m
	}
	return content
}
