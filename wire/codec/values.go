package codec

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// Decode reads the next value into what target points to. Types that it does not know are left to encoding/json.
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
			*target = append(json.RawMessage(nil), value...)
		}
	case Decodable:
		target.DecodeJSON(d)
	default:
		d.decodeOther(target)
	}
}

// String reads a text.
func (d *Decoder) String(target *string) {
	if literal := d.valueOf('"', "text"); literal != nil {
		*target = d.text(literal)
	}
}

// Int64 reads an integer.
func (d *Decoder) Int64(target *int64) { *target = d.integer(*target, 64) }

// Bool reads a boolean.
func (d *Decoder) Bool(target *bool) { *target = d.boolean(*target) }

// DecodeSlice reads an array. A null is a nil slice.
func DecodeSlice[T any](d *Decoder, target *[]T) {
	*target = nil
	if !d.begin('[', "an array") {
		return
	}
	length := d.lengthOf(reflect.TypeFor[T]())
	elements := make([]T, 0, *length)
	*length = min(*length, 1) // elements may hold slices of the same type, each in the next, which must not all reserve as much
	for !d.isAtEnd(']') && d.err == nil {
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

// maxExpectedLength bounds the memory that is reserved for a slice before its elements are read.
const maxExpectedLength = 256

// elementsOf is how many elements the last slice of a type had. The next one is expected to have as many, because the
// objects of a list are alike.
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

// DecodePointer reads a value or a null, which is a nil pointer.
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
	if len(literal) < 10 && bits >= 32 { // which holds nine digits
		if value, ok := digits(literal); ok {
			return value
		}
	}
	value, err := strconv.ParseInt(string(literal), 10, bits)
	if errors.Is(err, strconv.ErrRange) {
		d.Fail(errors.New("the integer is out of range"))
	} else if err != nil {
		d.Fail(errors.New("want an integer, got a number with a fraction or an exponent"))
	}
	return value
}

// digits returns the number that a literal of digits alone stands for.
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

// decodeOther reads enums, which are named types, and slices, maps and pointers that are not members of a generated type.
func (d *Decoder) decodeOther(target any) {
	value := reflect.ValueOf(target).Elem()
	switch {
	case isUnmarshaler(target):
		d.decodeByJSON(target)
	case value.Kind() == reflect.String:
		if literal := d.valueOf('"', "text"); literal != nil {
			value.SetString(d.text(literal))
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

func isUnmarshaler(target any) bool {
	switch target.(type) {
	case json.Unmarshaler, encoding.TextUnmarshaler:
		return true
	}
	return false
}

func (d *Decoder) decodeByJSON(target any) {
	if value := d.Value(); value != nil {
		err := json.Unmarshal(value, target)
		if unfit, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			unfit.Value, _, _ = strings.Cut(unfit.Value, " ") // the kind, and the number itself behind it
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
		name := reflect.ValueOf(d.text(literal)).Convert(values.Type().Key())
		value := reflect.New(values.Type().Elem())
		d.Decode(value.Interface())
		values.SetMapIndex(name, value.Elem())
	}
	if d.err == nil {
		d.tokens.ReadToken()
	}
}
