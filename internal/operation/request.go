package operation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/wire/codec"
	"github.com/xsale-go/xsale/wire/param"
)

// Input is what a caller passes to an operation.
type Input struct {
	// Values are those of parameters and fields of the body, by flag or name. They are JSON values: nil,
	// bool, string, json.Number, []any and map[string]any; files are of type call.File.
	Values map[string]any

	JSON    []byte    // the body, or the object with its fields; values take precedence over them
	Content io.Reader // the body, if it is not of a known form
	Type    string    // media type of the body; by default the first that the spec lists
}

// Request is a request of an operation that fits the spec.
type Request struct {
	Operation call.Operation
	Params    any // for call.Endpoint.Send
	Body      call.Body
	Parts     []Part // of a multipart body, which Body contains
}

// Part is a part of a multipart body.
type Part struct {
	Name  string
	Value any  // a JSON value, call.File or []call.File
	JSON  bool // whether the part is JSON, whatever its value is
}

// Build returns the request of an operation. An input that does not fit the spec is an
// [*InvalidError]. Files and content are not read.
func (c *Catalog) Build(o *Operation, input Input) (*Request, error) {
	document, err := c.spec(o)
	if err != nil {
		return nil, err
	}
	b := &builder{operation: o, document: document, given: map[*Parameter]any{}, invalid: &InvalidError{Operation: o}}
	for name, value := range input.Values {
		p := o.Input(name)
		if p == nil {
			b.problem(Problem{Location: name, Detail: "the operation has no such parameter or field" + b.meant(name)})
			continue
		}
		b.given[p] = value
	}
	request, checked, err := b.build(input)
	if err == nil && len(b.invalid.Problems) == 0 {
		err = b.check(checked)
	}
	if err == nil && len(b.invalid.Problems) > 0 {
		b.invalid.sort()
		err = b.invalid
	}
	if err != nil {
		return nil, err
	}
	return request, nil
}

// CheckBody checks a JSON body, whatever the parameters of the operation will be. Its errors name
// the fields by JSON pointers.
func (c *Catalog) CheckBody(o *Operation, data []byte) error {
	values := map[string]any{}
	for _, p := range o.Parameters {
		if !p.Required {
			continue
		}
		value, err := p.Parse([]string{p.Example})
		if err != nil {
			return err
		}
		values[p.Flag] = value
	}
	_, err := c.Build(o, Input{Values: values, JSON: data})
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		for i := range invalid.Problems {
			invalid.Problems[i].Parameter = nil
		}
	}
	return err
}

type builder struct {
	operation *Operation
	document  *contract.Document
	given     map[*Parameter]any
	parts     []Part
	invalid   *InvalidError
}

func (b *builder) problem(p Problem) { b.invalid.Problems = append(b.invalid.Problems, p) }

// meant suggests an input for an unknown name.
func (b *builder) meant(name string) string {
	var names []string
	for _, p := range b.operation.Inputs() {
		names = append(names, p.Flag)
	}
	if meant := similar.Names(name, names); len(meant) > 0 {
		return ": did you mean " + strings.Join(meant, " or ") + "?"
	}
	return ""
}

// build returns the request, and one to check in place of it, whose files are empty.
func (b *builder) build(input Input) (request, checked *Request, err error) {
	o := b.operation
	sent := call.Operation{ID: o.Name, Method: o.Method, Route: o.Path, Idempotent: o.Idempotent, Accept: o.accepts()}
	if list := o.List(); list != nil {
		sent.ListField = list.ListField
	}
	tops := b.tops()
	for _, variable := range variables.FindAllStringSubmatch(o.Path, -1) {
		name := variable[1]
		i := slices.IndexFunc(tops, func(t top) bool { return t.in == Path && t.name == name })
		if i < 0 || tops[i].value == nil {
			p := o.Input(name)
			b.problem(Problem{Parameter: p, Location: "path " + name, Detail: "is missing"})
			continue
		}
		sent.PathValues = append(sent.PathValues, param.Styled(tops[i].tag, tops[i].value))
	}
	var params []structField
	for _, t := range tops {
		if t.in == Query || t.in == Header || t.in == Cookie {
			params = append(params, structField{string(t.in), t.tag, t.value})
		}
	}
	request = &Request{Operation: sent, Params: structOf(params)}
	if len(b.invalid.Problems) > 0 {
		return nil, nil, nil
	}
	copied := *request
	checked = &copied
	request.Body, checked.Body, err = b.body(input)
	request.Parts = b.parts
	return request, checked, err
}

