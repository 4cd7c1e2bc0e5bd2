package param

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/wire/codec"
)

// A value to encode is a string, a list or an object.
type (
	list   []any
	object []member
)

type member struct {
	name  string
	value any
}

// valueOf returns a Go value as strings. Objects are as in a JSON body, so that a parameter and a
// body of the same type have the same fields.
func valueOf(v reflect.Value) (any, error) {
	switch text, ok, err := textOf(v); {
	case err != nil:
		return nil, err
	case ok:
		return text, nil
	}
	if v.Kind() == reflect.Pointer {
		return valueOf(v.Elem())
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8 {
		values := make(list, 0, v.Len())
		for i := range v.Len() {
			value, err := valueOf(v.Index(i))
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			values = append(values, value)
		}
		return values, nil
	}
	return jsonValue(v.Interface())
}

// textOf returns the string of a scalar, and whether it is one.
func textOf(v reflect.Value) (text string, ok bool, err error) {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return "", false, errors.New("it is nil")
	}
	if v.CanInterface() && (v.Type().NumMethod() > 0 || v.Kind() == reflect.Interface) { // it allocates
		switch value := v.Interface().(type) {
		case encoding.TextMarshaler:
			if set, ok := value.(interface{ IsSet() bool }); ok && !set.IsSet() {
				return "", false, errMissing
			}
			text, err := value.MarshalText()
			return string(text), true, err
		case json.Marshaler:
			return "", false, nil
		}
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true, nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true, nil
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits()), true, nil
	}
	return "", false, nil
}

// jsonValue returns what jsonText writes of a value.
func jsonValue(v any) (any, error) {
	text, err := jsonText(v)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return readValue(decoder)
}

// jsonText returns the JSON of a value as in a request body.
func jsonText(v any) (string, error) {
	data, err := codec.MarshalRequest(v)
	return string(data), err
}

func readValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case string:
		return token, nil
	case json.Number:
		return token.String(), nil
	case bool:
		return strconv.FormatBool(token), nil
	case nil:
		return nil, errors.New("null cannot be sent: leave it out")
	case json.Delim:
		if token == '[' {
			values := list{}
			for decoder.More() {
				value, err := readValue(decoder)
				if err != nil {
					return nil, fmt.Errorf("element %d: %w", len(values), err)
				}
				values = append(values, value)
			}
			_, err = decoder.Token()
			return values, err
		}
	}
	fields := object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := readValue(decoder)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", name, err)
		}
		fields = append(fields, member{name.(string), value})
	}
	_, err = decoder.Token()
	return fields, err
}

// flatten yields the strings of a value with keys such as name[field][0].
func flatten(key string, value any, yield func(key, text string) error) error {
	switch value := value.(type) {
	case string:
		return yield(key, value)
	case list:
		for i, element := range value {
			if err := flatten(key+"["+strconv.Itoa(i)+"]", element, yield); err != nil {
				return err
			}
		}
	case object:
		for _, m := range value {
			if strings.ContainsAny(m.name, "[]") {
				return fmt.Errorf("the field %q has a bracket, which cannot be told from its own", m.name)
			}
			if err := flatten(key+"["+m.name+"]", m.value, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// setText sets a value from a string.
func setText(v reflect.Value, text string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return setText(v.Elem(), text)
	}
	switch target := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	case json.Unmarshaler: // a number or boolean if it accepts one
		if json.Valid([]byte(text)) && target.UnmarshalJSON([]byte(text)) == nil {
			return nil
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			return err
		}
		return target.UnmarshalJSON(quoted)
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
			return fmt.Errorf("%.80q is neither true nor false", text)
		}
		v.SetBool(strings.EqualFold(text, "true"))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%.80q is not an integer of %d bits", text, v.Type().Bits())
		}
		v.SetInt(number)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		number, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%.80q is not a positive integer of %d bits", text, v.Type().Bits())
		}
		v.SetUint(number)
	case reflect.Float32, reflect.Float64:
		number, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%.80q is not a number", text)
		}
		v.SetFloat(number)
	case reflect.Interface:
		v.Set(reflect.ValueOf(text))
	default:
		return fmt.Errorf("%.80q is not a value of type %s", text, v.Type())
	}
	return nil
}

// set sets a value from strings, lists and objects.
func set(v reflect.Value, value any) error {
	switch value := value.(type) {
	case string:
		return setText(v, value)
	case list:
		if v.Kind() != reflect.Slice {
			return fmt.Errorf("a list is not a value of type %s", v.Type())
		}
		elements := reflect.MakeSlice(v.Type(), len(value), len(value))
		for i, element := range value {
			if err := set(elements.Index(i), element); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		v.Set(elements)
		return nil
	}
	data, err := toJSON(v.Type(), value)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v.Addr().Interface())
}

// toJSON returns the JSON of an object for a Go type. The type decides between numbers and strings.
func toJSON(t reflect.Type, value any) ([]byte, error) {
	if t.Kind() == reflect.Pointer {
		return toJSON(t.Elem(), value)
	}
	fields, ok := value.(object)
	if !ok || t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		target := reflect.New(t).Elem()
		if ok && !indexed(fields) {
			return nil, errors.New("its fields are not the indices of a list")
		} else if ok {
			value = elements(fields)
		} else if _, text := value.(string); text && t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
			value = list{value} // a list of one element, without brackets
		}
		if err := set(target, value); err != nil {
			return nil, err
		}
		return json.Marshal(target.Interface())
	}
	types := jsonFields(t)
	var data bytes.Buffer
	data.WriteByte('{')
	for i, m := range fields {
		if i > 0 {
			data.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		of, known := types[m.name]
		if !known {
			of = reflect.TypeFor[map[string]any]()
			if _, text := m.value.(string); text {
				of = reflect.TypeFor[string]()
			}
			if t.Kind() == reflect.Map {
				of = t.Elem()
			}
		}
		inner, err := toJSON(of, m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		data.Write(name)
		data.WriteByte(':')
		data.Write(inner)
	}
	data.WriteByte('}')
	return data.Bytes(), nil
}

// elements returns the values of an object whose fields are indices.
func elements(fields object) list {
	values := make(list, 0, len(fields))
	for _, m := range fields {
		values = append(values, m.value)
	}
	return values
}

func elementOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// jsonFields returns the types of the fields of a struct by their names in JSON.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	if t.Kind() != reflect.Struct {
		return nil
	}
	types := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			types[name] = f.Type
		}
	}
	return types
}
