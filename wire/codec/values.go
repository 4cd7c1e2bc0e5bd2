package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode decodes the next value into target, a pointer. encoding/json decodes types that Decoder
// does not know.
func (d *Decoder) Decode(target any) {
	value := reflect.ValueOf(target).Elem() // rejects what is no pointer
	d.decode(shapeOf(value.Type()), value.Addr().UnsafePointer())
}

// decode decodes the next value into the memory at target, which has the type of the shape.
// Reflection takes longer to get there, and allocates memory for a part of a slice.
func (d *Decoder) decode(s *shape, target unsafe.Pointer) {
	switch s.kind {
	case shapeString:
		if literal := d.Literal(); literal != "" && literal[0] == '"' {
			*(*string)(target) = d.unquote(literal)
		} else if literal != "" && literal[0] != 'n' {
			d.failKind("a string", literal)
		}
	case shapeInteger:
		if s.bits == 64 {
			*(*int64)(target) = d.integer(*(*int64)(target), 64)
			return
		}
		value := s.at(target).Elem()
		value.SetInt(d.integer(value.Int(), s.bits))
	case shapeUnsigned:
		value := s.at(target).Elem()
		value.SetUint(d.unsigned(value.Uint(), s.bits))
	case shapeBoolean:
		*(*bool)(target) = d.boolean(*(*bool)(target))
	case shapeRaw:
		if value := d.Value(); value != nil {
			*(*[]byte)(target) = bytes.Clone(value)
		}
	case shapeCustom:
		s.at(target).Interface().(Decodable).DecodeJSON(d)
	case shapeObject:
		d.decodeObject(s.fields, target)
	case shapeList:
		d.decodeSlice(s, target)
	case shapeMap:
		d.decodeMap(s, s.at(target).Elem())
	case shapePointer:
		pointer := (*unsafe.Pointer)(target)
		if d.Null() {
			*pointer = nil
			return
		}
		*pointer = reflect.New(s.elem.typ).UnsafePointer()
		d.decode(s.elem, *pointer)
	default:
		d.decodeByJSON(s.at(target).Interface())
	}
}

// at returns a pointer to the value at an address.
func (s *shape) at(address unsafe.Pointer) reflect.Value { return reflect.NewAt(s.typ, address) }

