package codec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// MarshalObject writes an object of a generated type. Plain is the same object without its own
// MarshalJSON.
//
// An object that was read is written as it came, in its order and with its null, zero and absent
// fields, except for the fields that have changed since. An object made in Go is written in the
// order of its type, with the unknown fields at the end. An unknown field with the name of a known
// one is an error. Generated types call it.
func MarshalObject[T any, P interface {
	*T
	Decodable
}](object P, plain any, fields *Fields, raw *Raw) ([]byte, error) {
	if raw.Known == fields {
		return raw.update(P(new(T)), object)
	}
	data, err := Marshal(plain)
	if err != nil {
		return nil, err
	}
	data = data[:len(data)-1] // reopen the object
	for field := range raw.Unknown() {
		if _, known := fields.Find(field.Name); known {
			return nil, fmt.Errorf("field %s is also in AdditionalProperties: remove it there", field.Name)
		}
		data = appendField(data, field.Literal, field.Value)
	}
	return append(data, '}'), nil
}

// update returns the object that was read with the fields that have changed since. Before is for
// the fields as they were.
func (r Raw) update(before, now Decodable) ([]byte, error) {
	d := newDecoder([]byte(r.JSON), r.JSON)
	before.DecodeJSON(d)
	d.release()
	was, is := reflect.ValueOf(before).Elem(), reflect.ValueOf(now).Elem()
	var changed []structField
	for _, field := range fieldsOf(was.Type()) {
		if !reflect.DeepEqual(was.Field(field.index).Interface(), is.Field(field.index).Interface()) {
			changed = append(changed, field)
		}
	}
	if len(changed) == 0 {
		return []byte(r.JSON), nil
	}
	object := []byte{'{'}
	add := func(name string, field structField) error {
		value := is.Field(field.index)
		if field.absent(value) {
			return nil
		}
		data, err := Marshal(value.Interface())
		object = appendField(object, name, string(data))
		return err
	}
	for field, known := range r.All() {
		index := slices.IndexFunc(changed, func(f structField) bool { return f.name == known && known != "" })
		if index < 0 {
			object = appendField(object, field.Literal, field.Value)
			continue
		}
		if err := add(field.Literal, changed[index]); err != nil {
			return nil, err
		}
		changed = slices.Delete(changed, index, index+1)
	}
	for _, field := range changed { // the object had none
		if err := add(quoted(field.name), field); err != nil {
			return nil, err
		}
	}
	return append(object, '}'), nil
}

// appendField appends a field to an object without its closing brace.
func appendField(object []byte, name, value string) []byte {
	if object[len(object)-1] != '{' {
		object = append(object, ',')
	}
	return append(append(append(object, name...), ':'), value...)
}

// structField is a field of a generated type.
type structField struct {
	name     string // in JSON
	index    int
	optional bool
}

// absent reports whether a value means that an optional field is absent. A boolean, a number and a
// string always have a value.
func (f structField) absent(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Struct:
		return f.optional && value.IsZero()
	}
	return false
}

var structFields sync.Map // by type

// fieldsOf returns the fields of a struct that are in its JSON.
func fieldsOf(structure reflect.Type) []structField {
	if known, ok := structFields.Load(structure); ok {
		return known.([]structField)
	}
	var fields []structField
	for i := range structure.NumField() {
		name, options, _ := strings.Cut(structure.Field(i).Tag.Get("json"), ",")
		if name != "-" && structure.Field(i).IsExported() {
			fields = append(fields, structField{cmp.Or(name, structure.Field(i).Name), i, options != ""})
		}
	}
	structFields.Store(structure, fields)
	return fields
}

// Marshal is [json.Marshal] without HTML escapes: whether <, > and & are escaped is up to the
// encoder that the caller uses.
func Marshal(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}

// quoted returns a string as JSON.
func quoted(s string) string {
	literal, _ := Marshal(s) // cannot fail for a string
	return string(literal)
}
