// Package codec reads and writes the JSON of generated types. Only generated code and package call use it; the values that
// callers work with are in package wire.
package codec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Decodable is a pointer to a type that reads itself from a [Decoder]. The types of generated packages are.
type Decodable interface {
	DecodeJSON(*Decoder)
}

// Decoder reads one JSON value into generated types in a single pass. It keeps the first error and then reads nothing
// more, so that generated code need not look at errors. [Unmarshal] makes one; a Decoder is not safe for concurrent use.
//
// As in encoding/json, null leaves a plain value as it is, names are matched exactly or else without regard to case, of
// a name that is repeated the last one counts, and text that is not UTF-8 is mended.
type Decoder struct {
	tokens  jsontext.Decoder
	input   bytes.Buffer
	size    int             // of the input
	texts   strings.Builder // see Keep
	unknown []byte          // the unknown members of the objects that are being read, one behind the other
	lengths []*elementsOf   // see DecodeSlice
	err     error
}

// The settings of a Decoder that are not the defaults of jsontext, which refuses both.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// ValueError is a value that the type cannot hold: text for a number, say. Its text has no part of the value, unless a method
// of a type that is not generated quotes it.
type ValueError struct {
	Pointer string // JSON pointer (RFC 6901) of the value; empty for the whole
	Err     error
}

func (e *ValueError) Error() string {
	if e.Pointer == "" {
		return e.Err.Error()
	}
	return e.Pointer + ": " + e.Err.Error()
}

// Unwrap returns what is wrong with the value.
func (e *ValueError) Unwrap() error { return e.Err }

// SyntaxError is text that is not JSON.
type SyntaxError struct {
	Offset int64 // in bytes
	Err    error // io.ErrUnexpectedEOF where the text only breaks off
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at offset %d: %v", e.Offset, e.Err)
}

// Unwrap returns what is wrong with the text.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Unmarshal is [json.Unmarshal] for generated types, and slices and maps of them, and faster. The values that it
// reads hold no part of data. What a type cannot hold is a [*ValueError], what is not JSON a [*SyntaxError]. Where
// reading fails, target may have been filled in part.
func Unmarshal(data []byte, target any) error {
	d := newDecoder(data)
	defer d.release()
	d.Decode(target)
	if d.err == nil {
		d.end()
	}
	return d.err
}

func newDecoder(data []byte) *Decoder {
	d := decoders.Get().(*Decoder)
	d.input = *bytes.NewBuffer(data) // which jsontext reads in place
	d.size = len(data)
	d.tokens.Reset(&d.input, lenient...)
	return d
}

func (d *Decoder) release() {
	d.input = bytes.Buffer{}
	d.tokens.Reset(&d.input, lenient...)
	d.texts.Reset()
	if cap(d.unknown) > maxSpareBytes {
		d.unknown = nil
	}
	d.unknown = d.unknown[:0]
	d.err = nil
	decoders.Put(d)
}

// end refuses what goes on behind the value.
func (d *Decoder) end() {
	offset := d.tokens.InputOffset()
	_, err := d.tokens.ReadToken()
	if _, isSyntax := errors.AsType[*jsontext.SyntacticError](err); isSyntax || err == nil {
		d.err = &SyntaxError{offset, errors.New("the JSON goes on after its end")}
	} else if err != io.EOF {
		d.failAsIs(err)
	}
}

// Fail keeps the first error, with the place of the value that was read last.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = &ValueError{string(d.tokens.StackPointer()), err}
	}
}

// failAsIs keeps the first error, if it is one. The names that jsontext gives are left out, because they may be data.
func (d *Decoder) failAsIs(err error) {
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

// kind returns the first byte of the next value, with n, t, f, 0, ", { and [ for all that begin in the same way; 0 where
// there is none.
func (d *Decoder) kind() jsontext.Kind {
	if d.err != nil {
		return 0
	}
	return d.tokens.PeekKind()
}

// isAtEnd reports whether the delimiter that an object or array ends with is next.
func (d *Decoder) isAtEnd(delimiter byte) bool {
	if rest := d.tokens.UnreadBuffer(); len(rest) > 0 && rest[0] > ' ' { // without white space, which is how most answers come
		return rest[0] == delimiter
	}
	return d.kind() == jsontext.Kind(delimiter)
}

// Value reads the next value and returns its JSON, which is good until the next read; nil after an error.
func (d *Decoder) Value() []byte {
	if d.err != nil {
		return nil
	}
	value, err := d.tokens.ReadValue()
	if err != nil {
		d.failAsIs(err)
		return nil
	}
	return value
}

// valueOf reads the next value, which must be of the kind, and returns its JSON; nil after an error, and for null.
func (d *Decoder) valueOf(kind jsontext.Kind, wanted string) []byte {
	value := d.Value()
	switch {
	case value == nil || value[0] == 'n':
		return nil
	case jsontext.Value(value).Kind() != kind:
		d.failKind(wanted, value)
		return nil
	}
	return value
}

// begin reads the delimiter that an object or array begins with, and reports whether there is one. A null is read, too.
func (d *Decoder) begin(delimiter jsontext.Kind, wanted string) bool {
	if kind := d.kind(); kind != delimiter {
		if value := d.Value(); value != nil && kind != 'n' {
			d.failKind(wanted, value)
		}
		return false
	}
	d.tokens.ReadToken() // cannot fail: it is there
	return true
}

// Null reads a null, if that is the next value, and reports whether it was.
func (d *Decoder) Null() bool {
	if d.kind() != 'n' {
		return false
	}
	d.Value()
	return true
}

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

func (d *Decoder) failKind(wanted string, value []byte) {
	got := map[jsontext.Kind]string{'t': "a boolean", 'f': "a boolean", '"': "text", '0': "a number", '{': "an object", '[': "an array"}
	d.Fail(fmt.Errorf("want %s, got %s", wanted, got[jsontext.Value(value).Kind()]))
}

const (
	textsBlock    = 4 << 10
	maxSpareBytes = 64 << 10
)

// Keep returns a copy of text. Short texts share a block, which saves an allocation for each; a text that outlives the
// others keeps no more than one block in memory.
func (d *Decoder) Keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if d.texts.Cap()-d.texts.Len() < len(text) {
		if len(text) > textsBlock/8 {
			return string(text)
		}
		d.texts.Reset()
		d.texts.Grow(min(textsBlock, d.size))
	}
	start := d.texts.Len()
	d.texts.Write(text)
	return d.texts.String()[start:]
}

// text returns the text that a JSON string stands for.
func (d *Decoder) text(literal []byte) string {
	if isPlainText(literal) {
		return d.Keep(literal[1 : len(literal)-1])
	}
	return d.Keep(unquoted(literal))
}
