package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode decodes the next value into target, a pointer. encoding/json decodes types that Decoder
// does not know.
func (d *Decoder) Decode(target any) {
	value := reflect.ValueOf(target).Elem()
	d.decode(shapeOf(value.Type()), value)
}

func (d *Decoder) decode(s *shape, target reflect.Value) {
	switch s.kind {
	case shapeString:
		if literal := d.valueOf('"', "a string"); literal != nil {
			target.SetString(d.unquote(literal))
		}
	case shapeInteger:
		target.SetInt(d.integer(target.Int(), s.typ.Bits()))
	case shapeUnsigned:
		target.SetUint(d.unsigned(target.Uint(), s.typ.Bits()))
	case shapeBoolean:
		target.SetBool(d.boolean(target.Bool()))
	case shapeRaw:
		if value := d.Value(); value != nil {
			target.SetBytes(bytes.Clone(value))
		}
	case shapeCustom:
		target.Addr().Interface().(Decodable).DecodeJSON(d)
	case shapeObject:
		d.decodeObject(s.fields, target)
	case shapeList:
		d.decodeSlice(s, target)
	case shapeMap:
		d.decodeMap(s, target)
	case shapePointer:
		if d.Null() {
			target.SetZero()
			return
		}
		target.Set(reflect.New(s.elem.typ))
		d.decode(s.elem, target.Elem())
	default:
		d.decodeByJSON(target.Addr().Interface())
	}
}

// decodeSlice decodes an array. null is a nil slice; in the array it is an error unless elements
// can be null.
//
// Slices of one type share blocks of memory, which saves an allocation for each. A slice that
// outlives the others keeps at most one block in memory.
func (d *Decoder) decodeSlice(s *shape, target reflect.Value) {
	target.SetZero()
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
	target.Set(slab.take())
}

// slabFor is a block of memory for slices of a type.
type slabFor struct {
	shape *shape        // of the slices
	block reflect.Value // the slices so far, the current one, and what is free
	start int           // of the current one
	end   int
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

// next returns the next element of the current slice.
func (s *slabFor) next() reflect.Value {
	size := 0
	if s.block.IsValid() {
		size = s.block.Len()
	}
	if s.end == size {
		length := s.end - s.start
		fits := slabBytes / max(int(s.shape.elem.typ.Size()), 1)
		block := reflect.MakeSlice(s.shape.typ, max(min(2*size, fits), 2*length, 4), max(min(2*size, fits), 2*length, 4))
		if length > 0 {
			reflect.Copy(block, s.block.Slice(s.start, s.end))
		}
		s.block, s.start, s.end = block, 0, length
	}
	s.end++
	return s.block.Index(s.end - 1)
}

// take returns the current slice and begins the next one.
func (s *slabFor) take() reflect.Value {
	if s.start == s.end {
		return reflect.MakeSlice(s.shape.typ, 0, 0)
	}
	slice := s.block.Slice3(s.start, s.end, s.end)
	s.start = s.end
	return slice
}

// decodeElement decodes an element of an array.
func (d *Decoder) decodeElement(s *shape, target reflect.Value) {
	d.decode(s, target)
	if d.err == nil && !s.null && strings.HasSuffix(d.text[:d.end()], "null") { // no other value ends like this
		d.Fail(errors.New("null in a list"))
	}
}

// quotedInteger matches a string with an integer, as ASP.NET writes with
// JsonNumberHandling.WriteAsString.
var quotedInteger = regexp.MustCompile(`^"-?(0|[1-9][0-9]*)"$`)

// integerOf reads an integer, which may be quoted, and returns its digits, or nil for null and after
// an error.
func (d *Decoder) integerOf() []byte {
	literal := d.Value()
	switch {
	case literal == nil || literal[0] == 'n':
		return nil
	case literal[0] == '"' && quotedInteger.Match(literal):
		return literal[1 : len(literal)-1]
	case jsontext.Value(literal).Kind() != '0':
		d.failKind("an integer", literal)
		return nil
	}
	return literal
}

func (d *Decoder) integer(old int64, bits int) int64 {
	literal := d.integerOf()
	if literal == nil {
		return old
	}
	if len(literal) < 10 && bits >= 32 { // nine digits fit
		if value, ok := digits(literal); ok {
			return value
		}
	}
	value, err := strconv.ParseInt(string(literal), 10, bits)
	d.failInteger(err, "want an integer, got a number with a fraction or an exponent")
	return value
}

func (d *Decoder) unsigned(old uint64, bits int) uint64 {
	literal := d.integerOf()
	if literal == nil {
		return old
	}
	value, err := strconv.ParseUint(string(literal), 10, bits)
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
func digits(literal []byte) (value int64, ok bool) {
	for _, digit := range literal {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		value = 10*value + int64(digit-'0')
	}
	return value, true
}

func (d *Decoder) boolean(old bool) bool {
	value := d.Value()
	if value == nil || value[0] == 'n' {
		return old
	}
	if value[0] != 't' && value[0] != 'f' {
		d.failKind("a boolean", value)
	}
	return value[0] == 't'
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
		literal := d.Value()
		if literal == nil {
			return
		}
		name := reflect.ValueOf(d.unquote(literal)).Convert(s.typ.Key())
		value := reflect.New(s.elem.typ).Elem()
		d.decode(s.elem, value)
		target.SetMapIndex(name, value)
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
}
