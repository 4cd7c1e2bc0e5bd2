package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// checkJSON checks a body of JSON.
func (d *Document) checkJSON(schema *model.SchemaRef, body []byte, request bool, f *findings) {
	value, duplicates, invalid := readTree(body)
	if invalid != nil {
		f.fail(KindBody, "", invalid.got, invalid.want)
		return
	}
	for _, pointer := range duplicates {
		f.fail(KindBody, pointer, "a duplicate field", "one field of this name")
	}
	if schema != nil {
		d.check(schema.Value, value, request, f)
	}
}

func (d *Document) check(schema *model.Schema, value any, request bool, f *findings) {
	w := &walk{Document: d, request: request, findings: f}
	w.value(schema, value, nil)
}

// walk is one pass over a value.
type walk struct {
	*Document
	request  bool
	findings *findings
	active   []*model.Schema // being applied to the current value
}

// location is the JSON pointer of a value. It is formatted only for a finding.
type location struct {
	parent *location
	name   string // printable
	index  int    // of an element, if there is no name
}

func (l *location) String() string {
	if l == nil {
		return ""
	}
	if l.name == "" {
		return l.parent.String() + "/" + strconv.Itoa(l.index)
	}
	return l.parent.String() + "/" + EscapePointer(l.name)
}

func (w *walk) fail(at *location, got, want string) {
	w.findings.add(Error, KindValue, at, got, want)
}

func (w *walk) note(at *location, got, want string) {
	w.findings.add(Notice, KindAddition, at, got, want)
}

// value checks a body, a field or an element.
func (w *walk) value(schema *model.Schema, value any, at *location) {
	active := w.active
	w.active = nil
	w.apply(schema, value, at)
	if object, ok := value.(map[string]any); ok {
		w.additions(schema, object, at)
	}
	w.active = active
}

// apply checks a value against one schema, which may be part of another.
func (w *walk) apply(schema *model.Schema, value any, at *location) {
	if slices.Contains(w.active, schema) { // a composition that refers to itself
		return
	}
	w.active = append(w.active, schema)
	defer func() { w.active = w.active[:len(w.active)-1] }()
	if value == nil && schema.Nullable {
		return
	}
	value = unquoted(schema, value)
	for _, part := range schema.AllOf {
		w.apply(part.Value, value, at)
	}
	if len(schema.OneOf) > 0 {
		w.choose(schema, schema.OneOf, true, value, at)
	}
	if len(schema.AnyOf) > 0 {
		w.choose(schema, schema.AnyOf, false, value, at)
	}
	if schema.Not != nil && w.try(schema.Not.Value, nil, value).errors == 0 {
		w.fail(at, typeOf(value), "anything but "+w.expected(schema.Not.Value))
	}
	if schema.Type != nil && !permits(schema.Type, value) {
		w.fail(at, typeOf(value), w.expected(schema))
		return
	}
	if values := enumOf(schema); len(values) > 0 && !slices.ContainsFunc(values, func(allowed any) bool { return equal(allowed, value) }) {
		w.fail(at, "another "+typeOf(value), w.expected(schema))
		return
	}
	switch value := value.(type) {
	case json.Number:
		w.number(schema, value, at)
	case string:
		w.string(schema, value, at)
	case []any:
		w.array(schema, value, at)
	case map[string]any:
		w.object(schema, value, at)
	}
}

// unquoted returns the number in a string, where the spec allowed both before it was normalized.
func unquoted(schema *model.Schema, value any) any {
	text, ok := value.(string)
	if ok && schema.Extensions["x-quoted-number"] == true && jsonNumber(text) {
		return json.Number(text)
	}
	return value
}

// enumOf returns the values that a schema allows, nil for any. Those that cannot be constants of Go are
// in an extension of the normal form.
func enumOf(schema *model.Schema) []any {
	if len(schema.Enum) > 0 {
		return schema.Enum
	}
	values, _ := schema.Extensions["x-values"].([]any)
	return values
}

// permits reports whether a value has one of the types. Null is not a type of OpenAPI 3.0.
func permits(types model.Types, value any) bool {
	of := typeOf(value)
	return types.Includes(of) || of == model.Integer && types.Includes(model.Number)
}

