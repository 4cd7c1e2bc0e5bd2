package driver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/wire"
)

// decode returns a value of a type, read from JSON as a client reads it.
func decode(t reflect.Type, data []byte) (reflect.Value, error) {
	value := reflect.New(t)
	err := json.Unmarshal(data, value.Interface())
	return value.Elem(), err
}

// builder makes values field by field, as a program makes them. first has the properties that must
// come first in an object.
type builder struct{ first []string }

func (b builder) build(t reflect.Type, data []byte) (reflect.Value, error) {
	value := reflect.New(t).Elem()
	switch {
	case string(data) == "null":
		return decode(t, data)
	case t.Kind() == reflect.Pointer:
		element, err := b.build(t.Elem(), data)
		if err != nil {
			return value, err
		}
		value.Set(reflect.New(t.Elem()))
		value.Elem().Set(element)
		return value, nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		var elements []json.RawMessage
		if err := json.Unmarshal(data, &elements); err != nil {
			return value, err
		}
		value.Set(reflect.MakeSlice(t, len(elements), len(elements)))
		for i, element := range elements {
			built, err := b.build(t.Elem(), element)
			if err != nil {
				return value, err
			}
			value.Index(i).Set(built)
		}
		return value, nil
	case t.Kind() == reflect.Struct && len(variants(t)) > 0 && data[0] == '{':
		return b.buildVariant(t, data)
	case t.Kind() == reflect.Struct && plainStruct(t):
		return value, b.buildFields(value, data)
	}
	return decode(t, data)
}

// variants returns the From methods of a union. Each takes an object.
func variants(t reflect.Type) []reflect.Method {
	var methods []reflect.Method
	for method := range reflect.PointerTo(t).Methods() {
		if f := method.Type; strings.HasPrefix(method.Name, "From") && f.NumIn() == 2 && (f.In(1).Kind() == reflect.Struct || f.In(1).Kind() == reflect.Map) && f.NumOut() == 1 {
			methods = append(methods, method)
		}
	}
	return methods
}

// buildVariant returns a union with the variant that gives the JSON.
func (b builder) buildVariant(t reflect.Type, data []byte) (reflect.Value, error) {
	var got []string
	for _, from := range variants(t) {
		variant, err := b.build(from.Type.In(1), data)
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		value := reflect.New(t)
		if err, failed := from.Func.Call([]reflect.Value{value, variant})[0].Interface().(error); failed {
			got = append(got, err.Error())
			continue
		}
		content, err := json.Marshal(value.Interface())
		if err == nil && normalJSON(content) == normalJSON(data) {
			return value.Elem(), b.checkFirst(content)
		}
		got = append(got, fmt.Sprintf("%s %v", content, err))
	}
	if plainStruct(t) { // a base type without one of its variants
		value := reflect.New(t).Elem()
		return value, b.buildFields(value, data)
	}
	return reflect.New(t).Elem(), fmt.Errorf("no variant of %s gives %s: %q", t, data, got)
}

// checkFirst checks that a discriminator is the first field of an object.
func (b builder) checkFirst(object []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return err
	}
	for _, name := range b.first {
		if _, has := fields[name]; has && !bytes.HasPrefix(object, []byte("{"+strconv.Quote(name)+":")) {
			return fmt.Errorf("%s does not start with %q", object, name)
		}
	}
	return nil
}

// plainStruct reports whether an object of a generated package has all of its JSON in its fields.
func plainStruct(t reflect.Type) bool {
	if strings.HasPrefix(t.PkgPath(), "github.com/xsale-go/xsale/") && !strings.Contains(t.PkgPath(), "/corpus/") {
		return false
	}
	for field := range t.Fields() {
		if _, tagged := field.Tag.Lookup("json"); !tagged && field.Type != unknownFieldsType {
			return false
		}
	}
	return t.NumField() > 0
}

func (b builder) buildFields(value reflect.Value, data []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	extra, unknown := value.FieldByName("AdditionalProperties"), unknownFieldsOf(value)
	for name, content := range object {
		field := fieldByTag(value, name, "json")
		if !field.IsValid() && extra.IsValid() && extra.Kind() == reflect.Map {
			element, err := b.build(extra.Type().Elem(), content)
			if err != nil {
				return err
			}
			if extra.IsNil() {
				extra.Set(reflect.MakeMap(extra.Type()))
			}
			extra.SetMapIndex(reflect.ValueOf(name), element)
			continue
		}
		if !field.IsValid() {
			return fmt.Errorf("%s has no field for %q", value.Type(), name)
		}
		if string(content) == "null" && unknown != nil {
			unknown.SendNull(name)
			continue
		}
		built, err := b.build(field.Type(), content)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		field.Set(built)
		if unknown != nil && (field.IsZero() || (field.Kind() == reflect.Slice || field.Kind() == reflect.Map) && field.Len() == 0) {
			unknown.SendZero(name)
		}
	}
	return nil
}

// unknownFieldsOf returns the part of an object that knows which nulls and zeros to send.
func unknownFieldsOf(value reflect.Value) *wire.UnknownFields {
	for i := range value.NumField() {
		if value.Type().Field(i).Type == unknownFieldsType {
			return value.Field(i).Addr().Interface().(*wire.UnknownFields)
		}
	}
	return nil
}

// fieldByTag returns the field with a name in one of the tags, or the zero Value.
func fieldByTag(structure reflect.Value, name string, tags ...string) reflect.Value {
	for _, tag := range tags {
		for i := range structure.NumField() {
			if first, _, _ := strings.Cut(structure.Type().Field(i).Tag.Get(tag), ","); first == name {
				return structure.Field(i)
			}
		}
	}
	return reflect.Value{}
}

