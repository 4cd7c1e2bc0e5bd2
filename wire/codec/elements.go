package codec

import (
	"errors"
	"io"
)

// Elements reads the elements of a JSON array one by one from a stream, so that memory holds one of them. The array is
// the whole stream or, as an assumption about answers that are not published, the first array among the members of an
// object. The first error is that of every later call. It is not safe for concurrent use.
type Elements struct {
	decoder   Decoder
	enveloped bool
}

// NewElements reads from stream, which it does not close.
func NewElements(stream io.Reader) *Elements {
	e := &Elements{}
	e.decoder.size = textsBlock // for there is more than one text
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
		return e.openMember()
	}
	if d.Value(); d.err == nil {
		d.err = errors.New("the answer is neither an array nor an object")
	}
	return d.err
}

// openMember finds the array among the members of an object.
func (e *Elements) openMember() error {
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
	d.err = errors.New("the answer is an object without an array")
	return d.err
}

// More reports whether there is another element, or an error in its place.
func (e *Elements) More() bool { return e.decoder.kind() != ']' }

// Next reads an element into what target points to.
func (e *Elements) Next(target any) error {
	d := &e.decoder
	d.Decode(target)
	return d.err
}

// Close reads to the end, so that an answer that was cut is noticed.
func (e *Elements) Close() error {
	d := &e.decoder
	if d.err != nil {
		return d.err
	}
	d.tokens.ReadToken() // the bracket
	if e.enveloped {
		for d.err == nil && d.kind() != '}' {
			d.skip()
		}
		if d.err == nil {
			d.tokens.ReadToken()
		}
	}
	if d.err == nil {
		d.end()
	}
	return d.err
}

// skip reads a value without keeping it.
func (d *Decoder) skip() {
	if d.err == nil {
		d.failAsIs(d.tokens.SkipValue())
	}
}
