package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
)

// UnknownFields contains the fields of an object that the spec does not list. Users know it as
// wire.UnknownFields, which documents it.
type UnknownFields struct {
	object string // a JSON object; empty without fields
}

// Get returns the exact JSON of a field and whether it is present. Names are case-sensitive; the
// last of several equal names wins.
func (f UnknownFields) Get(name string) (json.RawMessage, bool) {
	var value json.RawMessage
	for field, raw := range f.All() {
		if field == name {
			value = raw
		}
	}
	return value, value != nil
}

// Set replaces a field, or adds it at the end. It returns an error and changes nothing if value is
// not valid JSON.
func (f *UnknownFields) Set(name string, value json.RawMessage) error {
	if !json.Valid(value) {
		return fmt.Errorf("value of field %s is not valid JSON", name)
	}
	f.write(name, value)
	return nil
}

// Delete removes a field.
func (f *UnknownFields) Delete(name string) { f.write(name, nil) }

// write rebuilds the object without the field, then appends it unless raw is nil.
func (f *UnknownFields) write(name string, raw []byte) {
	var object []byte
	add := func(name string, raw []byte) {
		quoted, _ := Marshal(name) // cannot fail for a string
		object = append(append(append(append(object, ','), quoted...), ':'), raw...)
	}
	for field, raw := range f.All() {
		if field != name {
			add(field, raw)
		}
	}
	if raw != nil {
		add(name, raw)
	}
	f.object = ""
	if len(object) > 0 {
		object[0] = '{'
		f.object = string(append(object, '}'))
	}
}

// All iterates over the names and the exact JSON of the fields, in order.
func (f UnknownFields) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		if f.object == "" {
			return
		}
		d := newDecoder([]byte(f.object))
		defer d.release()
		d.tokens.ReadToken() // the brace
		for d.kind() != '}' && d.err == nil {
			name := string(unquoted(d.Value()))
			if !yield(name, bytes.Clone(d.Value())) {
				return
			}
		}
	}
}

// Len returns the number of fields.
func (f UnknownFields) Len() int {
	count := 0
	for range f.All() {
		count++
	}
	return count
}

// IsZero reports whether there are no fields.
func (f UnknownFields) IsZero() bool { return f.object == "" }
