package codec

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
)

// AnyField is the Envelope of a List that may be in any field of an object.
const AnyField = "*"

// List describes the lists that Elements accepts.
type List struct {
	// Envelope is the field of an object that contains the list, in responses that are no array.
	// It is AnyField if the field is unknown, and empty if the response must be an array.
	Envelope string

	// Within are the fields that lead to the object with the list, outermost first. It is empty if
	// the list is a field of the response.
	Within []string

	// Names are names that the field may have if Envelope is AnyField. They are only used for a
	// list without telling elements, such as an empty one.
	Names []string

	// Sequence reports that the elements are values one after the other, as in JSON Lines, instead
	// of an array.
	Sequence bool

	// Fields are the names of the fields of an element.
	Fields []string
}

// FieldNames returns the names of the JSON fields of T, a generated type or a pointer to one; none
// for other types.
func FieldNames[T any]() []string {
	typ := reflect.TypeFor[T]()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if s := shapeOf(typ); s.kind == shapeObject {
		return s.fields.names
	}
	return nil
}

// Elements decodes the elements of a JSON array, or a sequence of values, one by one from a stream,
// so only one is in memory at a time. An element that does not fit is a [*ValueError] and does not
// end the list. Any other error does: every further call returns it. Elements is not safe for
// concurrent use.
type Elements struct {
	decoder  Decoder // of the stream
	stream   io.Reader
	block    strings.Builder // the text of the decoder: the current element, those before it, and what is read ahead
	list     List
	name     string // of the field that is the list
	pointer  string // to the list
	envelope []byte // an object without its closing braces; nil without an envelope
	inner    []int  // starts of the open objects inside the envelope
	empty    bool   // there is no array, but null, say
	index    int    // of the current element
	start    int    // of the current element in the text of the decoder
	first    string // element that has been read to recognize the list
}

// blockBytes is the size of the text that elements share. A string or an object that outlives the
// others keeps one block in memory, or its element if that is longer.
const (
	blockBytes = 32 << 10
	readBytes  = 8 << 10 // at a time
)

// NewElements reads from stream and does not close it.
func NewElements(stream io.Reader, list List) *Elements {
	e := &Elements{stream: stream, list: list, index: -1}
	e.decoder.tokens.Reset((*reader)(e), lenient...)
	return e
}

// reader is the stream of an Elements, whose Decoder needs a copy of what it reads.
type reader Elements

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.stream.Read(p[:min(len(p), readBytes)])
	r.block.Write(p[:n])
	r.decoder.text = r.block.String()
	return n, err
}

// nextBlock begins a new text when the current one has no room. It is for the time between two
// values.
func (e *Elements) nextBlock() {
	d := &e.decoder
	if e.block.Cap()-e.block.Len() >= readBytes {
		return
	}
	ahead := d.text[d.end():]
	d.base = d.tokens.InputOffset()
	e.block = strings.Builder{}
	e.block.Grow(blockBytes + len(ahead))
	e.block.WriteString(ahead)
	d.text = e.block.String()
}

// Envelope returns the fields next to the list that have been read so far.
func (e *Elements) Envelope() Raw {
	if len(e.envelope) <= 1 {
		return Raw{}
	}
	return Raw{JSON: string(e.envelope) + strings.Repeat("}", 1+len(e.inner))}
}

// object returns the fields of the innermost open object that have been read so far.
func (e *Elements) object() Raw {
	if len(e.inner) == 0 {
		return e.Envelope()
	}
	return Raw{JSON: string(e.envelope[e.inner[len(e.inner)-1]:]) + "}"}
}

// Index returns the index of the current element, from 0.
func (e *Elements) Index() int { return e.index }

// JSON returns the current element as received.
func (e *Elements) JSON() string {
	d := &e.decoder
	return strings.TrimLeft(d.text[e.start:d.end()], " \t\r\n,")
}

