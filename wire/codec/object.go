package codec

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Fields are the names of the fields of a generated type.
type Fields struct{ names []string }

// NewFields returns the fields with the given names. Each type has one Fields, in a variable.
func NewFields(names ...string) *Fields { return &Fields{names} }

// Find returns the name of the field that a name means: the same, or else one that differs only in
// case. It finds nothing in a nil Fields.
func (f *Fields) Find(name string) (string, bool) {
	if f == nil {
		return "", false
	}
	index, _ := f.index(name)
	if index < 0 {
		return "", false
	}
	return f.names[index], true
}

// index returns the index of a name, or else of one that differs only in case, or -1.
func (f *Fields) index(name string) (index int, exact bool) {
	if index = slices.Index(f.names, name); index >= 0 {
		return index, true
	}
	return indexFold(f.names, name), false
}

// Object iterates over the fields of a JSON object. Generated types use it:
//
//	object := d.Object(articleFields, a.AdditionalProperties.Raw())
//	for object.Next() {
//		switch string(object.Name) {
//		case "Id":
//			object.Known(0)
//			d.Int64(&a.ID)
//		default:
//			object.Unknown()
//		}
//	}
type Object struct {
	// Name is the name of the current field, without quotes. It is valid until the value is read.
	// Escapes are not resolved: no known name contains any, and Unknown resolves them.
	Name []byte

	decoder   *Decoder
	fields    *Fields
	raw       *Raw
	start     int          // of the object in the text of the decoder
	count     int          // of the fields
	seen      uint64       // bits of the known fields with an index below 64
	seenMore  map[int]bool // the other ones
	open      bool
	again     bool // the current field matched a known name in Unknown; yield it under that name
	reference bool // there is a $ref
}

// Object begins to decode an object, and stores its JSON in raw. A null counts as an object
// without fields and leaves raw unchanged.
func (d *Decoder) Object(fields *Fields, raw *Raw) Object {
	open := d.begin('{', "an object")
	return Object{decoder: d, fields: fields, raw: raw, start: d.end() - 1, open: open}
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
	o.Name = literal[1 : len(literal)-1]
	o.count++
	return true
}

// Known marks the field with an index in Fields as the current one. It is an error if the object
// has it already.
func (o *Object) Known(index int) {
	if index > 63 || o.seen&(1<<index) != 0 {
		o.knownAgain(index)
	}
	o.seen |= 1 << index
}

// knownAgain is the rare part of Known, which is inlined.
func (o *Object) knownAgain(index int) {
	if o.has(index) {
		o.decoder.Fail(errors.New("a field that comes twice"))
	}
	if o.seenMore == nil {
		o.seenMore = map[int]bool{}
	}
	o.seenMore[index] = true
}

func (o *Object) has(index int) bool {
	return index < 64 && o.seen&(1<<index) != 0 || o.seenMore[index]
}

// Unknown skips the value of the current field, whose JSON the object keeps. If its name differs
// from a known one only in case or escapes, and that field has not come yet, Next yields the field
// again under the known name instead.
func (o *Object) Unknown() {
	d := o.decoder
	if index := o.find(); index >= 0 && (!o.has(index) || o.names(index)) {
		o.Name, o.again = []byte(o.fields.names[index]), true
		return
	}
	o.reference = o.reference || string(o.Name) == "$ref"
	d.Value()
}

// names reports whether the current name is exactly a known one, apart from escapes.
func (o *Object) names(index int) bool { return o.name() == o.fields.names[index] }

// name returns the current name without escapes.
func (o *Object) name() string { return string(unquoted([]byte(`"` + string(o.Name) + `"`))) }

// find returns the index of the current name, ignoring case and escapes, or -1.
func (o *Object) find() int {
	for _, b := range o.Name {
		if b >= utf8.RuneSelf || b == '\\' {
			index, _ := o.fields.index(o.name())
			return index
		}
	}
	for i, name := range o.fields.names { // the length or the first letter rules out most
		if len(name) == len(o.Name) && name != "" && name[0]|0x20 == o.Name[0]|0x20 && strings.EqualFold(name, string(o.Name)) {
			return i
		}
	}
	return -1
}

// close stores the JSON of the object.
func (o *Object) close() {
	o.open = false
	d := o.decoder
	none := o.seen == 0 && o.seenMore == nil && len(o.fields.names) > 0
	d.alien = none && o.count > 0
	if o.reference && (o.count == 1 || none) {
		d.Fail(errors.New("a reference ($ref) to another object in place of the object"))
		return
	}
	*o.raw = Raw{d.text[o.start:d.end()], o.fields}
}

// unquoted returns the value of a valid JSON string, with invalid UTF-8 replaced.
func unquoted(literal []byte) []byte {
	value, _ := jsontext.AppendUnquote(nil, literal)
	return value
}

func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(known string) bool { return strings.EqualFold(known, name) })
}
