package codec

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Union is a value of one of several types. Generated unions embed it. It keeps the JSON that it was
// read from. The zero value is absent; the JSON option omitzero leaves it out.
type Union struct {
	json  string
	value *stampedValue // what json is made of, unless it was read
}

// stampedValue is a value with its discriminator.
type stampedValue struct {
	value    any
	property string
	kinds    []any
}

// IsZero reports whether the union is absent.
func (u Union) IsZero() bool { return u.json == "" }

// IsNull reports whether the union is null.
func (u Union) IsNull() bool { return u.json == "null" }

// MarshalJSON writes the value of the union, or null.
func (u Union) MarshalJSON() ([]byte, error) { return u.marshalFor(anyBody) }

// marshalFor implements directional.
func (u Union) marshalFor(to body) ([]byte, error) {
	switch {
	case u.json == "":
		return []byte("null"), nil
	case u.value != nil && to != anyBody:
		return u.value.marshal(to)
	}
	return []byte(u.json), nil
}

// UnmarshalJSON keeps a copy of data.
func (u *Union) UnmarshalJSON(data []byte) error { return Unmarshal(data, u) }

// DecodeJSON implements [Decodable].
func (u *Union) DecodeJSON(d *Decoder) {
	if literal := d.Literal(); d.err == nil {
		*u = Union{json: literal}
	}
}

func (u *Union) set(json string, value *stampedValue) { *u = Union{json, value} }

// marshal writes the value with its discriminator first.
func (s *stampedValue) marshal(to body) ([]byte, error) {
	data, err := marshal(s.value, to)
	if err != nil || len(s.kinds) == 0 {
		return data, err
	}
	kind, err := Marshal(s.kinds[0])
	if err != nil {
		return nil, err
	}
	name, given := kindIn(data, s.property)
	if given != "" && given != `""` && given != "0" {
		if !slices.ContainsFunc(s.kinds, func(kind any) bool { return isKind(given, kind) }) {
			return nil, fmt.Errorf("%s of %s is %s: want %s", s.property, reflect.TypeOf(s.value).Name(), given, alternatives(s.kinds))
		}
		kind = []byte(given)
	}
	object := appendField([]byte{'{'}, quoted(s.property), string(kind))
	for field := range (Raw{JSON: string(data)}).Unknown() {
		if field.Name != name {
			object = appendField(object, field.Literal, field.Value)
		}
	}
	return append(object, '}'), nil
}

func isKind(literal string, kind any) bool {
	want, err := Marshal(kind)
	return err == nil && unquotedKind(literal) == unquotedKind(string(want))
}

// alternatives lists the values of a discriminator for an error.
func alternatives(kinds []any) string {
	var texts []string
	for _, kind := range kinds {
		texts = append(texts, fmt.Sprintf("%#v", kind)) // a string in quotes
	}
	return strings.Join(texts, " or ")
}

// unquotedKind returns the value of a string, and other JSON as it is.
func unquotedKind(literal string) string {
	if literal[0] == '"' {
		return unquoted(literal)
	}
	return literal
}

// From sets target, a pointer to a generated union or base type, to a value. The JSON of the value
// starts with its discriminator, if there is one: some servers, such as those with System.Text.Json
// before .NET 9, read it only there.
func From(target, value any, discriminator ...any) error {
	stamped := &stampedValue{value: value}
	if len(discriminator) > 1 {
		stamped.property, stamped.kinds = discriminator[0].(string), discriminator[1:]
	}
	data, err := stamped.marshal(anyBody)
	if err != nil {
		return err
	}
	if union, ok := target.(interface{ set(string, *stampedValue) }); ok {
		union.set(string(data), stamped)
		return nil
	}
	if _, err = stamped.marshal(requestBody); err != nil { // a base type does not know what its derived types require
		return err
	}
	object := reflect.ValueOf(target).Elem()
	object.SetZero()
	return Unmarshal(data, target)
}

// As returns the value of a generated union or base type as a T. It is an error if the discriminator
// names another type, or if there is no value and a T cannot be null.
func As[T any](union any, discriminator ...any) (value T, err error) {
	data, err := Marshal(union)
	if err != nil {
		return value, err
	}
	if string(data) == "null" && !shapeOf(reflect.TypeFor[T]()).null {
		return value, errors.New("the union has no value or is null")
	}
	if len(discriminator) > 1 {
		if _, literal := kindIn(data, discriminator[0].(string)); literal != "" && !slices.ContainsFunc(discriminator[1:], func(kind any) bool { return isKind(literal, kind) }) {
			return value, fmt.Errorf("%s is %s: want %s", discriminator[0], literal, alternatives(discriminator[1:]))
		}
	}
	err = UnmarshalResult(data, &value)
	return value, err
}

// Kind returns the discriminator of a generated union or base type. It fails without one.
func Kind(union any, property string) (string, error) {
	data, err := Marshal(union)
	if err != nil {
		return "", err
	}
	_, literal := kindIn(data, property)
	if literal == "" {
		return "", errors.New("the value has no " + property)
	}
	return unquotedKind(literal), nil
}

// UnknownKind returns err or, without one, the error for a discriminator that the spec does not list.
func UnknownKind(property, kind string, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("the spec does not list the value %.80q of %s", kind, property)
}

// kindIn returns the JSON of a discriminator, or "" without one, and the name that it has: the given
// one, or one with another case.
func kindIn(data []byte, property string) (name, literal string) {
	name = property
	if len(data) == 0 || data[0] != '{' {
		return name, ""
	}
	for field := range (Raw{JSON: string(data)}).Unknown() {
		switch {
		case field.Name == property && field.Value != "null":
			return property, field.Value
		case literal == "" && strings.EqualFold(field.Name, property) && field.Value != "null":
			name, literal = field.Name, field.Value
		}
	}
	return name, literal
}