// Open reads up to the first element. A null is an empty list.
func (e *Elements) Open() error {
	d := &e.decoder
	if e.list.Sequence {
		return nil
	}
	switch d.kind() {
	case '[':
		d.tokens.ReadToken()
	case '{':
		d.tokens.ReadToken()
		e.envelope = []byte{'{'}
		e.openEnvelope()
	case 'n':
		d.Value()
		e.empty = true
	default:
		if literal := d.Literal(); d.err == nil {
			d.err = errors.New("want a list, got " + kindOf(literal))
		}
	}
	return d.err
}

// openEnvelope reads up to the first element of the list in an object. Without such a list, it reads
// the whole object.
func (e *Elements) openEnvelope() {
	d := &e.decoder
	for d.kind() != '}' && d.err == nil {
		name := string(d.Value())
		if e.descend(name) {
			continue
		}
		if e.enter(name) {
			e.name = unquoted(name)
			e.pointer += "/" + pointerEscapes.Replace(e.name)
			e.checkEnvelope()
			return
		}
	}
	e.empty = true
	for field := range e.object().Unknown() {
		if e.named(field.Name) && emptyList(field) {
			e.checkEnvelope()
			return
		}
	}
	if d.err == nil {
		d.err = fmt.Errorf("want a list, got %s", e.describe())
	}
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// descend enters the object in a field with the given name if it leads to the list.
func (e *Elements) descend(name string) bool {
	d, depth := &e.decoder, len(e.inner)
	plain := unquoted(name)
	if depth == len(e.list.Within) || !strings.EqualFold(plain, e.list.Within[depth]) || d.kind() != '{' {
		return false
	}
	d.tokens.ReadToken()
	e.envelope = appendField(e.envelope, name, "{")
	e.inner = append(e.inner, len(e.envelope)-1)
	e.pointer += "/" + pointerEscapes.Replace(plain)
	return true
}

// enter reads the value of a field with the given name. If it is the list, enter stops at its
// elements and returns true. Otherwise, it keeps the value.
func (e *Elements) enter(name string) bool {
	d := &e.decoder
	if d.kind() != '[' || len(e.inner) < len(e.list.Within) {
		if value := d.Value(); d.err == nil {
			e.keep(name, value)
		}
		return false
	}
	d.tokens.ReadToken()
	array := []byte{'['}
	if d.kind() != ']' && d.err == nil {
		if e.list.Envelope != "" && e.list.Envelope != AnyField && e.named(unquoted(name)) {
			return true
		}
		e.start = d.end()
		array = append(array, d.Value()...)
		if d.err != nil {
			return false
		}
		if e.recognizes(name, string(array[1:])) {
			e.first = string(array[1:])
			return true
		}
	}
	for d.kind() != ']' && d.err == nil {
		array = append(append(array, ','), d.Value()...)
	}
	if d.err != nil {
		return false
	}
	d.tokens.ReadToken()
	e.keep(name, append(array, ']'))
	return false
}

func (e *Elements) keep(name string, value []byte) {
	e.envelope = appendField(e.envelope, name, string(value))
}

// named reports whether a field has a name of the list.
func (e *Elements) named(name string) bool {
	if e.list.Envelope == AnyField {
		return indexFold(e.list.Names, name) >= 0
	}
	return strings.EqualFold(name, e.list.Envelope)
}

// otherLists are names of arrays next to a list, whose elements may have an Id as well.
var otherLists = []string{"Errors", "Warnings", "Messages", "ErrorMessages", "ValidationErrors", "Notifications", "Links", "Included"}

// recognizes reports whether the array in a field is the list, given its first element: that has
// fields of the type. If it cannot have any, the name of the array decides.
func (e *Elements) recognizes(name, first string) bool {
	if e.list.Envelope != AnyField || indexFold(otherLists, unquoted(name)) >= 0 {
		return false
	}
	if first[0] == '{' && len(e.list.Fields) > 0 {
		for field := range (Raw{JSON: first}).Unknown() {
			if indexFold(e.list.Fields, field.Name) >= 0 {
				return true
			}
		}
		return false
	}
	return (first == "null" || len(e.list.Fields) == 0) && e.named(unquoted(name))
}

// checkEnvelope rejects an envelope with a field of an element, because it may be an element
// itself.
func (e *Elements) checkEnvelope() {
	d := &e.decoder
	for field := range e.Envelope().Unknown() {
		if d.err == nil && e.list.Envelope == AnyField && indexFold(e.list.Fields, field.Name) >= 0 && !emptyList(field) {
			d.err = fmt.Errorf("want a list, got %s, which may be an element of it", e.describe())
		}
		if d.err == nil && e.list.Envelope == AnyField && e.name != "" && !e.named(e.name) && e.named(field.Name) && emptyList(field) {
			d.err = fmt.Errorf("want one list, got %s, which may be empty, and %s", field.Name, e.pointer)
		}
	}
}

func emptyList(field RawField) bool { return field.Value == "null" || field.Value == "[]" }

// harmlessName matches names of fields that an error may quote: others may be personal data.
var harmlessName = regexp.MustCompile(`^[@$_]?[A-Za-z][A-Za-z0-9_.-]{0,39}$`)

const maxNames = 8 // in an error

// describe names the fields of the envelope.
func (e *Elements) describe() string {
	var names []string
	for field := range e.Envelope().Unknown() {
		if harmlessName.MatchString(field.Name) && len(names) < maxNames {
			names = append(names, field.Name)
		}
	}
	if len(names) == 0 {
		return "an object"
	}
	return "an object (" + strings.Join(names, ", ") + ")"
}

// More reports whether Next has another element or an error to return.
func (e *Elements) More() bool {
	if e.list.Sequence {
		return e.decoder.kind() != 0 // Close tells the end from an error
	}
	return !e.empty && (e.first != "" || e.decoder.kind() != ']')
}

// Next decodes the next element into target, a pointer.
func (e *Elements) Next(target any) error {
	d := &e.decoder
	if d.err != nil {
		return d.err
	}
	e.index++
	if e.first != "" {
		return e.decodeFirst(target)
	}
	e.nextBlock()
	e.start = d.end()
	depth := d.tokens.StackDepth()
	d.alien = false
	d.decodeElementOf(target)
	if d.err == nil && d.alien && isObject(target) && strings.HasPrefix(e.JSON(), "{") {
		d.Fail(errAlien)
	}
	unfit, ok := errors.AsType[*ValueError](d.err)
	if !ok {
		return d.err
	}
	for d.err = nil; d.err == nil && d.tokens.StackDepth() > depth; { // the rest of the element
		_, err := d.tokens.ReadToken()
		d.failRead(err)
	}
	return cmp.Or[error](d.err, unfit)
}

// decodeFirst decodes the element that was read to recognize the list.
func (e *Elements) decodeFirst(target any) error {
	err := Unmarshal([]byte(e.first), &element{target})
	e.first = ""
	if unfit, ok := errors.AsType[*ValueError](err); ok {
		return &ValueError{e.pointer + "/0" + unfit.Pointer, unfit.Err}
	}
	return err
}

// element is an element of an array.
type element struct{ target any }

func (e *element) DecodeJSON(d *Decoder) { d.decodeElementOf(e.target) }

func (d *Decoder) decodeElementOf(target any) {
	value := reflect.ValueOf(target).Elem()
	d.decodeElement(shapeOf(value.Type()), value.Addr().UnsafePointer())
}

// Close reads the stream to its end. It returns an error if the stream is truncated, or if what
// follows the list makes it doubtful which list was meant.
func (e *Elements) Close() error {
	d := &e.decoder
	if e.list.Sequence {
		if _, err := d.tokens.ReadToken(); err != io.EOF {
			d.failRead(err)
		}
		return d.err
	}
	if !e.empty && d.err == nil {
		d.tokens.ReadToken() // the bracket
	}
	for e.envelope != nil && d.err == nil {
		if d.kind() != '}' {
			if name := string(d.Value()); e.enter(name) && d.err == nil {
				d.err = fmt.Errorf("want one list, got a second one after %s", e.pointer)
			}
			continue
		}
		d.tokens.ReadToken()
		if len(e.inner) == 0 {
			e.checkEnvelope()
			break
		}
		e.inner = e.inner[:len(e.inner)-1]
		e.envelope = append(e.envelope, '}')
	}
	if d.err == nil {
		d.finish()
	}
	return d.err
}
