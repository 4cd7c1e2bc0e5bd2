package codec

import (
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object that is being decoded into a generated type.
type object struct {
	decoder   *Decoder
	fields    *Fields
	start     int          // in the text of the decoder
	count     int          // of the fields
	seen      uint64       // bits of the known fields with an index below 64
	seenMore  map[int]bool // the other ones
	reference bool         // there is a $ref
}

// decodeObject decodes an object and keeps its JSON. A null counts as an object without fields and
// changes nothing.
func (d *Decoder) decodeObject(fields *Fields, target unsafe.Pointer) {
	if !d.begin('{', "an object") {
		return
	}
	o := object{decoder: d, fields: fields, start: d.end() - 1}
	next := &fields.first
	for !d.atEnd('}') {
		literal := d.Literal()
		if literal == "" {
			return
		}
		o.count++
		if known := o.known(literal, next); known != nil {
			next = &known.next
			d.decode(known.shape, unsafe.Add(target, known.offset))
		} else {
			d.Value()
		}
		if d.err != nil {
			return
		}
	}
	d.tokens.ReadToken()
	o.close(fields.rawOf(reflect.NewAt(fields.typ, target).Elem()))
}

// known returns the field with a name, given with its quotes, or nil. A name that differs from a
// known one only in case or escapes counts as that one if it has not come yet. It is an error if the
// object has the field already.
//
// Servers usually send the fields of a type in the same order. Next is the field that came here in
// the last object.
func (o *object) known(literal string, next *atomic.Pointer[field]) *field {
	f := next.Load()
	if f == nil || f.literal != literal {
		name := literal[1 : len(literal)-1]
		position, exact := o.search(name)
		o.reference = o.reference || !exact && name == "$ref"
		if position < 0 || !exact && o.has(position) && unquoted(literal) != o.fields.names[position] {
			return nil
		}
		f = o.fields.list[position]
		if exact {
			next.Store(f)
		}
	}
	switch {
	case o.has(f.position):
		o.decoder.Fail(errors.New("a field that comes twice"))
	case f.position < 64:
		o.seen |= 1 << f.position
	default:
		if o.seenMore == nil {
			o.seenMore = map[int]bool{}
		}
		o.seenMore[f.position] = true
	}
	return f
}

func (o *object) has(index int) bool {
	return index < 64 && o.seen&(1<<index) != 0 || o.seenMore[index]
}

// search returns the position of a field by its name, or else by one that differs only in case or
// escapes, or -1.
func (o *object) search(escaped string) (position int, exact bool) {
	for i := range len(escaped) {
		if b := escaped[i]; b >= utf8.RuneSelf || b == '\\' {
			name := unquoted(`"` + escaped + `"`)
			position, exact = o.fields.find(name)
			return position, exact && name == escaped
		}
	}
	position = -1
	for i, name := range o.fields.names { // the length or the first letter rules out most
		if len(name) != len(escaped) || name == "" || name[0]|0x20 != escaped[0]|0x20 {
			continue
		}
		if name == escaped {
			return i, true
		}
		if position < 0 && strings.EqualFold(name, escaped) {
			position = i
		}
	}
	return position, false
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
func unquoted(literal string) string {
	value, _ := jsontext.AppendUnquote(nil, literal)
	return string(value)
}
