package codec

import (
	"errors"
	"io"
)

// Elements decodes the elements of a JSON array one by one from a stream, so only one is in memory
// at a time. The array is the whole stream or the first array in an object; the vendor does not
// document which. After an error every call returns that error. Elements is not safe for concurrent
// use.
type Elements struct {
	decoder   Decoder
	enveloped bool
}

// NewElements reads from stream and does not close it.
func NewElements(stream io.Reader) *Elements {
	e := &Elements{}
	e.decoder.size = stringsBlock // the size of a stream is unknown
	e.decoder.tokens.Reset(stream, lenient...)
	return e
}

// Open reads up to the first element.
func (e *Elements) Open() error {
	d := &e.decoder
	switch d.kind() {
	case '[':
		d.tokens.ReadToken()
		return nil
	case '{':
		e.enveloped = true
		d.tokens.ReadToken()
		return e.openField()
	}
	if d.Value(); d.err == nil {
		d.err = errors.New("response is neither a JSON array nor an object")
	}
	return d.err
}

// openField finds the first array in the object.
func (e *Elements) openField() error {
	d := &e.decoder
	for d.kind() != '}' {
		d.skip() // the name
		if d.kind() == '[' {
			d.tokens.ReadToken()
			return nil
		}
		if d.skip(); d.err != nil {
			return d.err
		}
	}
	d.err = errors.New("response object contains no array")
	return d.err
}

// More reports whether Next has another element or an error to return.
func (e *Elements) More() bool { return e.decoder.kind() != ']' }

// Next decodes the next element into target, a pointer.
func (e *Elements) Next(target any) error {
	d := &e.decoder
	d.Decode(target)
	return d.err
}

// Close reads the stream to its end and returns an error if it is truncated.
func (e *Elements) Close() error {
	d := &e.decoder
	if d.err != nil {
		return d.err
	}
	d.tokens.ReadToken() // the bracket
	for e.enveloped && d.err == nil && d.kind() != '}' {
		d.skip()
	}
	if e.enveloped && d.err == nil {
		d.tokens.ReadToken()
	}
	if d.err == nil {
		d.end()
	}
	return d.err
}

// skip discards the next value.
func (d *Decoder) skip() {
	if d.err == nil {
		d.failRead(d.tokens.SkipValue())
	}
}
