package codec

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
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

// DecodeSlice decodes an array. null is a nil slice.
func DecodeSlice[T any](d *Decoder, target *[]T) {
	*target = nil
	if !d.begin('[', "an array") {
		return
	}
	length := d.lengthOf(reflect.TypeFor[T]())
	elements := make([]T, 0, *length)
	*length = min(*length, 1) // slices of the same type nested in the elements must not reserve as much
	for !d.atEnd(']') && d.err == nil {
		var zero T
		elements = append(elements, zero)
		d.Decode(&elements[len(elements)-1])
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
	if cap(elements) > 2*len(elements) {
		elements = append(make([]T, 0, len(elements)), elements...)
	}
	*length = min(len(elements), maxExpectedLength)
	*target = elements
}

// maxExpectedLength limits the memory reserved for a slice before its elements are read.
const maxExpectedLength = 256

// elementsOf is the length of the last slice of a type. It is the capacity of the next one, because
// objects in a list tend to be alike.
type elementsOf struct {
	kind   reflect.Type
	length int
}

func (d *Decoder) lengthOf(kind reflect.Type) *int {
	for _, lengths := range d.lengths {
		if lengths.kind == kind {
			return &lengths.length
		}
	}
	d.lengths = append(d.lengths, &elementsOf{kind, 4})
	return &d.lengths[len(d.lengths)-1].length
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
	length := d.lengthOf(slice.Type().Elem())
	slice.Set(reflect.MakeSlice(slice.Type(), 0, *length))
	for d.kind() != ']' && d.err == nil {
		slice.Grow(1)
		slice.SetLen(slice.Len() + 1)
		d.Decode(slice.Index(slice.Len() - 1).Addr().Interface())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
	if slice.Cap() > 2*slice.Len() {
		fitting := reflect.MakeSlice(slice.Type(), slice.Len(), slice.Len())
		reflect.Copy(fitting, slice)
		slice.Set(fitting)
	}
	*length = min(slice.Len(), maxExpectedLength)
}

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
