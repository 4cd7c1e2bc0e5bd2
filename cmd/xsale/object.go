package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// jsonField is a field of a JSON object, with its value as written.
type jsonField struct {
	name  string
	value json.RawMessage
}

// jsonFields returns the fields of a valid JSON value in order; none if it is not an object.
func jsonFields(value json.RawMessage) []jsonField {
	decoder := json.NewDecoder(bytes.NewReader(value))
	if start, _ := decoder.Token(); start != json.Delim('{') {
		return nil
	}
	var fields []jsonField
	for decoder.More() {
		name, _ := decoder.Token()
		var field json.RawMessage
		if decoder.Decode(&field) != nil {
			break
		}
		fields = append(fields, jsonField{name.(string), field})
	}
	return fields
}

// mergeFields returns an object with the fields of changes in place of its own. Names are compared
// without case, as the API's types are read.
func mergeFields(object, changes json.RawMessage) (json.RawMessage, error) {
	fields := jsonFields(object)
	for _, change := range jsonFields(changes) {
		if i := indexField(fields, change.name); i >= 0 {
			fields[i].value = change.value
		} else {
			fields = append(fields, change)
		}
	}
	var merged bytes.Buffer
	separator := "{"
	for _, field := range fields {
		name, err := json.Marshal(field.name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&merged, "%s%s:%s", separator, name, field.value)
		separator = ","
	}
	merged.WriteByte('}')
	return merged.Bytes(), nil
}

func indexField(fields []jsonField, name string) int {
	return slices.IndexFunc(fields, func(f jsonField) bool { return strings.EqualFold(f.name, name) })
}

// checkFields rejects fields that cannot be meant: a name that occurs twice, of which one value
// would be lost, and a misspelled one, which the API would ignore. Other unknown fields are fine,
// because only part of the API is public.
func checkFields(pointer string, value json.RawMessage, model reflect.Type) error {
	switch model.Kind() {
	case reflect.Pointer:
		return checkFields(pointer, value, model.Elem())
	case reflect.Slice:
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil {
			return nil // raw JSON, or null
		}
		for i, element := range elements {
			if err := checkFields(fmt.Sprintf("%s/%d", pointer, i), element, model.Elem()); err != nil {
				return err
			}
		}
		return nil
	case reflect.Struct:
	default:
		return nil
	}
	fields, known := jsonFields(value), knownFields(model)
	for i, field := range fields {
		at := pointer + "/" + field.name
		if indexField(fields[:i], field.name) >= 0 {
			return fmt.Errorf("%s: the field occurs twice", at)
		}
		same := func(name string) bool { return strings.EqualFold(name, field.name) }
		for name, fieldType := range known {
			if same(name) {
				if err := checkFields(at, field.value, fieldType); err != nil {
					return err
				}
			} else if misspelled(field.name, name) && indexField(fields, name) < 0 && !containsKey(known, same) {
				return fmt.Errorf("%s: the spec has no such field: did you mean %s? 'xsale api' sends any field", at, name)
			}
		}
	}
	return nil
}

// knownFields returns the types of the fields that a generated type lists, by JSON name.
func knownFields(model reflect.Type) map[string]reflect.Type {
	known := make(map[string]reflect.Type)
	for i := range model.NumField() {
		name, _, _ := strings.Cut(model.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = model.Field(i).Type
		}
	}
	return known
}

func containsKey[V any](values map[string]V, match func(string) bool) bool {
	for key := range values {
		if match(key) {
			return true
		}
	}
	return false
}

// misspelled reports whether a name is another one but for one letter that is missing, added, wrong
// or swapped with the next, or but for separators.
func misspelled(name, meant string) bool {
	a := []rune(strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name)))
	b := []rune(strings.ToLower(meant))
	if len(a) > len(b) {
		a, b = b, a
	}
	start := 0
	for start < len(a) && a[start] == b[start] {
		start++
	}
	restA, restB := a[start:], b[start:]
	switch len(restB) - len(restA) {
	case 0:
		return len(restA) <= 1 || slices.Equal(restA[1:], restB[1:]) ||
			restA[0] == restB[1] && restA[1] == restB[0] && slices.Equal(restA[2:], restB[2:])
	case 1:
		return slices.Equal(restA, restB[1:])
	}
	return false
}
