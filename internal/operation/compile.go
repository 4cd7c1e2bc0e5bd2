package operation

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
)

func compile(document *contract.Document, from *contract.Operation) *Operation {
	spec := from.Spec()
	o := &Operation{
		Name: from.ID, Method: from.Method, Path: from.Path,
		Summary: strings.TrimSpace(spec.Summary), Description: strings.TrimSpace(spec.Description),
		Tags: spec.Tags, Deprecated: spec.Deprecated,
	}
	idempotent, set := spec.Extensions["x-idempotent"].(bool)
	o.Idempotent = idempotent || !set && httpx.IdempotentMethod(o.Method)
	c := compiler{values.New(document, 1)}
	for _, p := range from.Parameters() {
		o.Parameters = append(o.Parameters, c.parametersOf(p)...)
	}
	variables := route.Variables(o.Path)
	slices.SortStableFunc(o.Parameters, func(a, b *Parameter) int {
		order := cmp.Compare(slices.Index(locations, a.In), slices.Index(locations, b.In))
		if a.In == Path && b.In == Path {
			order = cmp.Compare(slices.Index(variables, a.Name), slices.Index(variables, b.Name))
		}
		return order
	})
	if spec.RequestBody != nil {
		o.Body = c.bodyOf(spec.RequestBody)
	}
	for _, status := range slices.Sorted(maps.Keys(spec.Responses)) {
		if status[0] == '2' {
			o.Responses = append(o.Responses, responseOf(spec, status))
		}
	}
	if len(o.Responses) == 0 && spec.Responses["default"] != nil {
		o.Responses = append(o.Responses, responseOf(spec, "default"))
	}
	nameFlags(o)
	return o
}

// compiler reads the inputs of operations.
type compiler struct {
	values *values.Generator
}

// sample returns a value that fits, or nil without one.
func (c compiler) sample(schema *model.SchemaRef, key string) any {
	if schema == nil || schema.Value == nil {
		return nil
	}
	value, err := c.values.Value(schema, key, values.Required)
	if err != nil {
		return nil
	}
	return value
}

// addExample adds a value of an input that is required. An example of the spec comes first.
func (c compiler) addExample(p *Parameter, schema *model.SchemaRef, given any) {
	if !p.Required {
		return
	}
	value := cmp.Or(given, c.sample(schema, p.Name))
	if list, ok := value.([]any); ok && p.List {
		if len(list) == 0 {
			value = c.sample(shapeOf(schema).items, p.Name)
		} else {
			value = list[0]
		}
	}
	if value != nil {
		p.Example = textOf(value)
	}
}

var locations = []In{Path, Query, Header, Cookie, Field}

// parametersOf returns a parameter, or its fields if it is an object of scalars.
func (c compiler) parametersOf(p *model.Parameter) []*Parameter {
	schema := p.Schema
	for _, media := range p.Content { // one media type
		schema = media.Schema
	}
	of := shapeOf(schema)
	parameter := newParameter(p.Name, In(p.In), of)
	parameter.Required = p.Required || parameter.In == Path
	parameter.Deprecated = parameter.Deprecated || p.Deprecated
	parameter.Description = cmp.Or(strings.TrimSpace(p.Description), parameter.Description)
	parameter.Tag = p.Tag()
	c.addExample(parameter, schema, p.Example)
	if parameter.In == Header && slices.Contains([]string{"accept", "content-type", "authorization", "x-id-token"}, strings.ToLower(p.Name)) {
		return nil // OpenAPI has no such parameters, and the tokens are those of the login
	}
	if p.In == model.InQuery {
		return c.withFields(parameter, of)
	}
	return []*Parameter{parameter}
}

// withFields returns the fields of an object whose fields are all plain, else the parameter itself.
func (c compiler) withFields(p *Parameter, of shape) []*Parameter {
	if p.Kind != JSON || p.List || len(of.properties) == 0 || of.open || !of.object() {
		return []*Parameter{p}
	}
	var fields []*Parameter
	for _, name := range of.names() {
		inner := shapeOf(of.properties[name])
		if inner.readOnly {
			continue
		}
		field := newParameter(name, p.In, inner)
		field.Inside, field.Tag = p.Name, p.Tag
		field.Required = p.Required && of.required[name]
		c.addExample(field, of.properties[name], nil)
		if field.Kind == JSON || strings.Contains(name, ".") {
			return []*Parameter{p}
		}
		fields = append(fields, field)
	}
	if len(fields) == 0 {
		return []*Parameter{p}
	}
	return fields
}

func newParameter(name string, in In, of shape) *Parameter {
	p := &Parameter{
		Name: name, In: in, Kind: of.kind(), Format: of.format, Enum: of.enum, Default: of.preset,
		Nullable: of.nullable, Deprecated: of.deprecated, Description: of.description,
	}
	if of.list() {
		element := shapeOf(of.items)
		p.Kind, p.List, p.Format, p.Enum = element.kind(), true, element.format, element.enum
		if element.list() || element.nullable {
			p.Kind, p.List = JSON, false
		}
		if p.Kind == JSON {
			p.List, p.Enum, p.Format = false, nil, ""
		}
	}
	return p
}

