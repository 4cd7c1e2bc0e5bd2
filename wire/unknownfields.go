package wire

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/xsale-go/xsale/wire/codec"
)

// UnknownFields contains the fields of an object that the spec does not list, in the order the
// server sent them, with their exact JSON. Generated types embed it and write the fields back. Its
// methods are methods of each generated type, except where a field has the same name: then write
// object.UnknownFields.Get, say.
//
// In an object that was read, it also remembers how the known fields came, so that the object is
// written back as it came: null stays null, 0 stays 0, and an absent field stays absent, except for
// the fields that have been changed. To write an object like one made in Go, set its UnknownFields
// to the zero value.
//
// In an object that is made in Go, an optional field without a value is not sent.
// [UnknownFields.SendNull] and [UnknownFields.SendZero] send it nevertheless.
//
// The zero value is empty. Changing a copy leaves the original alone; concurrent reads are safe.
type UnknownFields struct{ raw codec.Raw }

// The methods are not inlined, because the compiler would put their code into each generated type,
// which doubles the code of a package and the time to compile it.

// Raw gives package codec access to the JSON. Generated code calls it.
func (f *UnknownFields) Raw() *codec.Raw { return &f.raw }

// Get returns the exact JSON of a field and whether it is present. It finds a name as known fields
// are found: exactly, or with another case if only one name differs that way. The last of several
// equal names wins.
//
//go:noinline
func (f UnknownFields) Get(name string) (json.RawMessage, bool) {
	value, _ := find(f, name)
	return json.RawMessage(value), value != ""
}

// find returns the JSON of a field; empty without one. Like the other helpers it is no method,
// because each generated type would get it.
func find(f UnknownFields, name string) (value string, err error) {
	actual, err := locate(f, name)
	for field := range f.raw.Unknown() {
		if err == nil && field.Name == actual {
			value = field.Value
		}
	}
	return value, err
}

// locate returns the name that a field has in the object: the same, or else the only one that
// differs in case, or else the given one for a field that is absent.
func locate(f UnknownFields, name string) (actual string, err error) {
	actual = name
	for field := range f.raw.Unknown() {
		switch {
		case field.Name == name:
			return name, nil
		case !strings.EqualFold(field.Name, name):
		case actual == name:
			actual = field.Name
		case actual != field.Name:
			err = fmt.Errorf("field %s may be %s or %s: use the exact name", name, actual, field.Name)
		}
	}
	return actual, err
}

// GetString returns a string, however the server escaped it. It returns false if the field is
// absent or null, and an error if it is not a string. Names are found as by [UnknownFields.Get], but
// a name with several candidates is an error.
//
//go:noinline
func (f UnknownFields) GetString(name string) (string, bool, error) { return get[string](f, name) }

// GetInt returns an integer, like [UnknownFields.GetString]. A number with a fraction or an
// exponent is an error.
//
//go:noinline
func (f UnknownFields) GetInt(name string) (int64, bool, error) { return get[int64](f, name) }

// GetDecimal returns an exact number, like [UnknownFields.GetString]. The server may have quoted
// it.
//
//go:noinline
func (f UnknownFields) GetDecimal(name string) (Decimal, bool, error) { return get[Decimal](f, name) }

// GetDateTime returns a date, like [UnknownFields.GetString].
//
//go:noinline
func (f UnknownFields) GetDateTime(name string) (DateTime, bool, error) {
	return get[DateTime](f, name)
}

func get[T any](f UnknownFields, name string) (value T, ok bool, err error) {
	literal, err := find(f, name)
	if err != nil || literal == "" || literal == null {
		return value, false, err
	}
	if err := codec.Unmarshal([]byte(literal), &value); err != nil {
		var none T
		return none, false, fmt.Errorf("field %s: %w", name, err)
	}
	return value, true, nil
}

// Set replaces a field, found as by [UnknownFields.Get], or adds it at the end. It returns an error and changes nothing if value is
// not valid JSON, or if the object was read and the spec lists the field.
//
//go:noinline
func (f *UnknownFields) Set(name string, value json.RawMessage) error {
	if !json.Valid(value) || !utf8.Valid(value) {
		return fmt.Errorf("value of field %s is not valid JSON", name)
	}
	if known, ok := f.raw.Known.Find(name); ok {
		return fmt.Errorf("field %s is known as %s: set the field of the struct", name, known)
	}
	actual, err := locate(*f, name)
	if err != nil {
		return err
	}
	f.raw = f.raw.Set(actual, string(value))
	return nil
}

// Delete removes a field, found as by [UnknownFields.Get].
//
//go:noinline
func (f *UnknownFields) Delete(name string) {
	if actual, err := locate(*f, name); err == nil {
		f.raw = f.raw.Set(actual, "")
	}
}

// All iterates over the names and the exact JSON of the fields, in order.
//
//go:noinline
func (f UnknownFields) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for field := range f.raw.Unknown() {
			if !yield(field.Name, json.RawMessage(field.Value)) {
				return
			}
		}
	}
}

// Len returns the number of fields.
//
//go:noinline
func (f UnknownFields) Len() int {
	count := 0
	for range f.raw.Unknown() {
		count++
	}
	return count
}

// SendNull makes the object send null for fields that have no value, such as an empty string. The
// names are those in JSON. Writing the object fails if it has no such field, if the spec does not
// allow null for it, or if the field has a value.
//
//go:noinline
func (f *UnknownFields) SendNull(names ...string) { f.raw.SendNull(names...) }

// SendZero makes the object send the zero value of fields that have no value: "", 0, false, an
// empty list or an empty map. The names are those in JSON. Writing the object fails if it has no
// such field, or if the field has no zero value, such as a date.
//
//go:noinline
func (f *UnknownFields) SendZero(names ...string) { f.raw.SendZero(names...) }
