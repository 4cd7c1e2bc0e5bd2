package codec

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Marshal is [json.Marshal] without HTML escapes: whether <, > and & are escaped is up to the
// encoder that the caller uses.
//
// An object that was read is written as it came, in its order and with its null, zero and absent
// fields, except for the fields that have changed since. An object made in Go is written in the
// order of its type, with the unknown fields at the end. Fields without a value are left out if they
// are optional; otherwise, they are written as null if the spec allows that, as [], {} or zero.
// An unknown field with the name of a known one is an error.
func Marshal(value any) ([]byte, error) { return marshal(value, anyBody) }

// MarshalRequest is [Marshal] for the body of a request. It leaves out fields that only responses
// have. A required field without a value is an error if nothing stands for the missing value, as
// with a date, a number or a union.
func MarshalRequest(value any) ([]byte, error) { return marshal(value, requestBody) }

// MarshalResponse is [Marshal] for the body of a response. It leaves out fields that only requests
// have.
func MarshalResponse(value any) ([]byte, error) { return marshal(value, responseBody) }

func marshal(value any, to body) ([]byte, error) {
	if value == nil {
		return []byte("null"), nil
	}
	v := reflect.ValueOf(value)
	return to.append(nil, shapeOf(v.Type()), v)
}

// body is what a value is written for.
type body int

const (
	anyBody body = iota
	requestBody
	responseBody
)

// omits reports whether a field is only in the other direction.
func (to body) omits(f *field) bool {
	return to == requestBody && f.readOnly || to == responseBody && f.writeOnly
}

// empty returns the JSON of a list or map that is nil: requests contain no null that nobody has set.
func (to body) empty(whole string) string {
	if to == requestBody {
		return whole
	}
	return "null"
}

// directional is implemented by types whose JSON depends on the body.
type directional interface {
	marshalFor(to body) ([]byte, error)
}

func (to body) append(data []byte, s *shape, v reflect.Value) ([]byte, error) {
	if to == anyBody || !s.kinded {
		return to.appendPlain(data, s, v)
	}
	literal, err := to.appendPlain(nil, s, v)
	return append(data, to.inOwnType(s, literal)...), err
}

// inOwnType leaves out the fields of the other direction that only the type named by the
// discriminator knows.
func (to body) inOwnType(s *shape, literal []byte) []byte {
	whole := reflect.New(s.typ)
	if Unmarshal(literal, whole.Interface()) != nil {
		return literal
	}
	value, err := whole.Interface().(kinded).ValueByDiscriminator()
	if err != nil || reflect.TypeOf(value) == s.typ || !directed(shapeOf(reflect.TypeOf(value)), map[*shape]bool{}) {
		return literal
	}
	own, err := marshal(value, to)
	if err != nil {
		return literal
	}
	return own
}

func (to body) appendPlain(data []byte, s *shape, v reflect.Value) ([]byte, error) {
	switch s.kind {
	case shapeObject:
		if !v.CanAddr() {
			copied := reflect.New(s.typ).Elem()
			copied.Set(v)
			v = copied
		}
		return to.appendObject(data, s.fields, v)
	case shapeList:
		if v.IsNil() {
			return append(data, to.empty("[]")...), nil
		}
		return to.appendList(data, s.elem, v)
	case shapeMap:
		if v.IsNil() {
			return append(data, to.empty("{}")...), nil
		}
		return to.appendMap(data, s.elem, v)
	case shapePointer:
		if v.IsNil() {
			return append(data, "null"...), nil
		}
		return to.append(data, s.elem, v.Elem())
	case shapeString:
		data, _ = jsontext.AppendQuote(data, v.String()) // replaces invalid UTF-8
		return data, nil
	case shapeInteger:
		return strconv.AppendInt(data, v.Int(), 10), nil
	case shapeUnsigned:
		return strconv.AppendUint(data, v.Uint(), 10), nil
	case shapeBoolean:
		return strconv.AppendBool(data, v.Bool()), nil
	}
	if to == requestBody && s.kind == shapeCustom && isEmpty(s, v) {
		return nil, fmt.Errorf("%s is not set", s.typ.Name())
	}
	if value, ok := v.Interface().(directional); ok {
		literal, err := value.marshalFor(to)
		return append(data, literal...), err
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v.Interface())
	return append(data, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...), err
}

