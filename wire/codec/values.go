package codec

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode decodes the next value into target, a pointer. encoding/json decodes types that Decoder
// does not know.
func (d *Decoder) Decode(target any) {
	switch target := target.(type) {
	case *string:
		d.String(target)
	case *int64:
		d.Int64(target)
	case *int32:
		*target = int32(d.integer(int64(*target), 32))
	case *bool:
		d.Bool(target)
	case *json.RawMessage:
		if value := d.Value(); value != nil {
			*target = bytes.Clone(value)
		}
	case Decodable:
		target.DecodeJSON(d)
	default:
		d.decodeOther(target)
	}
}

// String decodes a string.
func (d *Decoder) String(target *string) {
	if literal := d.valueOf('"', "a string"); literal != nil {
		*target = d.unquote(literal)
	}
}

// Int64 decodes an integer.
func (d *Decoder) Int64(target *int64) { *target = d.integer(*target, 64) }

// Bool decodes a boolean.
func (d *Decoder) Bool(target *bool) { *target = d.boolean(*target) }

// DecodeSlice decodes an array. null is a nil slice; in the array it is an error unless T can be
// null.
//
// Slices of one type share blocks of memory, which saves an allocation for each. A slice that
// outlives the others keeps at most one block in memory.
func DecodeSlice[T any](d *Decoder, target *[]T) {
	*target = nil
	if !d.begin('[', "an array") {
		return
	}
	slab := slabOf[T](d)
	if slab.busy { // with a slice of the same type, which this one is in
		slab = &slabFor[T]{}
	}
	slab.busy = true
	for !d.atEnd(']') && d.err == nil {
		d.decodeElement(slab.next())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
	slab.busy = false
	*target = slab.take()
}

// slabFor is a block of memory for slices of a type.
type slabFor[T any] struct {
	block []T // the slices so far, and the current one
	start int // of the current one
	busy  bool
}

const slabBytes = 8 << 10

// slabOf returns the block of a Decoder for a type.
func slabOf[T any](d *Decoder) *slabFor[T] {
	for _, known := range d.slabs {
		if slab, ok := known.(*slabFor[T]); ok {
			return slab
		}
	}
	slab := &slabFor[T]{}
	d.slabs = append(d.slabs, slab)
	return slab
}

// next returns the next element of the current slice.
func (s *slabFor[T]) next() *T {
	if len(s.block) == cap(s.block) {
		current := s.block[s.start:]
		size := max(int(reflect.TypeFor[T]().Size()), 1)
		length := max(min(2*cap(s.block), slabBytes/size), 2*len(current), 4)
		s.block = append(make([]T, 0, length), current...)
		s.start = 0
	}
	s.block = s.block[:len(s.block)+1]
	return &s.block[len(s.block)-1]
}

// take returns the current slice and begins the next one.
func (s *slabFor[T]) take() []T {
	slice := s.block[s.start:len(s.block):len(s.block)]
	s.start = len(s.block)
	if slice == nil {
		return []T{}
	}
	return slice
}

// drop forgets the block, which its slices still use.
func (s *slabFor[T]) drop() { *s = slabFor[T]{} }

// spare is a slabFor of any type.
type spare interface{ drop() }

// decodeElement decodes an element of an array into target, a pointer.
func (d *Decoder) decodeElement(target any) {
	d.Decode(target)
	if d.err == nil && strings.HasSuffix(d.text[:d.end()], "null") && !mayBeNull(target) { // no other value ends like this
		d.Fail(errors.New("null in a list"))
	}
}

// mayBeNull reports whether the value at target can be null.
func mayBeNull(target any) bool {
	if object, ok := target.(Decodable); ok {
		_, nullable := object.(interface{ IsNull() bool })
		return nullable
	}
	switch reflect.TypeOf(target).Elem().Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface: // a json.RawMessage is a slice
		return true
	}
	return false
}

// DecodePointer decodes a value into a new pointer. null is a nil pointer.
func DecodePointer[T any](d *Decoder, target **T) {
	if d.Null() {
		*target = nil
		return
	}
	value := new(T)
	d.Decode(value)
	*target = value
}

func (d *Decoder) integer(old int64, bits int) int64 {
	literal := d.valueOf('0', "an integer")
	if literal == nil {
		return old
	}
	if len(literal) < 10 && bits >= 32 { // nine digits fit
		if value, ok := digits(literal); ok {
			return value
		}
	}
	value, err := strconv.ParseInt(string(literal), 10, bits)
	if errors.Is(err, strconv.ErrRange) {
		d.Fail(errors.New("integer out of range"))
	} else if err != nil {
		d.Fail(errors.New("want an integer, got a number with a fraction or an exponent"))
	}
	return value
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

// decodeOther decodes enums, which are named types, and slices, maps and pointers that are not
// fields of a generated type.
func (d *Decoder) decodeOther(target any) {
	switch target.(type) {
	case json.Unmarshaler, encoding.TextUnmarshaler:
		d.decodeByJSON(target)
		return
	}
	switch value := reflect.ValueOf(target).Elem(); {
	case value.Kind() == reflect.String:
		if literal := d.valueOf('"', "a string"); literal != nil {
			value.SetString(d.unquote(literal))
		}
	case value.CanInt():
		value.SetInt(d.integer(value.Int(), value.Type().Bits()))
	case value.Kind() == reflect.Bool:
		value.SetBool(d.boolean(value.Bool()))
	case value.Kind() == reflect.Pointer && d.kind() != 'n':
		value.Set(reflect.New(value.Type().Elem()))
		d.Decode(value.Interface())
	case value.Kind() == reflect.Slice && value.Type().Elem().Kind() != reflect.Uint8:
		d.decodeSlice(value)
	case value.Kind() == reflect.Map && value.Type().Key().Kind() == reflect.String:
		d.decodeMap(value)
	default:
		d.decodeByJSON(target)
	}
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

func (d *Decoder) decodeSlice(slice reflect.Value) {
	slice.SetZero()
	if !d.begin('[', "an array") {
		return
	}
	slice.Set(reflect.MakeSlice(slice.Type(), 0, min(d.length, maxExpectedLength)))
	for d.kind() != ']' && d.err == nil {
		slice.Grow(1)
		slice.SetLen(slice.Len() + 1)
		d.decodeElement(slice.Index(slice.Len() - 1).Addr().Interface())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
	d.length = slice.Len()
}

// maxExpectedLength limits the memory reserved for a slice before its elements are read.
const maxExpectedLength = 256

func (d *Decoder) decodeMap(values reflect.Value) {
	if !d.begin('{', "an object") {
		values.SetZero()
		return
	}
	if values.IsNil() {
		values.Set(reflect.MakeMap(values.Type()))
	}
	for d.kind() != '}' && d.err == nil {
		literal := d.Value()
		if literal == nil {
			return
		}
		name := reflect.ValueOf(d.unquote(literal)).Convert(values.Type().Key())
		value := reflect.New(values.Type().Elem())
		d.Decode(value.Interface())
		values.SetMapIndex(name, value.Elem())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
}