func (c compiler) bodyOf(spec *model.RequestBody) *Body {
	b := &Body{Required: spec.Required, Description: strings.TrimSpace(spec.Description)}
	for _, name := range slices.Sorted(maps.Keys(spec.Content)) {
		b.Media = append(b.Media, mediaOf(name, spec.Content[name]))
	}
	rank := func(m Media) int {
		if m.Form == AsJSON && httpx.MediaType(m.Type) != "application/json" {
			return 1 // after plain JSON, before other forms
		}
		return 2 * slices.Index([]Form{AsJSON, AsForm, AsMultipart, Raw}, m.Form)
	}
	slices.SortStableFunc(b.Media, func(a, b Media) int { return cmp.Compare(rank(a), rank(b)) })
	if len(b.Media) > 0 && b.Media[0].Form != Raw {
		media := spec.Content[b.Media[0].Type]
		b.Fields = c.fieldsOf(media, b.Media[0].Form)
		flat := func(p *Parameter) bool { return !p.Required || p.Kind != JSON }
		if len(b.Fields) == 0 || !all(b.Fields, flat) {
			if value := cmp.Or(media.Example, c.sample(media.Schema, "body")); value != nil {
				b.Example, _ = encode(value)
			}
		}
	}
	return b
}

func all(inputs []*Parameter, is func(*Parameter) bool) bool {
	return !slices.ContainsFunc(inputs, func(p *Parameter) bool { return !is(p) })
}

func mediaOf(name string, spec *model.MediaType) Media {
	m := Media{Type: name, Form: Raw}
	plain := httpx.MediaType(name)
	switch {
	case plain == "application/x-www-form-urlencoded":
		m.Form = AsForm
	case plain == "multipart/form-data":
		m.Form = AsMultipart
	case plain == "*/*", strings.HasSuffix(plain, "/json"), strings.HasSuffix(plain, "+json"):
		m.Form = AsJSON
		if spec.Schema != nil && shapeOf(spec.Schema).format == "binary" {
			m.Form = Raw
		}
	}
	for _, field := range slices.Sorted(maps.Keys(spec.Encoding)) {
		encoding := spec.Encoding[field]
		switch {
		case m.Form == AsForm && encoding.Explode != nil && !*encoding.Explode:
			style := "joined"
			if encoding.Style == model.SpaceDelimited || encoding.Style == model.PipeDelimited {
				style = encoding.Style
			}
			m.Joined = append(m.Joined, model.TagName(field)+","+style)
		case m.Form == AsMultipart && httpx.MediaType(encoding.ContentType) == "application/json":
			m.Parts = append(m.Parts, field)
		}
	}
	return m
}

// fieldsOf returns the fields of a body that is an object, the required ones first.
func (c compiler) fieldsOf(spec *model.MediaType, form Form) []*Parameter {
	of := shapeOf(spec.Schema)
	if !of.object() {
		return nil
	}
	var fields []*Parameter
	for _, name := range of.names() {
		inner := shapeOf(of.properties[name])
		if inner.readOnly {
			continue
		}
		field := newParameter(name, Field, inner)
		field.Required = of.required[name]
		c.addExample(field, of.properties[name], nil)
		if field.Format == "binary" && form == AsMultipart {
			field.Kind = File
		}
		if form == AsJSON {
			fields = append(fields, c.withFields(field, inner)...)
		} else {
			fields = append(fields, field)
		}
	}
	slices.SortStableFunc(fields, func(a, b *Parameter) int { return cmp.Compare(fieldRank(a), fieldRank(b)) })
	return fields
}

func fieldRank(p *Parameter) int {
	if p.Required {
		return 0
	}
	return 1
}

