package tree

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
)

// Clone returns a deep copy of a tree.
func Clone(value any) any {
	switch value := value.(type) {
	case Object:
		copied := make(Object, len(value))
		for name, field := range value {
			copied[name] = Clone(field)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, element := range value {
			copied[i] = Clone(element)
		}
		return copied
	}
	return value
}

// Count returns the number of values in a tree, including objects and lists.
func Count(value any) int {
	count := 1
	switch value := value.(type) {
	case Object:
		for _, field := range value {
			count += Count(field)
		}
	case []any:
		for _, element := range value {
			count += Count(element)
		}
	}
	return count
}

// Fields yields the fields of an object sorted by name, so that every run sees them in the
// same order. Fields may be changed, added and removed during the iteration; added ones are
// not yielded. A value that is not an object has no fields.
func Fields(value any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		object, _ := value.(Object)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			field, ok := object[name]
			if ok && !yield(name, field) {
				return
			}
		}
	}
}

// String returns a string, the literal of a number, or "" for anything else.
func String(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// ObjectAt returns the object in a field, or nil. A nil Object reads like an empty one.
func ObjectAt(object Object, name string) Object {
	field, _ := object[name].(Object)
	return field
}

// ListAt returns the list in a field, or nil.
func ListAt(object Object, name string) []any {
	list, _ := object[name].([]any)
	return list
}

// True reports whether a field is the boolean true.
func True(object Object, name string) bool {
	value, _ := object[name].(bool)
	return value
}