func (to body) appendList(data []byte, elem *shape, list reflect.Value) (_ []byte, err error) {
	data = append(data, '[')
	for i := range list.Len() {
		if i > 0 {
			data = append(data, ',')
		}
		if data, err = to.append(data, elem, list.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(data, ']'), nil
}

func (to body) appendMap(data []byte, elem *shape, values reflect.Value) (_ []byte, err error) {
	data = append(data, '{')
	names := slices.SortedFunc(values.Seq(), func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	for _, name := range names {
		data = appendName(data, quoted(name.String()))
		if data, err = to.append(data, elem, values.MapIndex(name)); err != nil {
			return nil, err
		}
	}
	return append(data, '}'), nil
}

// appendObject appends an object of a generated type.
func (to body) appendObject(data []byte, fields *Fields, object reflect.Value) (_ []byte, err error) {
	raw := fields.rawOf(object)
	explicit, err := raw.explicitValues(fields)
	if err != nil {
		return nil, err
	}
	if raw.Known == fields {
		return to.appendChanges(data, fields, object, raw, explicit)
	}
	data = append(data, '{')
	for _, first := range []bool{true, false} {
		for _, f := range fields.list {
			if f.first != first {
				continue
			}
			if data, err = to.appendField(data, f.literal, fields, f, object, explicit[f.name]); err != nil {
				return nil, err
			}
		}
	}
	for unknown := range raw.Unknown() {
		if _, known := fields.Find(unknown.Name); known {
			return nil, fmt.Errorf("field %s is also in UnknownFields: remove it there", unknown.Name)
		}
		data = append(appendName(data, unknown.Literal), unknown.Value...)
	}
	return append(data, '}'), nil
}

// appendField appends a field and its value, unless it is left out.
func (to body) appendField(data []byte, literal string, fields *Fields, f *field, object reflect.Value, explicit explicitValue) ([]byte, error) {
	v := object.Field(f.index)
	empty := isEmpty(f.shape, v)
	write := ""
	switch {
	case to.omits(f):
		return data, nil
	case explicit == explicitNull && !f.null:
		return nil, fmt.Errorf("%s.%s: the spec does not allow null", fields.typ.Name(), f.name)
	case explicit == explicitNull && !empty && !isNull(v):
		return nil, fmt.Errorf("%s.%s: SendNull is set, but the field has a value: clear the field", fields.typ.Name(), f.name)
	case explicit == explicitNull:
		write = "null"
	case explicit == explicitZero && empty:
		if write = zeroOf(f.shape); write == "" {
			return nil, fmt.Errorf("%s.%s: SendZero is set, but the type has no zero: set the field", fields.typ.Name(), f.name)
		}
	case !empty:
	case f.fixed != "":
		write = f.fixed
	case f.optional:
		return data, nil
	case f.null:
		write = "null"
	case zeroes[f.shape.kind] != "":
		write = zeroes[f.shape.kind]
	case to == requestBody:
		return nil, fmt.Errorf("%s.%s is required, but not set", fields.typ.Name(), f.name)
	}
	data = appendName(data, literal)
	if write != "" {
		return append(data, write...), nil
	}
	return to.append(data, f.shape, v)
}

// zeroes are the values that stand for an empty field.
var zeroes = map[shapeKind]string{shapeString: `""`, shapeInteger: "0", shapeUnsigned: "0", shapeBoolean: "false", shapeBytes: `""`, shapeList: "[]", shapeMap: "{}"}

// zeroOf returns the zero value that can be sent explicitly, or "".
func zeroOf(s *shape) string {
	if s.kind == shapePointer {
		s = s.elem
	}
	return zeroes[s.kind]
}

// isEmpty reports whether a field has no value. An object always has one.
func isEmpty(s *shape, v reflect.Value) bool {
	if s.kind == shapeObject {
		return false
	}
	if value, ok := v.Interface().(interface{ IsZero() bool }); ok && s.kind != shapePointer {
		return value.IsZero()
	}
	return v.IsZero()
}

// isNull reports whether a value such as a wire.Decimal is null.
func isNull(v reflect.Value) bool {
	value, ok := v.Interface().(interface{ IsNull() bool })
	return ok && value.IsNull()
}

// appendChanges appends an object that was read with the fields that have changed since.
func (to body) appendChanges(data []byte, fields *Fields, object reflect.Value, raw *Raw, explicit map[string]explicitValue) (_ []byte, err error) {
	before := reflect.New(fields.typ).Elem()
	d := newDecoder([]byte(raw.JSON), raw.JSON)
	d.decodeObject(fields, before.Addr().UnsafePointer())
	d.release()
	whole := explicit == nil && (to == anyBody || !fields.directed)
	changed := make([]bool, len(fields.list))
	for i, f := range fields.list {
		changed[i] = explicit[f.name] != 0 || !reflect.DeepEqual(before.Field(f.index).Interface(), object.Field(f.index).Interface())
		whole = whole && !changed[i]
	}
	if whole {
		return append(data, raw.JSON...), nil
	}
	data = append(data, '{')
	come := make([]bool, len(fields.list))
	for unknown, known := range raw.All() {
		index, ok := fields.index[known]
		if known == "" || !ok {
			data = append(appendName(data, unknown.Literal), unknown.Value...)
			continue
		}
		f := fields.list[index]
		come[index] = true
		switch {
		case to.omits(f):
		case !changed[index] && (to == anyBody || !directed(f.shape, map[*shape]bool{}) || unknown.Value == "null"):
			data = append(appendName(data, unknown.Literal), unknown.Value...)
		default:
			data, err = to.appendChanged(data, unknown.Literal, fields, f, object, explicit[f.name])
		}
		if err != nil {
			return nil, err
		}
	}
	for i, f := range fields.list {
		if changed[i] && !come[i] {
			if data, err = to.appendChanged(data, f.literal, fields, f, object, explicit[f.name]); err != nil {
				return nil, err
			}
		}
	}
	return append(data, '}'), nil
}

// appendChanged is appendField for a field of an object that was read. A string, a number or a
// boolean without a value is written as zero, because the field had another value.
func (to body) appendChanged(data []byte, literal string, fields *Fields, f *field, object reflect.Value, explicit explicitValue) ([]byte, error) {
	switch f.shape.kind {
	case shapeString, shapeInteger, shapeUnsigned, shapeBoolean:
		explicit = cmp.Or(explicit, explicitZero)
	}
	return to.appendField(data, literal, fields, f, object, explicit)
}

// appendName appends the name of a field, with its quotes, to an object without its closing brace.
func appendName(object []byte, literal string) []byte {
	if object[len(object)-1] != '{' {
		object = append(object, ',')
	}
	return append(append(object, literal...), ':')
}

// appendField appends a field to an object without its closing brace.
func appendField(object []byte, literal, value string) []byte {
	return append(appendName(object, literal), value...)
}

// quoted returns a string as JSON.
func quoted(s string) string {
	literal, _ := jsontext.AppendQuote(nil, s) // replaces invalid UTF-8
	return string(literal)
}