// unread is checked in place of a body that is a file. It is an element, because XML is checked.
const unread = "<x/>"

// variables matches the variables of a path. One may be there twice.
var variables = regexp.MustCompile(`\{([^{}]*)\}`)

// top is a parameter as the request has it, put together from the values of its fields.
type top struct {
	in        In
	name, tag string
	value     any
}

func (b *builder) tops() []top {
	var tops []top
	for _, p := range b.operation.Parameters {
		value, given := b.given[p]
		if list, ok := value.([]any); !given || ok && len(list) == 0 {
			continue
		}
		if value == nil {
			b.problem(Problem{Parameter: p, Detail: "null cannot be sent here: leave it out"})
			continue
		}
		i := slices.IndexFunc(tops, func(t top) bool { return t.in == p.In && t.name == p.top() })
		if i < 0 {
			i = len(tops)
			tops = append(tops, top{in: p.In, name: p.top(), tag: p.Tag})
		}
		if p.Inside == "" {
			tops[i].value = value
			continue
		}
		if tops[i].value == nil {
			tops[i].value = map[string]any{}
		}
		tops[i].value.(map[string]any)[p.Name] = value
	}
	return tops
}

// structField is a field of the struct that package param encodes.
type structField struct {
	in, tag string
	value   any
}

// structOf returns a pointer to a struct with the fields, or nil without any.
func structOf(fields []structField) any {
	if len(fields) == 0 {
		return nil
	}
	var types []reflect.StructField
	for i, f := range fields {
		types = append(types, reflect.StructField{
			Name: "F" + strconv.Itoa(i), Type: reflect.TypeOf(f.value), Tag: reflect.StructTag(f.in + ":" + strconv.Quote(f.tag)),
		})
	}
	v := reflect.New(reflect.StructOf(types))
	for i, f := range fields {
		v.Elem().Field(i).Set(reflect.ValueOf(f.value))
	}
	return v.Interface()
}

// body returns the body to send and the one to check.
func (b *builder) body(input Input) (sent, checked call.Body, err error) {
	o := b.operation
	fields := false
	for p := range b.given {
		fields = fields || p.In == Field
	}
	empty := !fields && input.JSON == nil && input.Content == nil
	switch {
	case o.Body == nil && !empty:
		return nil, nil, fmt.Errorf("%w: %s has no body", call.ErrInvalid, o.Name)
	case o.Body == nil || len(o.Body.Media) == 0:
		return nil, nil, nil
	}
	media, err := o.Body.Find(input.Type)
	switch {
	case err != nil:
		return nil, nil, err
	case empty && !o.Body.Required:
		return nil, nil, nil
	case empty && (media.Form == Raw || len(o.Body.Fields) == 0):
		b.problem(Problem{Detail: "the body is missing"})
		return nil, nil, nil
	case media.Form == Raw && input.Content != nil && !fields:
		return call.ReaderBody(media.Type, input.Content), call.ReaderBody(media.Type, strings.NewReader(unread)), nil
	case media.Form == Raw:
		return nil, nil, fmt.Errorf("%w: %s takes a file as its body of the type %s, and nothing else", call.ErrInvalid, o.Name, media.Type)
	case input.Content != nil:
		return nil, nil, fmt.Errorf("%w: the body of the type %s is JSON or fields, not a file", call.ErrInvalid, media.Type)
	}
	data := input.JSON
	if fields || len(data) == 0 {
		if data, err = b.merged(data); err != nil {
			return nil, nil, err
		}
	}
	if media.Form == AsJSON {
		reader := bytes.NewReader(data)
		name := media.Type
		if name == "*/*" {
			name = "application/json"
		}
		return call.ReaderBody(name, reader), call.ReaderBody(name, bytes.NewReader(data)), nil
	}
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil || values == nil {
		return nil, nil, fmt.Errorf("%w: the body is not a JSON object with the fields of the form", call.ErrInvalid)
	}
	for _, p := range o.Body.Fields {
		file := p.Kind == File && b.given[p] != nil
		if p.Required && !file && values[p.Name] == nil {
			b.problem(Problem{Parameter: p, Location: "/" + p.Name, Detail: "is missing"})
		}
	}
	if media.Form == AsForm {
		form := call.FormBody(values, media.Joined...)
		return form, form, nil
	}
	b.addParts(media, values)
	return call.MultipartBody(formOf(b.parts)), call.MultipartBody(formOf(withoutFiles(b.parts))), nil
}

