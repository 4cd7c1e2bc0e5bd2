package codec_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// referenceDocument is document for encoding/json. It differs from a plain struct where the Decoder
// differs on purpose:
//   - fresh: a repeated name replaces a slice or a pointer. encoding/json decodes into the existing
//     elements, which would mix the fields of two order lines.
//   - reference: unknown fields are kept.
type referenceDocument struct {
	Text          string
	Long          int64
	Int           int32
	Flag          bool
	Word          word
	Number        number
	TextPointer   *string
	LongPointer   *int64
	FlagPointer   *bool
	WordPointer   *word
	NumberPointer *number
	Child         reference[referenceChild]
	ChildPointer  fresh[*reference[referenceChild]]
	Texts         fresh[[]string]
	Longs         fresh[[]int64]
	Children      fresh[[]reference[referenceChild]]
	Pointers      fresh[[]*reference[referenceChild]]
	Rows          fresh[[][]int64]
	Map           map[string]string
	Objects       map[string]reference[referenceChild]
	Raw           json.RawMessage
	Bytes         []byte
	Price         wire.Decimal
	Day           wire.DateTime
	Nullable      wire.Nullable[string]
	NullableChild nullableReference
}

type referenceChild struct {
	ID       int64
	Name     string
	Children fresh[[]reference[referenceChild]]
}

type fresh[T any] struct{ value T }

func (f *fresh[T]) UnmarshalJSON(data []byte) error {
	var value T
	err := json.Unmarshal(data, &value)
	f.value = value
	return err
}

// reference keeps fields that T does not have, by name.
type reference[T any] struct {
	known T
	rest  map[string]json.RawMessage
}

func (r *reference[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if err := json.Unmarshal(data, &r.known); err != nil {
		return err
	}
	r.rest = nil
	if err := json.Unmarshal(data, &r.rest); err != nil {
		return err
	}
	maps.DeleteFunc(r.rest, func(name string, _ json.RawMessage) bool {
		for field := range reflect.TypeFor[T]().Fields() {
			if strings.EqualFold(field.Name, name) {
				return true
			}
		}
		return false
	})
	return nil
}

type nullableReference struct {
	state string
	value reference[referenceChild]
}

func (n *nullableReference) UnmarshalJSON(data []byte) error {
	*n = nullableReference{state: "null"}
	if string(data) == "null" {
		return nil
	}
	n.state = "set"
	return json.Unmarshal(data, &n.value)
}

// described formats a document and its reference alike. It distinguishes nil from empty.
func described(value any) string {
	switch value := value.(type) {
	case document:
		return describedStruct(reflect.ValueOf(value)) + describedUnknown(codec.FieldNames[document](), value.UnknownFields)
	case child:
		return describedStruct(reflect.ValueOf(value)) + describedUnknown(codec.FieldNames[child](), value.UnknownFields)
	case reference[referenceDocument]:
		return describedStruct(reflect.ValueOf(value.known)) + describedRest(value.rest)
	case reference[referenceChild]:
		return describedStruct(reflect.ValueOf(value.known)) + describedRest(value.rest)
	case fresh[*reference[referenceChild]]:
		return described(value.value)
	case fresh[[]reference[referenceChild]]:
		return described(value.value)
	case fresh[[]*reference[referenceChild]]:
		return described(value.value)
	case fresh[[]string]:
		return described(value.value)
	case fresh[[]int64]:
		return described(value.value)
	case fresh[[][]int64]:
		return described(value.value)
	case wire.Nullable[child]:
		state, object := "", child{}
		if got, ok := value.Get(); ok {
			state, object = "set", got
		} else if value.IsNull() {
			state = "null"
		}
		return state + described(object)
	case nullableReference:
		return value.state + described(value.value)
	}
	switch v := reflect.ValueOf(value); {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return "&" + described(v.Elem().Interface())
	case v.Kind() == reflect.Slice && !v.IsNil():
		var elements []string
		for i := range v.Len() {
			elements = append(elements, described(v.Index(i).Interface()))
		}
		return fmt.Sprintf("%q", elements)
	case v.Kind() == reflect.Map && !v.IsNil():
		elements := map[string]string{}
		for name, element := range v.Seq2() {
			elements[name.String()] = described(element.Interface())
		}
		return fmt.Sprintf("%q", elements)
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		return "nil"
	}
	return fmt.Sprintf("%#v", value)
}

func describedStruct(structure reflect.Value) string {
	var input strings.Builder
	for field, value := range structure.Fields() {
		if field.Name != "UnknownFields" {
			fmt.Fprintf(&input, "%s: %s; ", field.Name, described(value.Interface()))
		}
	}
	return input.String()
}

// twin marks an unknown field whose name differs from a known one only in case. encoding/json merges
// the two.
const twin = "twin: "

func describedUnknown(known []string, fields wire.UnknownFields) string {
	rest := map[string]json.RawMessage{}
	for name, raw := range fields.All() {
		if slices.ContainsFunc(known, func(known string) bool { return strings.EqualFold(known, name) }) {
			name = twin + name
		}
		rest[name] = raw
	}
	return describedRest(rest)
}

func describedRest(rest map[string]json.RawMessage) string {
	var input strings.Builder
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		fmt.Fprintf(&input, "%q: %s; ", name, rest[name])
	}
	return input.String()
}
