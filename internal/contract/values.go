package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

const byteOrderMark = "\xef\xbb\xbf"

// checkJSON checks a body of JSON.
func (d *Document) checkJSON(schema *openapi3.SchemaRef, body []byte, isRequest bool, f *findings) {
	value, isMore, err := readTree(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	if err != nil {
		f.fault(KindBody, "", "what is not JSON", "JSON")
		return
	}
	if isMore {
		f.fault(KindBody, "", "more than one JSON value", "one JSON value")
		return
	}
	if schema != nil {
		d.check(schema.Value, value, isRequest, f)
	}
}

// check checks a value against a schema.
func (d *Document) check(schema *openapi3.Schema, value any, isRequest bool, f *findings) {
	w := &walk{Document: d, isRequest: isRequest, findings: f}
	w.value(schema, value, nil)
}

// walk is one pass over a value.
type walk struct {
	*Document
	isRequest bool
	findings  *findings
	active    []*openapi3.Schema // that the present value is being checked against
}

// place is where a value stands in a body. The text of it is only made for a finding.
type place struct {
	parent *place
	name   string // as it is to be printed
	index  int    // of an element, where there is no name
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	if p.name == "" {
		return p.parent.String() + "/" + strconv.Itoa(p.index)
	}
	return p.parent.String() + "/" + escapePointer(p.name)
}

func (w *walk) fault(at *place, got, want string) {
	w.findings.add(Fault, KindValue, at, got, want)
}

func (w *walk) notice(at *place, got, want string) {
	w.findings.add(Notice, KindAddition, at, got, want)
}

// value checks a value that is no part of a composition: a body, a member or an element.
func (w *walk) value(schema *openapi3.Schema, value any, at *place) {
	active := w.active
	w.active = nil
	w.apply(schema, value, at)
	if object, ok := value.(map[string]any); ok {
		w.additions(schema, object, at)
	}
	w.active = active
}

// apply checks a value against one schema, which may be a part of another one.
func (w *walk) apply(schema *openapi3.Schema, value any, at *place) {
	if slices.Contains(w.active, schema) { // a composition that leads back to itself
		return
	}
	w.active = append(w.active, schema)
	defer func() { w.active = w.active[:len(w.active)-1] }()
	if value == nil && schema.Nullable {
		return
	}
	for _, part := range schema.AllOf {
		w.apply(part.Value, value, at)
	}
	if len(schema.OneOf) > 0 {
		w.choose(schema, schema.OneOf, true, value, at)
	}
	if len(schema.AnyOf) > 0 {
		w.choose(schema, schema.AnyOf, false, value, at)
	}
	if schema.Not != nil && w.fits(schema.Not.Value, value) {
		w.fault(at, typeOf(value), "another than "+w.expected(schema.Not.Value))
	}
	if schema.Type != nil && !permits(schema.Type, value) {
		w.fault(at, typeOf(value), w.expected(schema))
		return
	}
	if len(schema.Enum) > 0 && !slices.ContainsFunc(schema.Enum, func(allowed any) bool { return equal(allowed, value) }) {
		w.fault(at, "another "+typeOf(value), w.expected(schema))
		return
	}
	switch value := value.(type) {
	case json.Number:
		w.number(schema, value, at)
	case string:
		w.text(schema, value, at)
	case []any:
		w.array(schema, value, at)
	case map[string]any:
		w.object(schema, value, at)
	}
}

// permits reports whether a value is of one of the types. Null is not a type of OpenAPI 3.0.
func permits(types *openapi3.Types, value any) bool {
	of := typeOf(value)
	return types.Includes(of) || of == openapi3.TypeInteger && types.Includes(openapi3.TypeNumber)
}

// typeOf returns the JSON type of a value.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return openapi3.TypeBoolean
	case json.Number:
		if isInteger(value.String()) {
			return openapi3.TypeInteger
		}
		return openapi3.TypeNumber
	case string:
		return openapi3.TypeString
	case []any:
		return openapi3.TypeArray
	case map[string]any:
		return openapi3.TypeObject
	case int, int32, int64: // of the library's forms
		return openapi3.TypeInteger
	case float64:
		return openapi3.TypeNumber
	}
	return "value"
}

