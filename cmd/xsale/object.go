package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// checkFields rejects misspelled fields, which the API would ignore, and names that differ only in
// case. Other unknown fields are fine, because only part of the API is public.
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
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		return nil // a value with its own syntax, or null
	}
	known := knownFields(model)
	for name, field := range fields {
		at := pointer + "/" + name
		if listed, ok := foldKey(known, name); ok {
			for other := range fields {
				if other != name && strings.EqualFold(other, name) {
					return fmt.Errorf("%s: a field that comes twice, as %s and %s", pointer+"/"+listed, min(name, other), max(name, other))
				}
			}
			if err := checkFields(at, field, known[listed]); err != nil {
				return err
			}
			continue
		}
		for listed := range known {
			if _, present := foldKey(fields, listed); !present && misspelled(name, listed) {
				return fmt.Errorf("%s: the spec has no such field: did you mean %s? 'xsale api' sends any field", at, listed)
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

// foldKey returns the key that equals a name without case, as fields are read.
func foldKey[V any](values map[string]V, name string) (string, bool) {
	for key := range values {
		if strings.EqualFold(key, name) {
			return key, true
		}
	}
	return "", false
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