// typeOf returns the JSON type of a value.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return model.Boolean
	case json.Number:
		if wholeNumber(value.String()) {
			return model.Integer
		}
		return model.Number
	case string:
		return model.String
	case []any:
		return model.Array
	case map[string]any:
		return model.Object
	case int, int32, int64: // in forms, which kin-openapi parses
		return model.Integer
	case float64:
		return model.Number
	}
	return "value"
}

func (w *walk) string(schema *model.Schema, value string, at *location) {
	if f, ok := formats[schema.Format]; ok && schema.Type.Is(model.String) && !f.accepts(value) {
		w.fail(at, "string of another format", w.expected(schema))
	}
	if length := uint64(utf8.RuneCountInString(value)); length < schema.MinLength || schema.MaxLength != nil && length > *schema.MaxLength {
		w.findings.add(Error, KindForm, at, "string of another length", "a string of "+bounds(schema.MinLength, schema.MaxLength)+" characters")
	}
	if schema.Pattern != "" {
		if pattern := w.pattern(schema.Pattern); pattern != nil && !pattern.MatchString(value) {
			w.findings.add(Error, KindForm, at, "string of another form", "a string that matches "+schema.Pattern)
		}
	}
}

func (w *walk) array(schema *model.Schema, elements []any, at *location) {
	if length := uint64(len(elements)); length < schema.MinItems || schema.MaxItems != nil && length > *schema.MaxItems {
		w.fail(at, "array of another length", "an array of "+bounds(schema.MinItems, schema.MaxItems)+" elements")
	}
	if schema.Items != nil {
		for i, element := range elements {
			w.value(schema.Items.Value, element, &location{parent: at, index: i})
		}
	}
	if schema.UniqueItems && repeats(elements) {
		w.fail(at, "array with equal elements", "an array of different elements")
	}
}

func repeats(elements []any) bool {
	seen := make(map[string]bool, len(elements))
	for _, element := range elements {
		encoded, err := json.Marshal(canonical(element)) // sorts fields
		if err != nil || seen[string(encoded)] {
			return err == nil
		}
		seen[string(encoded)] = true
	}
	return false
}

func (w *walk) object(schema *model.Schema, object map[string]any, at *location) {
	for _, name := range schema.Required {
		if _, ok := object[name]; !ok && !w.wrongDirection(schema.Properties[name]) {
			want := "a value"
			if property := schema.Properties[name]; property != nil {
				want = w.expected(property.Value)
			}
			w.fail(&location{parent: at, name: name}, "missing", want)
		}
	}
	if count := uint64(len(object)); count < schema.MinProps || schema.MaxProps != nil && count > *schema.MaxProps {
		w.fail(at, "object with another number of fields", "an object with "+bounds(schema.MinProps, schema.MaxProps)+" fields")
	}
	if len(schema.Properties) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		property, ok := schema.Properties[name]
		if !ok {
			continue
		}
		here := &location{parent: at, name: name}
		if w.wrongDirection(property) {
			reason := "writeOnly"
			if w.request {
				reason = "readOnly"
			}
			w.note(here, "a field", "none, because it is "+reason)
		}
		w.value(property.Value, object[name], here)
	}
}

// wrongDirection reports whether a property is for responses only in a request, or the reverse.
func (w *walk) wrongDirection(property *model.SchemaRef) bool {
	return property != nil && (w.request && property.Value.ReadOnly || !w.request && property.Value.WriteOnly)
}

// additions checks the fields that no part of a schema lists.
func (w *walk) additions(schema *model.Schema, object map[string]any, at *location) {
	fields := w.composition(schema)
	if len(fields.known) == 0 && !fields.closed && fields.additional == nil {
		return // a schema without properties restricts nothing
	}
	var names []string
	for name := range object {
		if !fields.known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch here := (&location{parent: at, name: printableName(name)}); {
		case fields.additional != nil: // a map, whose names are data
			here.name = "*"
			w.value(fields.additional, object[name], here)
		case fields.closed:
			w.fail(here, typeOf(object[name]), "no field of this name")
		default:
			w.note(here, typeOf(object[name]), "no field of this name is listed")
		}
	}
}
