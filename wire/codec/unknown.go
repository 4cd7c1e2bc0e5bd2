package codec

import (
	"encoding/json"
	"fmt"
	"iter"
)

// UnknownFields are the members of an object that its API description does not list, in the order in which they came, with
// their exact JSON. The zero value has none. It is a value: a copy that is changed leaves the original as it is, and
// concurrent reads are safe.
type UnknownFields struct {
	object string // the JSON object of the members; empty without any
}

// Get returns the exact JSON of a member, and whether it is there. Names are case-sensitive; of a repeated one the last
// counts.
func (m UnknownFields) Get(name string) (json.RawMessage, bool) {
	var value json.RawMessage
	for member, raw := range m.All() {
		if member == name {
			value = raw
		}
	}
	return value, value != nil
}

// Set adds a member, in the place of those of the same name. The value is written as it is; one that is not JSON is an
// error and changes nothing.
func (m *UnknownFields) Set(name string, value json.RawMessage) error {
	if !json.Valid(value) {
		return fmt.Errorf("member %s does not hold valid JSON", name)
	}
	m.write(name, value)
	return nil
}

// Delete removes a member.
func (m *UnknownFields) Delete(name string) { m.write(name, nil) }

// write puts the members together anew, with raw as the last one unless it is nil.
func (m *UnknownFields) write(name string, raw []byte) {
	var object []byte
	add := func(name string, raw []byte) {
		quoted, _ := Marshal(name) // a string is always valid
		object = append(append(append(append(object, ','), quoted...), ':'), raw...)
	}
	for member, raw := range m.All() {
		if member != name {
			add(member, raw)
		}
	}
	if raw != nil {
		add(name, raw)
	}
	m.object = ""
	if len(object) > 0 {
		object[0] = '{'
		m.object = string(append(object, '}'))
	}
}

// All returns the members in their order: names and exact JSON.
func (m UnknownFields) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		if m.object == "" {
			return
		}
		d := newDecoder([]byte(m.object))
		defer d.release()
		d.tokens.ReadToken() // the brace
		for d.kind() != '}' && d.err == nil {
			name := string(unquoted(d.Value()))
			if !yield(name, append(json.RawMessage(nil), d.Value()...)) {
				return
			}
		}
	}
}

// Len returns how many members there are.
func (m UnknownFields) Len() int {
	count := 0
	for range m.All() {
		count++
	}
	return count
}

// IsZero reports whether there are none.
func (m UnknownFields) IsZero() bool { return m.object == "" }
