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

// Object reads the members of a JSON object, one after the other. Generated types use it:
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
	// Name is the name of the member whose value is to be read, without the quotes; good until then. One that is written with
	// escapes comes as it is: none of the listed names has any, and Unknown looks at it again.
	Name []byte

	literal []byte // the name as it came
	decoder *Decoder
	unknown *UnknownFields
	start   int // of its unknown members in decoder.unknown
	isOpen  bool
	isAgain bool // the member before has the name of a listed one but for the case, and is to be read as that one
}

// Object begins to read an object, whose unknown members are to go to unknown. A null is an object without members that
// leaves unknown as it is.
func (d *Decoder) Object(unknown *UnknownFields) Object {
	return Object{decoder: d, unknown: unknown, start: len(d.unknown), isOpen: d.begin('{', "an object")}
}

// Next reads up to the value of the next member, and reports whether there is one.
func (o *Object) Next() bool {
	d := o.decoder
	switch {
	case !o.isOpen || d.err != nil:
		return false
	case o.isAgain:
		o.isAgain = false
		return true
	case d.isAtEnd('}'):
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

// Unknown keeps the member, which has none of the listed names, as it is. A member whose name differs from a listed one by
// case or escapes alone is not kept: Next returns it again, under the listed name.
func (o *Object) Unknown(listed ...string) {
	d := o.decoder
	if index := o.find(listed); index >= 0 {
		o.Name, o.isAgain = []byte(listed[index]), true
		return
	}
	d.unknown = append(append(append(d.unknown, ','), o.literal...), ':')
	d.unknown = append(d.unknown, d.Value()...)
}

// find returns the index of the name without regard to case and escapes, or -1.
func (o *Object) find(listed []string) int {
	if slices.ContainsFunc(o.Name, func(b byte) bool { return b >= utf8.RuneSelf || b == '\\' }) {
		return indexFold(listed, string(unquoted(o.literal)))
	}
	for i, name := range listed { // most end at their length or first letter
		if len(name) == len(o.Name) && name != "" && name[0]|0x20 == o.Name[0]|0x20 && strings.EqualFold(name, string(o.Name)) {
			return i
		}
	}
	return -1
}

// close hands the unknown members over. Those of the object around it, which is not at its end, lie before them.
func (o *Object) close() {
	o.isOpen = false
	d := o.decoder
	*o.unknown = UnknownFields{}
	if members := d.unknown[o.start:]; len(members) > 0 {
		members[0] = '{' // in place of the first comma
		d.unknown = append(d.unknown, '}')
		o.unknown.object = d.Keep(d.unknown[o.start:])
	}
	d.unknown = d.unknown[:o.start]
}

// isPlainText reports whether a JSON string stands for just what is between its quotes.
func isPlainText(literal []byte) bool {
	return bytes.IndexByte(literal, '\\') < 0 && utf8.Valid(literal)
}

// unquoted returns the text of a JSON string that is known to be valid but for its UTF-8, which is mended.
func unquoted(literal []byte) []byte {
	text, _ := jsontext.AppendUnquote(nil, literal)
	return text
}

// indexFold returns the index of a name without regard to case, or -1.
func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(listed string) bool { return strings.EqualFold(listed, name) })
}

// MarshalObject writes known, a struct without JSON methods of its own, and behind its members the unknown ones. A member
// of unknown that is in names is an error, because the field of known says the same. Generated types call it.
func MarshalObject(known any, unknown UnknownFields, names ...string) ([]byte, error) {
	data, err := Marshal(known)
	if err != nil || unknown.IsZero() {
		return data, err
	}
	for name := range unknown.All() {
		if indexFold(names, name) >= 0 {
			return nil, fmt.Errorf("member %s is set twice: use the field of the struct alone", name)
		}
	}
	data = data[:len(data)-1] // the members go before the closing brace
	if data[len(data)-1] != '{' {
		data = append(data, ',')
	}
	return append(data, unknown.object[1:]...), nil
}

// Marshal leaves <, > and & as they are: the encoder of the caller escapes them if it is to.
func Marshal(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}
