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

// Members yields the members of an object by name, so that every run meets them in the same order. Members may be changed,
// added and removed meanwhile; added ones are not met. For anything but an object there are none.
func Members(value any) iter.Seq2[string, any] {
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

// Text returns a string, the literal of a number, or "" for anything else.
func Text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// ObjectAt returns the object that is a member of another, or nil. A nil Object can be read like an empty one.
func ObjectAt(object Object, name string) Object {
	field, _ := object[name].(Object)
	return field
}

// ListAt returns the list that is a member of an object, or nil.
func ListAt(object Object, name string) []any {
	list, _ := object[name].([]any)
	return list
}

// IsSet reports whether a member is the boolean true.
func IsSet(object Object, name string) bool {
	value, _ := object[name].(bool)
	return value
}
