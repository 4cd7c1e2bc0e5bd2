package codec

import (
	"iter"
	"slices"
)

// Raw is the JSON of an object. It is what wire.UnknownFields stores.
type Raw struct {
	JSON string // empty without an object

	// Known are the fields of the type that the object was read as, which are in JSON as well. It
	// is nil if all fields are unknown.
	Known *Fields

	explicit *explicit // fields to be sent although they have no value
}

// RawField is a field of an object.
type RawField struct {
	Literal string // the name with its quotes
	Name    string
	Value   string // JSON
}

// Unknown iterates over the fields that were not read as known ones.
func (r Raw) Unknown() iter.Seq[RawField] {
	return func(yield func(RawField) bool) {
		for field, known := range r.All() {
			if known == "" && !yield(field) {
				return
			}
		}
	}
}

// All iterates over all fields, with the names that the known ones have in the spec and "" for
// unknown ones.
func (r Raw) All() iter.Seq2[RawField, string] {
	return func(yield func(RawField, string) bool) {
		if r.JSON == "" {
			return
		}
		d := newDecoder([]byte(r.JSON), r.JSON)
		defer d.release()
		d.tokens.ReadToken() // the brace
		var folded []int     // the known fields that came with another case
		for d.kind() != '}' && d.err == nil {
			literal := d.Literal()
			field := RawField{literal, unquoted(literal), d.Literal()}
			if !yield(field, r.knownAs(field.Name, &folded)) {
				return
			}
		}
	}
}

// knownAs returns the name in the spec of the known field that a field was read as, if any. The
// Decoder reads a field with another case if none has the exact name before it; it rejects objects
// with the exact name after it.
func (r Raw) knownAs(name string, folded *[]int) string {
	if r.Known == nil {
		return ""
	}
	index, exact := r.Known.find(name)
	if index < 0 {
		return ""
	}
	if !exact {
		if slices.Contains(*folded, index) || r.has(r.Known.names[index]) {
			return ""
		}
		*folded = append(*folded, index)
	}
	return r.Known.names[index]
}

// has reports whether the object has a field with exactly that name.
func (r Raw) has(name string) bool {
	for field := range (Raw{JSON: r.JSON}).Unknown() {
		if field.Name == name {
			return true
		}
	}
	return false
}

// Set returns the object with another value for the first unknown field of that name and without the
// others, or without any if value is empty. A new field is the last one.
func (r Raw) Set(name, value string) Raw {
	object := []byte{'{'}
	for field, known := range r.All() {
		switch {
		case known != "" || field.Name != name:
			object = appendField(object, field.Literal, field.Value)
		case value != "":
			object = appendField(object, field.Literal, value)
			value = ""
		}
	}
	if value != "" {
		object = appendField(object, quoted(name), value)
	}
	if r.Known == nil && len(object) == 1 {
		return Raw{explicit: r.explicit}
	}
	return Raw{string(append(object, '}')), r.Known, r.explicit}
}