func (w *walk) text(schema *openapi3.Schema, text string, at *place) {
	if f, ok := formats[schema.Format]; ok && schema.Type.Is(openapi3.TypeString) && !f.accepts(text) {
		w.fault(at, "string of another format", w.expected(schema))
	}
	if length := uint64(utf8.RuneCountInString(text)); length < schema.MinLength || schema.MaxLength != nil && length > *schema.MaxLength {
		w.findings.add(Fault, KindForm, at, "string of another length", "a string of "+bounds(schema.MinLength, schema.MaxLength)+" characters")
	}
	if schema.Pattern != "" {
		if pattern := w.pattern(schema.Pattern); pattern != nil && !pattern.MatchString(text) {
			w.findings.add(Fault, KindForm, at, "string of another form", "a string that matches "+schema.Pattern)
		}
	}
}

func (w *walk) array(schema *openapi3.Schema, list []any, at *place) {
	if length := uint64(len(list)); length < schema.MinItems || schema.MaxItems != nil && length > *schema.MaxItems {
		w.fault(at, "array of another length", "an array of "+bounds(schema.MinItems, schema.MaxItems)+" elements")
	}
	if schema.UniqueItems && hasEqual(list) {
		w.fault(at, "array with equal elements", "an array of different elements")
	}
	if schema.Items == nil {
		return
	}
	for i, element := range list {
		w.value(schema.Items.Value, element, &place{parent: at, index: i})
	}
}

func hasEqual(list []any) bool {
	seen := make(map[string]bool, len(list))
	for _, element := range list {
		text, err := json.Marshal(element) // with members in order
		if err != nil || seen[string(text)] {
			return err == nil
		}
		seen[string(text)] = true
	}
	return false
}

func (w *walk) object(schema *openapi3.Schema, object map[string]any, at *place) {
	for _, name := range schema.Required {
		if _, ok := object[name]; !ok && !w.isOfOtherSide(schema.Properties[name]) {
			want := "a value"
			if member := schema.Properties[name]; member != nil {
				want = w.expected(member.Value)
			}
			w.fault(&place{parent: at, name: name}, "missing", want)
		}
	}
	if count := uint64(len(object)); count < schema.MinProps || schema.MaxProps != nil && count > *schema.MaxProps {
		w.fault(at, "object with another number of members", "an object with "+bounds(schema.MinProps, schema.MaxProps)+" members")
	}
	if len(schema.Properties) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		member, ok := schema.Properties[name]
		if !ok {
			continue
		}
		here := &place{parent: at, name: name}
		if w.isOfOtherSide(member) {
			w.notice(here, "a member", "none, because it is "+otherSide(w.isRequest))
		}
		w.value(member.Value, object[name], here)
	}
}

// isOfOtherSide reports whether a member is for requests alone, or for responses alone, and this is the other one.
func (w *walk) isOfOtherSide(member *openapi3.SchemaRef) bool {
	return member != nil && (w.isRequest && member.Value.ReadOnly || !w.isRequest && member.Value.WriteOnly)
}

func otherSide(isRequest bool) string {
	if isRequest {
		return "readOnly"
	}
	return "writeOnly"
}

// additions checks the members that no part of a schema lists.
func (w *walk) additions(schema *openapi3.Schema, object map[string]any, at *place) {
	members := w.composition(schema)
	if len(members.known) == 0 && !members.isClosed && members.additional == nil {
		return // whoever lists nothing says nothing
	}
	var names []string
	for name := range object {
		if !members.known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch {
		case members.additional != nil: // a map, whose names are data
			w.value(members.additional, object[name], &place{parent: at, name: "*"})
		case members.isClosed:
			w.fault(&place{parent: at, name: printableName(name)}, typeOf(object[name]), "no member of this name")
		default:
			w.notice(&place{parent: at, name: printableName(name)}, typeOf(object[name]), "no member of this name is listed")
		}
	}
}
