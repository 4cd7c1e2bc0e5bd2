// Package codec reads and writes the JSON of generated types. It is for generated code and the
// client itself; package wire contains the values users work with.
package codec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Decodable is a type that decodes itself, such as a pointer to a wire.Decimal.
type Decodable interface {
	DecodeJSON(*Decoder)
}

// Decoder decodes one JSON value into generated types in a single pass. It keeps the first error
// and reads nothing after it, so generated code need not check errors. [Unmarshal] and [Elements]
// create Decoders. A Decoder is not safe for concurrent use.
//
// As in encoding/json, null leaves a plain value unchanged, and names match exactly or else
// case-insensitively. What encoding/json would read as something else is an error: a field that
// comes twice, a string that is not valid UTF-8, null in a list of plain values, and an object that
// only refers to another one ($ref).
type Decoder struct {
	tokens  jsontext.Decoder
	input   bytes.Buffer
	text    string // a copy of the input from base on, which strings and objects are parts of
	base    int64
	scratch []byte
	slabs   []*slabFor // see decodeSlice
	alien   bool       // the object that ended last had none of the fields of its type
	err     error
}

var errAlien = errors.New("an object with none of the fields of its type")

// jsontext rejects both by default.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// maxSpareBytes limits the memory that a Decoder keeps for the next use.
const maxSpareBytes = 64 << 10

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// Unmarshal is a faster [encoding/json.Unmarshal] for generated types and for slices and maps of
// them. Decoded values do not share memory with data, but with each other: a string or an object
// that outlives the rest keeps a copy of data in memory. Errors are of type [*ValueError] or
// [*SyntaxError]; after an error, target may be partly filled.
func Unmarshal(data []byte, target any) error {
	d := newDecoder(data, string(data))
	defer d.release()
	d.Decode(target)
	if d.err == nil {
		d.finish()
	}
	return d.err
}

// UnmarshalResult is [Unmarshal] for the result of a call: an object with none of the fields of its
// type, such as one around the result, is an error.
func UnmarshalResult(data []byte, target any) error {
	d := newDecoder(data, string(data))
	defer d.release()
	d.Decode(target)
	if d.err == nil && d.alien && isObject(target) && jsontext.Value(data).Kind() == '{' {
		d.Fail(errAlien)
	}
	if d.err == nil {
		d.finish()
	}
	return d.err
}

// isObject reports whether target points to an object of a generated type.
func isObject(target any) bool { return shapeOf(reflect.TypeOf(target).Elem()).kind == shapeObject }

// newDecoder reads data, which text is a copy of.
func newDecoder(data []byte, text string) *Decoder {
	d := decoders.Get().(*Decoder)
	d.input = *bytes.NewBuffer(data) // jsontext reads a bytes.Buffer in place
	d.text = text
	d.tokens.Reset(&d.input, lenient...)
	return d
}

func (d *Decoder) release() {
	d.input = bytes.Buffer{}
	d.tokens.Reset(&d.input, lenient...)
	d.text, d.err, d.alien = "", nil, false
	for _, slab := range d.slabs {
		*slab = slabFor{shape: slab.shape, last: slab.last} // its slices still use the block
	}
	if cap(d.scratch) > maxSpareBytes {
		d.scratch = nil
	}
	decoders.Put(d)
}

// finish rejects trailing data.
func (d *Decoder) finish() {
	offset := d.tokens.InputOffset()
	_, err := d.tokens.ReadToken()
	if _, syntax := errors.AsType[*jsontext.SyntacticError](err); syntax || err == nil {
		d.err = &SyntaxError{offset, errors.New("trailing data after JSON value")}
	} else if err != io.EOF {
		d.failRead(err)
	}
}

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// Fail reports that the value read last does not fit. Only the first error counts.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = &ValueError{string(d.tokens.StackPointer()), err}
	}
}

// failRead keeps the first error of reading, if any. It drops the pointer that jsontext adds,
// because field names may be personal data.
func (d *Decoder) failRead(err error) {
	if d.err != nil || err == nil {
		return
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		err = &SyntaxError{syntax.ByteOffset, syntax.Err}
	} else if err == io.EOF {
		err = &SyntaxError{d.tokens.InputOffset(), io.ErrUnexpectedEOF}
	}
	d.err = err
}

func (d *Decoder) failKind(want, literal string) {
	d.Fail(fmt.Errorf("want %s, got %s", want, kindOf(literal)))
}

func kindOf(literal string) string {
	switch literal[0] {
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "a number"
}

// kind returns the kind of the next value: n, t, f, 0, ", {, [ or a closing bracket. It is 0 at the
// end of the input or after an error.
func (d *Decoder) kind() jsontext.Kind {
	if d.err != nil {
		return 0
	}
	return d.tokens.PeekKind()
}

// ahead returns the index in text of the next token. It is the length of text if that token has not
// been read from the stream.
func (d *Decoder) ahead() int {
	index := d.end()
	for index < len(d.text) && (d.text[index] <= ' ' || d.text[index] == ',' || d.text[index] == ':') {
		index++
	}
	return index
}

// atEnd reports whether the closing delimiter of an object or array is next.
func (d *Decoder) atEnd(delimiter byte) bool {
	// Most responses have no white space, so the next byte usually decides.
	if end := d.end(); end < len(d.text) && d.text[end] > ' ' {
		return d.text[end] == delimiter
	}
	return d.kind() == jsontext.Kind(delimiter)
}

// Value reads the next value and returns its JSON, or nil after an error. The slice is valid until
// the next read.
func (d *Decoder) Value() []byte {
	if d.err != nil {
		return nil
	}
	value, err := d.tokens.ReadValue()
	if err != nil {
		d.failRead(err)
		return nil
	}
	return value
}

// Null reports whether the next value is null, and reads it if so.
func (d *Decoder) Null() bool {
	if d.kind() != 'n' {
		return false
	}
	d.Value()
	return true
}

// begin reads the opening delimiter of an object or array and reports whether it was there. It
// also reads a null.
func (d *Decoder) begin(delimiter jsontext.Kind, want string) bool {
	if kind := d.kind(); kind != delimiter {
		if literal := d.Literal(); literal != "" && kind != 'n' {
			d.failKind(want, literal)
		}
		return false
	}
	d.tokens.ReadToken() // cannot fail: kind has seen it
	return true
}

// Literal reads the next value and returns its JSON, or "" after an error.
func (d *Decoder) Literal() string {
	if d.err != nil {
		return ""
	}
	start := d.ahead()
	if start == len(d.text) || d.text[start]|0x20 == '{' || d.text[start]|0x20 == '}' { // or a bracket
		value := d.Value()
		return d.text[d.end()-len(value) : d.end()]
	}
	if _, err := d.tokens.ReadToken(); err != nil { // faster than ReadValue
		d.failRead(err)
		return ""
	}
	return d.text[start:d.end()]
}

// end returns the index in text behind what was read last.
func (d *Decoder) end() int { return int(d.tokens.InputOffset() - d.base) }

// unquote returns the value of a JSON string. A string that Go cannot hold is an error: written back,
// it would be another one.
func (d *Decoder) unquote(literal string) string {
	if strings.IndexByte(literal, '\\') < 0 && utf8.ValidString(literal) {
		return literal[1 : len(literal)-1]
	}
	value, err := jsontext.AppendUnquote(d.scratch[:0], literal)
	d.scratch = value
	if err != nil {
		d.Fail(errNotUTF8)
	}
	return string(value)
}

var errNotUTF8 = errors.New("a string that is not valid UTF-8, or has half of a surrogate pair")
