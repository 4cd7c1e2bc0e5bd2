// Package param puts the parameters of a call into a request and reads them back. The tags of a
// struct's fields are the table that both sides use: package call encodes with them, and fakes bind
// with them. Generated code contains the tags; applications do not use this package.
//
// A tag is named after the location of the parameter, and contains its name and options:
//
//	type ListOrdersParams struct {
//		IDs    []int64           `query:"ids,joined"`
//		Filter map[string]string `query:"filter,deepObject"`
//		Trace  *string           `header:"X-Trace"`
//		Theme  *string           `cookie:"theme"`
//	}
//
// The tag path is for the variables of a path, as a fake reads them, and form for the parts of a
// multipart body.
//
// The options are those of OpenAPI:
//
//   - required: a value that is missing is an error.
//   - joined: a list or an object is one value, separated by commas. Without it, each element of a
//     query or cookie parameter is a value of its own (form with explode).
//   - spaceDelimited, pipeDelimited: as joined, with another separator.
//   - deepObject: the fields of an object are name[field].
//   - exploded: an object of a header or a path is field=value, and a list of the styles label and
//     matrix repeats the prefix.
//   - label, matrix: a path value starts with a dot, or with ;name=.
//   - catchAll: the slashes of a path value separate segments.
//   - json: the value is JSON.
//   - allowReserved: characters such as / and : are not escaped.
//
// In a name, %25 stands for a percent sign and %2C for a comma.
package param

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Error is a parameter that cannot be sent or read.
type Error struct {
	In   string // path, query, header, cookie or form
	Name string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s parameter %s: %v", e.In, e.Name, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

var (
	errMissing = errors.New("it has no value")
	errNested  = errors.New("lists and objects inside others cannot be encoded in this style")
)

// field is a field of a struct that a parameter is in.
type field struct {
	index []int
	options
	flat map[string]reflect.Type // fields of a struct that are parameters of their own; nil for others
}

// options are the contents of a tag.
type options struct {
	in, name string

	required, joined, exploded, json, reserved, deep bool
	separator                                        string // between joined values: a comma, a space or a pipe
	prefix                                           string // of a path value: a dot or a semicolon
	catchAll                                         bool
}

// locations are the names of tags.
var locations = []string{"path", "query", "header", "cookie", "form"}

var tagName = strings.NewReplacer("%2C", ",", "%25", "%")

// parseTag parses the content of a tag.
func parseTag(in, tag string) options {
	name, rest, _ := strings.Cut(tag, ",")
	o := options{in: in, name: tagName.Replace(name), separator: ","}
	for option := range strings.SplitSeq(rest, ",") {
		switch option {
		case "required":
			o.required = true
		case "joined":
			o.joined = true
		case "spaceDelimited":
			o.joined, o.separator = true, " "
		case "pipeDelimited":
			o.joined, o.separator = true, "|"
		case "deepObject":
			o.deep = true
		case "exploded":
			o.exploded = true
		case "label":
			o.prefix = "."
		case "matrix":
			o.prefix = ";"
		case "catchAll":
			o.catchAll = true
		case "json":
			o.json = true
		case "allowReserved":
			o.reserved = true
		}
	}
	return o
}

// tables has the fields of each type that was encoded or bound.
var tables sync.Map

// fieldsOf returns the fields of a struct that have a tag, in their order.
func fieldsOf(t reflect.Type) []field {
	if cached, ok := tables.Load(t); ok {
		return cached.([]field)
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		for _, in := range locations {
			if tag, ok := f.Tag.Lookup(in); ok {
				added := field{index: f.Index, options: parseTag(in, tag)}
				if _, ok := form(f.Type).(object); ok && !added.deep && !added.joined && !added.json {
					added.flat = jsonFields(elementOf(f.Type))
				}
				fields = append(fields, added)
			}
		}
	}
	tables.Store(t, fields)
	return fields
}

func (o *options) fail(err error) error { return &Error{o.in, o.name, err} }

// declared reports whether another parameter of the same location has the name, or its fields have
// while f has none, because it is a map.
func declared(fields []field, f field, name string) bool {
	return slices.ContainsFunc(fields, func(other field) bool {
		if other.in != f.in || other.name == f.name {
			return false
		}
		_, flat := other.flat[name]
		return other.name == name || other.deep && strings.HasPrefix(name, other.name+"[") || flat && f.flat == nil
	})
}