// merged returns an object with the fields that were given, which take precedence over those of data.
// Everything else in data stays as it is.
func (b *builder) merged(data []byte) ([]byte, error) {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] != '{' {
		return nil, fmt.Errorf("%w: the body is not a JSON object, to which fields could be added", call.ErrInvalid)
	}
	object := codec.Raw{JSON: string(data)}
	for _, p := range b.operation.Body.Fields {
		value, given := b.given[p]
		if !given || p.Kind == File {
			continue
		}
		encoded, err := encode(value)
		if err != nil {
			return nil, err
		}
		if p.Inside == "" {
			object = object.Set(p.Name, encoded)
			continue
		}
		inner := codec.Raw{}
		for field := range object.Unknown() {
			if field.Name == p.Inside && strings.HasPrefix(field.Value, "{") {
				inner.JSON = field.Value
			}
		}
		object = object.Set(p.Inside, inner.Set(p.Name, encoded).JSON)
	}
	if object.JSON == "" {
		return []byte("{}"), nil
	}
	return []byte(object.JSON), nil
}

// encode returns the JSON of a value, with numbers and letters as they are.
func encode(value any) (string, error) {
	var data strings.Builder
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSpace(data.String()), err
}

// addParts adds the parts of a multipart body, those of the spec first.
func (b *builder) addParts(media Media, values map[string]any) {
	add := func(name string, value any) {
		if value != nil {
			b.parts = append(b.parts, Part{name, value, slices.Contains(media.Parts, name)})
		}
	}
	known := map[string]bool{}
	for _, p := range b.operation.Body.Fields {
		known[p.Name] = true
		if value, given := b.given[p]; given && p.Kind == File {
			add(p.Name, value)
		} else {
			add(p.Name, values[p.Name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] {
			add(name, values[name])
		}
	}
}

// formOf returns the struct that package param encodes as a multipart body.
func formOf(parts []Part) any {
	fields := make([]structField, len(parts))
	for i, part := range parts {
		tag := model.TagName(part.Name)
		if part.JSON {
			tag += ",json"
		}
		fields[i] = structField{"form", tag, part.Value}
	}
	return cmp.Or(structOf(fields), any(&struct{}{}))
}

// withoutFiles returns parts whose files are something else, which is checked in place of them.
func withoutFiles(parts []Part) []Part {
	parts = slices.Clone(parts)
	for i := range parts {
		switch value := parts[i].Value.(type) {
		case call.File:
			value.Content = strings.NewReader(unread)
			parts[i].Value = value
		case []call.File:
			value = slices.Clone(value)
			for i := range value {
				value[i].Content = strings.NewReader(unread)
			}
			parts[i].Value = value
		}
	}
	return parts
}

// check checks a request against the spec.
func (b *builder) check(r *Request) error {
	request, err := r.HTTP("http://localhost")
	if err != nil {
		return b.encodingError(err)
	}
	var body []byte
	if request.Body != nil {
		if body, err = io.ReadAll(request.Body); err != nil {
			return err
		}
	}
	checked := b.document.Call(request.WithContext(context.Background()))
	if checked.Operation == nil || checked.OperationID() != b.operation.Name {
		return fmt.Errorf("%w: the values of the path lead to %s, not to %s", call.ErrInvalid, checked.Path, b.operation.Path)
	}
	for _, finding := range checked.CheckRequest(body) {
		b.add(finding, body)
	}
	return nil
}

// encodingError returns a problem of a parameter that cannot be encoded.
func (b *builder) encodingError(err error) error {
	if failure, ok := asParamError(err); ok {
		b.problem(Problem{Parameter: b.parameter(In(failure.In), failure.Name), Location: failure.In + " " + failure.Name, Detail: failure.Err.Error()})
		return nil
	}
	return err
}

func (b *builder) parameter(in In, name string) *Parameter {
	for _, p := range b.operation.Inputs() {
		if p.In == in && p.path() == name {
			return p
		}
	}
	return nil
}

// Send returns the function that sends the request through an endpoint.
func (r *Request) Send(endpoint *call.Endpoint) call.SendFunc { return endpoint.Send(r.Params, r.Body) }

// HTTP returns the request as it is sent to a server, without tokens.
func (r *Request) HTTP(server string) (*http.Request, error) {
	return call.NewRequest(server, r.Operation, r.Params, r.Body)
}
