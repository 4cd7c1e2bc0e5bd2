package codec

import (
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object that is being decoded into a generated type.
type object struct {
	decoder   *Decoder
	fields    *Fields
	start     int          // in the text of the decoder
	count     int          // of the fields
	last      int          // index of the last known field plus 1
	seen      uint64       // bits of the known fields with an index below 64
	seenMore  map[int]bool // the other ones
	reference bool         // there is a $ref
}

// decodeObject decodes an object and keeps its JSON. A null counts as an object without fields and
// changes nothing.
func (d *Decoder) decodeObject(fields *Fields, target reflect.Value) {
	if !d.begin('{', "an object") {
		return
	}
	o := object{decoder: d, fields: fields, start: d.end() - 1}
	for !d.atEnd('}') {
		literal := d.Value()
		if literal == nil {
			return
		}
		o.count++
		if index := o.known(literal); index >= 0 {
			known := &fields.list[index]
			d.decode(known.shape, target.Field(known.index))
		} else {
			d.Value()
		}
		if d.err != nil {
			return
		}
	}
	d.tokens.ReadToken()
	o.close(fields.rawOf(target))
}

// known returns the index of the field with a name, given with its quotes, or -1. A name that
// differs from a known one only in case or escapes counts as that one if it has not come yet. It is
// an error if the object has the field already.
func (o *object) known(literal []byte) int {
	index := o.exact(literal)
	if index < 0 {
		name := literal[1 : len(literal)-1]
		o.reference = o.reference || string(name) == "$ref"
		if index = o.fold(name); index < 0 || o.has(index) && string(unquoted(literal)) != o.fields.names[index] {
			return -1
		}
	}
	o.last = index + 1
	switch {
	case o.has(index):
		o.decoder.Fail(errors.New("a field that comes twice"))
	case index < 64:
		o.seen |= 1 << index
	default:
		if o.seenMore == nil {
			o.seenMore = map[int]bool{}
		}
		o.seenMore[index] = true
	}
	return index
}

// exact returns the index of the field with exactly that name, or -1. Servers usually send the
// fields of a type in the same order, so it looks at the one that followed last time first.
func (o *object) exact(literal []byte) int {
	guess := o.fields.next[o.last].Load()
	if int(guess) < len(o.fields.list) && o.fields.list[guess].literal == string(literal) {
		return int(guess)
	}
	index := o.fields.lookup(literal)
	if index >= 0 {
		o.fields.next[o.last].Store(int32(index))
	}
	return index
}

func (o *object) has(index int) bool {
	return index < 64 && o.seen&(1<<index) != 0 || o.seenMore[index]
}

// fold returns the index of a name, ignoring case and escapes, or -1.
func (o *object) fold(escaped []byte) int {
	for _, b := range escaped {
		if b >= utf8.RuneSelf || b == '\\' {
			index, _ := o.fields.find(string(unquoted([]byte(`"` + string(escaped) + `"`))))
			return index
		}
	}
	for i, name := range o.fields.names { // the length or the first letter rules out most
		if len(name) == len(escaped) && name != "" && name[0]|0x20 == escaped[0]|0x20 && strings.EqualFold(name, string(escaped)) {
			return i
		}
	}
	return -1
}

// close stores the JSON of the object.
func (o *object) close(raw *Raw) {
	d := o.decoder
	none := o.seen == 0 && o.seenMore == nil && len(o.fields.names) > 0
	d.alien = none && o.count > 0
	if o.reference && (o.count == 1 || none) {
		d.Fail(errors.New("a reference ($ref) to another object in place of the object"))
		return
	}
	*raw = Raw{JSON: d.text[o.start:d.end()], Known: o.fields}
}

// unquoted returns the value of a valid JSON string, with invalid UTF-8 replaced.
func unquoted(literal []byte) []byte {
	value, _ := jsontext.AppendUnquote(nil, literal)
	return value
}
