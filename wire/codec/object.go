package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Object iterates over the fields of a JSON object. Generated types use it:
//
//	object := d.Object(&v.AdditionalProperties)
//	for object.Next() {
//		switch string(object.Name) {
//		case "Id":
//			d.Decode(&v.ID)
//		default:
//			object.Unknown("Id")
//		}
//	}
type Object struct {
	// Name is the name of the current field, without quotes. It is valid until the value is read.
	// Escapes are not resolved: no known name contains any, and Unknown resolves them.
	Name []byte

	literal []byte // the name as received
	decoder *Decoder
	unknown *UnknownFields
	start   int // of this object's fields in decoder.unknown
	open    bool
	again   bool // the current field matched a known name in Unknown; yield it under that name
}

// Object begins to decode an object and stores unknown fields in unknown. A null counts as an
// object without fields and leaves unknown unchanged.
func (d *Decoder) Object(unknown *UnknownFields) Object {
	return Object{decoder: d, unknown: unknown, start: len(d.unknown), open: d.begin('{', "an object")}
}

// Next advances to the next field and reports whether there is one.
func (o *Object) Next() bool {
	d := o.decoder
	switch {
	case !o.open || d.err != nil:
		return false
	case o.again:
		o.again = false
		return true
	case d.atEnd('}'):
		d.tokens.ReadToken()
		o.close()
		return false
	}
	literal := d.Value()
	if literal == nil {
		return false
	}
	o.literal, o.Name = literal, literal[1:len(literal)-1]
	return true
}

// Unknown keeps the current field. If its name differs from a known one only in case or escapes,
// Next yields the field again under the known name instead.
func (o *Object) Unknown(known ...string) {
	d := o.decoder
	if index := o.find(known); index >= 0 {
		o.Name, o.again = []byte(known[index]), true
		return
	}
	d.unknown = append(append(append(d.unknown, ','), o.literal...), ':')
	d.unknown = append(d.unknown, d.Value()...)
}

// find returns the index of the current name, ignoring case and escapes, or -1.
func (o *Object) find(known []string) int {
	if slices.ContainsFunc(o.Name, func(b byte) bool { return b >= utf8.RuneSelf || b == '\\' }) {
		return indexFold(known, string(unquoted(o.literal)))
	}
	for i, name := range known { // the length or the first letter rules out most
		if len(name) == len(o.Name) && name != "" && name[0]|0x20 == o.Name[0]|0x20 && strings.EqualFold(name, string(o.Name)) {
			return i
		}
	}
	return -1
}

// close stores the unknown fields. Those of the enclosing objects precede them in the buffer.
func (o *Object) close() {
	o.open = false
	d := o.decoder
	*o.unknown = UnknownFields{}
	if fields := d.unknown[o.start:]; len(fields) > 0 {
		fields[0] = '{' // replaces the first comma
		d.unknown = append(d.unknown, '}')
		o.unknown.object = d.Keep(d.unknown[o.start:])
	}
	d.unknown = d.unknown[:o.start]
}

// plain reports whether a JSON string needs only its quotes removed.
func plain(literal []byte) bool {
	return bytes.IndexByte(literal, '\\') < 0 && utf8.Valid(literal)
}

// unquoted returns the value of a valid JSON string, with invalid UTF-8 replaced.
func unquoted(literal []byte) []byte {
	value, _ := jsontext.AppendUnquote(nil, literal)
	return value
}

func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(known string) bool { return strings.EqualFold(known, name) })
}

// MarshalObject writes the fields of known, a struct without its own MarshalJSON, and then the
// unknown fields. An unknown field with one of the given names is an error, because known already
// has a field for it. Generated types call it.
func MarshalObject(known any, unknown UnknownFields, names ...string) ([]byte, error) {
	data, err := Marshal(known)
	if err != nil || unknown.IsZero() {
		return data, err
	}
	for name := range unknown.All() {
		if indexFold(names, name) >= 0 {
			return nil, fmt.Errorf("field %s is also in AdditionalProperties: remove it there", name)
		}
	}
	data = data[:len(data)-1] // reopen the object
	if data[len(data)-1] != '{' {
		data = append(data, ',')
	}
	return append(data, unknown.object[1:]...), nil
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