// decodeSlice decodes an array. null is a nil slice; in the array it is an error unless elements
// can be null.
//
// Slices of one type share blocks of memory, which saves an allocation for each. A slice that
// outlives the others keeps at most one block in memory.
func (d *Decoder) decodeSlice(s *shape, target unsafe.Pointer) {
	slice := (*[]byte)(target) // all slices have the same memory layout
	*slice = nil
	if !d.begin('[', "an array") {
		return
	}
	slab := d.slabOf(s)
	if slab.busy { // with a slice of the same type, which this one is in
		slab = &slabFor{shape: s}
	}
	slab.busy = true
	for !d.atEnd(']') && d.err == nil {
		d.decodeElement(s.elem, slab.next())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
	slab.busy = false
	*slice = slab.take()
}

// slabFor is a block of memory for slices of a type.
type slabFor struct {
	shape *shape         // of the slices
	block reflect.Value  // the slices so far, the current one, and what is free
	first unsafe.Pointer // the first element
	size  int            // of the block, in elements
	start int            // of the current one
	end   int
	last  int // length of the slice before it, also in an earlier use of the Decoder
	busy  bool
}

const slabBytes = 8 << 10

// slabOf returns the block of a Decoder for slices of a type.
func (d *Decoder) slabOf(s *shape) *slabFor {
	for _, known := range d.slabs {
		if known.shape == s {
			return known
		}
	}
	slab := &slabFor{shape: s}
	d.slabs = append(d.slabs, slab)
	return slab
}

func (s *slabFor) at(index int) unsafe.Pointer {
	return unsafe.Add(s.first, index*int(s.shape.elem.size))
}

// next returns the next element of the current slice.
func (s *slabFor) next() unsafe.Pointer {
	if s.end == s.size {
		s.grow()
	}
	s.end++
	return s.at(s.end - 1)
}

// grow begins another block with the current slice.
func (s *slabFor) grow() {
	length := s.end - s.start
	fits := slabBytes / max(int(s.shape.elem.size), 1)
	size := max(min(2*s.size, fits), min(s.last, 4*fits), 2*length, 4)
	block := reflect.MakeSlice(s.shape.typ, size, size)
	if length > 0 {
		reflect.Copy(block, s.block.Slice(s.start, s.end))
	}
	s.block, s.first, s.size, s.start, s.end = block, block.UnsafePointer(), size, 0, length
}

// take returns the current slice, whose elements are no bytes, and begins the next one.
func (s *slabFor) take() []byte {
	length := s.end - s.start
	if length == 0 {
		return []byte{}
	}
	slice := unsafe.Slice((*byte)(s.at(s.start)), length)
	s.start, s.last = s.end, length
	return slice
}

// decodeElement decodes an element of an array.
func (d *Decoder) decodeElement(s *shape, target unsafe.Pointer) {
	d.decode(s, target)
	if d.err == nil && !s.null && strings.HasSuffix(d.text[:d.end()], "null") { // no other value ends like this
		d.Fail(errors.New("null in a list"))
	}
}

// quotedInteger matches a string with an integer, as ASP.NET writes with
// JsonNumberHandling.WriteAsString.
var quotedInteger = regexp.MustCompile(`^"-?(0|[1-9][0-9]*)"$`)

// integerOf reads an integer, which may be quoted, and returns its digits, or "" for null and after
// an error.
func (d *Decoder) integerOf() string {
	literal := d.Literal()
	switch {
	case literal == "" || literal[0] == 'n':
		return ""
	case literal[0] == '-' || '0' <= literal[0] && literal[0] <= '9':
		return literal
	case quotedInteger.MatchString(literal):
		return literal[1 : len(literal)-1]
	}
	d.failKind("an integer", literal)
	return ""
}

func (d *Decoder) integer(old int64, bits int) int64 {
	literal := d.integerOf()
	if literal == "" {
		return old
	}
	if len(literal) < 10 && bits >= 32 { // nine digits fit
		if value, ok := digits(literal); ok {
			return value
		}
	}
	value, err := strconv.ParseInt(literal, 10, bits)
	d.failInteger(err, "want an integer, got a number with a fraction or an exponent")
	return value
}

func (d *Decoder) unsigned(old uint64, bits int) uint64 {
	literal := d.integerOf()
	if literal == "" {
		return old
	}
	value, err := strconv.ParseUint(literal, 10, bits)
	d.failInteger(err, "want an integer of at least 0, got a number with a sign, a fraction or an exponent")
	return value
}

func (d *Decoder) failInteger(err error, syntax string) {
	if errors.Is(err, strconv.ErrRange) {
		d.Fail(errors.New("integer out of range"))
	} else if err != nil {
		d.Fail(errors.New(syntax))
	}
}

// digits parses a literal that consists of digits only.
func digits(literal string) (value int64, ok bool) {
	for i := range len(literal) {
		if literal[i] < '0' || literal[i] > '9' {
			return 0, false
		}
		value = 10*value + int64(literal[i]-'0')
	}
	return value, true
}

func (d *Decoder) boolean(old bool) bool {
	literal := d.Literal()
	if literal == "" || literal[0] == 'n' {
		return old
	}
	if literal[0] != 't' && literal[0] != 'f' {
		d.failKind("a boolean", literal)
	}
	return literal[0] == 't'
}

func (d *Decoder) decodeByJSON(target any) {
	if value := d.Value(); value != nil {
		if !jsontext.Value(value).IsValid(jsontext.AllowDuplicateNames(true)) { // encoding/json would replace it
			d.Fail(errNotUTF8)
			return
		}
		err := json.Unmarshal(value, target)
		if unfit, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			unfit.Value, _, _ = strings.Cut(unfit.Value, " ") // drops the number after its kind
			err = unfit
		}
		if err != nil {
			d.Fail(err)
		}
	}
}

func (d *Decoder) decodeMap(s *shape, target reflect.Value) {
	if !d.begin('{', "an object") {
		target.SetZero()
		return
	}
	if target.IsNil() {
		target.Set(reflect.MakeMap(s.typ))
	}
	for d.kind() != '}' && d.err == nil {
		literal := d.Literal()
		if literal == "" {
			return
		}
		name := reflect.ValueOf(d.unquote(literal)).Convert(s.typ.Key())
		value := reflect.New(s.elem.typ).Elem()
		d.decode(s.elem, value.Addr().UnsafePointer())
		target.SetMapIndex(name, value)
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
}