// arguments returns the arguments of a method, without the options.
func arguments(method reflect.Type, operation Operation, c Call, make func(reflect.Type, []byte) (reflect.Value, error)) ([]reflect.Value, error) {
	var values []reflect.Value
	variables := operation.Variables
	for i := 1; i < method.NumIn()-1; i++ { // neither the context nor the options
		t := method.In(i)
		switch {
		case t.Kind() == reflect.Pointer && strings.HasSuffix(t.Elem().Name(), "Params"):
			value := reflect.New(t.Elem())
			for location, byName := range c.Arguments {
				if location == "path" {
					continue
				}
				for name, content := range byName {
					field := fieldByTag(value.Elem(), name, location, "form", "json")
					if !field.IsValid() {
						return nil, fmt.Errorf("%s has no field for the %s parameter %q", t.Elem(), location, name)
					}
					argument, err := make(field.Type(), content)
					if err != nil {
						return nil, fmt.Errorf("%s parameter %s: %w", location, name, err)
					}
					field.Set(argument)
				}
			}
			values = append(values, value)
		case len(variables) > 0:
			value, err := make(t, c.Arguments["path"][variables[0]])
			if err != nil {
				return nil, fmt.Errorf("path variable %s: %w", variables[0], err)
			}
			values = append(values, value)
			variables = variables[1:]
		case t.Kind() == reflect.String && method.In(i+1) == readerType:
			values = append(values, reflect.ValueOf(contentType(c.Request.Bodies)))
		default:
			value, err := body(t, c, make)
			if err != nil {
				return nil, fmt.Errorf("body: %w", err)
			}
			values = append(values, value)
		}
	}
	return values, nil
}

// contentType returns the type of a body that is sent as a reader.
func contentType(bodies map[string]Body) string {
	for name := range bodies {
		if strings.Contains(name, "*") {
			return "application/octet-stream"
		}
		return name
	}
	return ""
}

var readerType = reflect.TypeFor[io.Reader]()

// body returns the body as a value of a type. A nil body is a nil pointer or the zero value.
func body(t reflect.Type, c Call, make func(reflect.Type, []byte) (reflect.Value, error)) (reflect.Value, error) {
	if c.Body == nil {
		return reflect.Zero(t), nil
	}
	for _, want := range c.Request.Bodies {
		switch {
		case want.Part != nil && t.Kind() == reflect.Struct:
			return bodyOfParts(t, c.Body, want.Part, make)
		case want.Text != nil && t == readerType:
			return reflect.ValueOf(strings.NewReader(*want.Text)), nil
		}
	}
	return make(t, c.Body)
}

// bodyOfParts returns a multipart body. Its files have a field with their content.
func bodyOfParts(t reflect.Type, data []byte, parts []Part, make func(reflect.Type, []byte) (reflect.Value, error)) (reflect.Value, error) {
	value := reflect.New(t).Elem()
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return value, err
	}
	files := map[string][]string{}
	for _, part := range parts {
		if part.File {
			files[part.Name] = append(files[part.Name], part.Value)
		}
	}
	for name, content := range object {
		field := fieldByTag(value, name, "part", "multipart", "form", "json")
		if !field.IsValid() {
			return value, fmt.Errorf("%s has no field for the part %q", t, name)
		}
		if contents := files[name]; contents != nil {
			if err := setFiles(field, contents); err != nil {
				return value, err
			}
			continue
		}
		built, err := make(field.Type(), content)
		if err != nil {
			return value, err
		}
		field.Set(built)
	}
	return value, nil
}

func setFiles(field reflect.Value, contents []string) error {
	if field.Kind() == reflect.Slice {
		field.Set(reflect.MakeSlice(field.Type(), len(contents), len(contents)))
		for i := range contents {
			if err := setFiles(field.Index(i), contents[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	file := field
	if file.Kind() == reflect.Pointer {
		file.Set(reflect.New(file.Type().Elem()))
		file = file.Elem()
	}
	if file.Kind() != reflect.Struct || !file.FieldByName("Content").IsValid() {
		return fmt.Errorf("%s is not a file", file.Type())
	}
	file.FieldByName("Name").SetString("file.bin")
	file.FieldByName("Content").Set(reflect.ValueOf(bytes.NewReader([]byte(contents[0]))))
	return nil
}

var unknownFieldsType = reflect.TypeFor[wire.UnknownFields]()

// findUnknown calls found for each field that was read without a field of its type to put it in.
func findUnknown(value reflect.Value, found func(owner reflect.Type, name string)) {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			findUnknown(value.Elem(), found)
		}
	case reflect.Slice:
		for i := range value.Len() {
			findUnknown(value.Index(i), found)
		}
	case reflect.Map:
		for _, element := range value.Seq2() {
			findUnknown(element, found)
		}
	case reflect.Struct:
		if readsVariant(value) {
			return
		}
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.Type == unknownFieldsType {
				unknown := value.Field(i).Interface().(wire.UnknownFields)
				for name := range unknown.All() {
					found(value.Type(), name)
				}
			} else if field.IsExported() {
				findUnknown(value.Field(i), found)
			}
		}
	}
}

// readsVariant reports whether an As method returns an object that has a field for everything.
func readsVariant(value reflect.Value) bool {
	for i := range value.NumMethod() {
		method := value.Method(i)
		if f := method.Type(); !strings.HasPrefix(value.Type().Method(i).Name, "As") || f.NumIn() != 0 || f.NumOut() != 2 {
			continue
		}
		results := method.Call(nil)
		complete := results[1].IsNil()
		findUnknown(results[0], func(_ reflect.Type, name string) {
			complete = complete && strings.HasPrefix(name, UnknownField)
		})
		if complete {
			return true
		}
	}
	return false
}