func responseOf(spec *model.Operation, status string) *Response {
	listed := spec.Responses[status]
	r := &Response{Status: status, Description: strings.TrimSpace(listed.Description)}
	r.Media = slices.Sorted(maps.Keys(listed.Content))
	rank := func(name string) int {
		switch plain := httpx.MediaType(name); {
		case plain == "application/json":
			return 0
		case strings.HasSuffix(plain, "json"):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(r.Media, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	if len(r.Media) == 0 || rank(r.Media[0]) == 2 && httpx.MediaType(r.Media[0]) != "*/*" {
		return r
	}
	of := shapeOf(listed.Content[r.Media[0]].Schema)
	element := of
	switch name, ok := spec.Extensions["x-list-field"].(string); {
	case of.list():
		r.List, element = true, shapeOf(of.items)
	case ok:
		r.List, r.ListField = true, name
	default:
		if field := of.listField(); field != "" {
			r.List, r.ListField = true, field
			element = shapeOf(shapeOf(of.properties[field]).items)
		}
	}
	r.Type, r.Fields = element.typeName(), element.names()
	slices.SortStableFunc(r.Fields, func(a, b string) int { return cmp.Compare(identifying(a), identifying(b)) })
	return r
}

// identifying ranks how well a field identifies an element; the lowest is best.
func identifying(name string) int {
	i := slices.Index([]string{"id", "number", "symbol", "code", "name", "title"}, strings.ToLower(name))
	if i < 0 {
		return math.MaxInt
	}
	return i
}

// shape is a schema combined with the schemas that it is composed of.
type shape struct {
	name        string // of a component
	types       []string
	format      string
	enum        []string
	preset      string // default
	nullable    bool
	readOnly    bool
	deprecated  bool
	open        bool // fields that are not listed are values as well
	description string
	items       *model.SchemaRef
	properties  map[string]*model.SchemaRef
	required    map[string]bool
}

func shapeOf(ref *model.SchemaRef) shape {
	s := shape{properties: map[string]*model.SchemaRef{}, required: map[string]bool{}}
	s.add(ref, true, map[*model.Schema]bool{})
	if len(s.types) == 0 && len(s.properties) > 0 {
		s.types = []string{model.Object}
	}
	return s
}

// add adds a schema. What an alternative requires does not apply to every value.
func (s *shape) add(ref *model.SchemaRef, always bool, met map[*model.Schema]bool) {
	if ref == nil || ref.Value == nil || met[ref.Value] {
		return
	}
	schema := ref.Value
	met[schema] = true
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok && s.name == "" {
		s.name = name
	}
	for _, name := range schema.Type {
		if !slices.Contains(s.types, name) {
			s.types = append(s.types, name)
		}
	}
	s.format = cmp.Or(s.format, schema.Format)
	s.description = cmp.Or(s.description, strings.TrimSpace(schema.Description))
	s.nullable = s.nullable || schema.Nullable
	s.readOnly = s.readOnly || schema.ReadOnly
	s.deprecated = s.deprecated || schema.Deprecated
	s.open = s.open || schema.AdditionalProperties.Schema != nil
	if s.items == nil {
		s.items = schema.Items
	}
	if schema.Default != nil && s.preset == "" {
		s.preset = textOf(schema.Default)
	}
	values := schema.Enum
	if listed, ok := schema.Extensions["x-values"].([]any); ok && len(values) == 0 {
		values = listed
	}
	for _, value := range values {
		if text := textOf(value); value != nil && !slices.Contains(s.enum, text) {
			s.enum = append(s.enum, text)
		}
	}
	for name, property := range schema.Properties {
		if s.properties[name] == nil {
			s.properties[name] = property
		}
	}
	if always {
		for _, name := range schema.Required {
			s.required[name] = true
		}
	}
	for _, part := range schema.AllOf {
		s.add(part, always, met)
	}
	for _, alternative := range slices.Concat(schema.OneOf, schema.AnyOf) {
		s.add(alternative, false, met)
		if len(alternative.Value.Enum) == 0 && len(values) == 0 { // the alternative allows other values
			s.enum = nil
		}
	}
}

// textOf returns a value as a flag has it: a string as it is, and the JSON of anything else.
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

func (s shape) names() []string { return slices.Sorted(maps.Keys(s.properties)) }

func (s shape) object() bool { return len(s.types) == 1 && s.types[0] == model.Object }

func (s shape) list() bool {
	return len(s.types) == 1 && s.types[0] == model.Array && s.items != nil
}

// kind returns the kind of a value that is not a list.
func (s shape) kind() Kind {
	if len(s.types) == 0 || slices.Contains(s.types, model.Object) || slices.Contains(s.types, model.Array) {
		return JSON
	}
	if len(s.types) == 1 {
		return Kind(s.types[0])
	}
	return Scalar
}

// typeName returns the name of a component, or the type.
func (s shape) typeName() string { return cmp.Or(s.name, strings.Join(s.types, " or ")) }

// usualLists are names of the list in an object that contains it.
var usualLists = []string{"items", "value", "values", "data", "results", "result", "records", "list", "content", "elements", "rows", "entries"}

// nextToLists matches the names of fields next to a list, in lower case.
var nextToLists = regexp.MustCompile(`total|count|page|paging|pagination|size|limit|offset|skip|next|prev|cursor|continuation|token|more|truncated|link|meta|context|error|success|message`)

// listField returns the field of an object that contains its list, or "". An object with other
// fields is not a list, although one of its fields is.
func (s shape) listField() string {
	if !s.object() || s.open {
		return ""
	}
	var lists []string
	other := false
	for _, name := range s.names() {
		if shapeOf(s.properties[name]).list() {
			lists = append(lists, name)
		} else if !nextToLists.MatchString(strings.ToLower(name)) {
			other = true
		}
	}
	for _, usual := range usualLists {
		for _, name := range lists {
			if strings.EqualFold(name, usual) && !other {
				return name
			}
		}
	}
	if len(lists) == 1 && !other {
		return lists[0]
	}
	return ""
}
