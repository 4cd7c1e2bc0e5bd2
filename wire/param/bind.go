package param

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Bind sets the tagged fields of a struct from a request, as [Encode] and [Path] have written them.
// Path returns the escaped value of a path variable. A value that does not fit is an [*Error].
func Bind(target any, request *http.Request, path func(name string) string) error {
	v := reflect.ValueOf(target).Elem()
	b := binder{fields: fieldsOf(v.Type()), path: path, header: request.Header}
	if err := b.parseQuery(request.URL.RawQuery); err != nil {
		return err
	}
	for _, cookie := range request.Cookies() {
		b.cookies = append(b.cookies, pair{unescapeCookie(cookie.Name), cookie.Value})
	}
	for _, f := range b.fields {
		if err := b.bind(f, v.FieldByIndex(f.index)); err != nil {
			return f.fail(err)
		}
	}
	return nil
}

type binder struct {
	fields         []field
	query, cookies []pair
	path           func(name string) string
	header         http.Header
}

// A pair is a parameter of a query or cookie. The value is escaped, because an escaped comma does
// not separate.
type pair struct{ name, value string }

func (b *binder) parseQuery(query string) error {
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err == nil {
			_, err = url.QueryUnescape(value)
		}
		if err != nil {
			return fmt.Errorf("query: %w", err)
		}
		b.query = append(b.query, pair{plain, value})
	}
	return nil
}

func unescapeQuery(text string) string {
	plain, _ := url.QueryUnescape(text) // parseQuery has checked it
	return plain
}

// unescapeCookie leaves a value that is not escaped as it is, such as 100%.
func unescapeCookie(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func (b *binder) bind(f field, v reflect.Value) error {
	var value any
	var err error
	switch f.in {
	case "path":
		value, err = f.fromPath(b.path(f.name), v.Type())
	case "query":
		value, err = b.fromPairs(f, b.query, v.Type(), unescapeQuery)
	case "cookie":
		value, err = b.fromPairs(f, b.cookies, v.Type(), unescapeCookie)
	case "header":
		if values := b.header.Values(f.name); len(values) > 0 {
			value, err = f.split(strings.Join(values, ","), v.Type(), same)
		}
	}
	if err != nil {
		return err
	}
	if value == nil {
		if f.required {
			return errMissing
		}
		return nil
	}
	if text, ok := value.(string); ok && f.json {
		return json.Unmarshal([]byte(text), v.Addr().Interface())
	}
	return set(v, value)
}

// form is what a Go type takes: a string, a list or an object.
func form(t reflect.Type) any {
	if t.Kind() == reflect.Pointer {
		return form(t.Elem())
	}
	_, text := reflect.New(t).Interface().(interface{ UnmarshalText([]byte) error })
	switch {
	case text:
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return list{}
	case t.Kind() == reflect.Map, t.Kind() == reflect.Struct && len(jsonFields(t)) > 0:
		return object{}
	}
	return ""
}

// fromPairs returns the value of a parameter of the query or the cookies, or nil without one.
func (b *binder) fromPairs(f field, given []pair, t reflect.Type, unescape func(string) string) (any, error) {
	if f.deep {
		return unflatten(f.name, given, unescape)
	}
	kind := form(t)
	if _, ok := kind.(object); ok && !f.joined && !f.json {
		return b.fieldsOf(f, given, t, unescape), nil
	}
	var values []string
	for _, p := range given {
		if p.name == f.name {
			values = append(values, p.value)
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	if _, ok := kind.(list); ok && !f.joined && !f.json {
		found := list{}
		for _, value := range values {
			found = append(found, unescape(value))
		}
		return found, nil
	}
	if len(values) > 1 {
		return nil, errors.New("it was sent more than once")
	}
	return f.split(values[0], t, unescape)
}

// fieldsOf returns the fields of an object that are parameters of their own.
func (b *binder) fieldsOf(f field, given []pair, t reflect.Type, unescape func(string) string) any {
	found := object{}
	for _, p := range given {
		_, known := f.flat[p.name]
		if known || elementOf(t).Kind() == reflect.Map && !declared(b.fields, f, p.name) {
			found = append(found, member{p.name, unescape(p.value)})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// split returns the parts of an escaped value that is one string.
func (o *options) split(text string, t reflect.Type, unescape func(string) string) (any, error) {
	kind := form(t)
	if _, single := kind.(string); single || o.json {
		return unescape(text), nil
	}
	var parts []string
	switch o.separator {
	case ",":
		for part := range strings.SplitSeq(text, ",") {
			if o.in == "header" {
				part = strings.Trim(part, " \t")
			}
			parts = append(parts, unescape(part))
		}
	default: // escaped between values, too
		parts = strings.Split(unescape(text), o.separator)
	}
	return assemble(kind, parts, o.in == "header" && o.exploded, unescape)
}

// assemble returns the list or the object of some strings.
func assemble(kind any, parts []string, exploded bool, unescape func(string) string) (any, error) {
	if _, ok := kind.(list); ok {
		found := list{}
		for _, part := range parts {
			found = append(found, part)
		}
		return found, nil
	}
	found := object{}
	if exploded {
		for _, part := range parts {
			name, value, ok := strings.Cut(part, "=")
			if !ok {
				return nil, fmt.Errorf("%.80q is not name=value", part)
			}
			found = append(found, member{unescape(name), unescape(value)})
		}
		return found, nil
	}
	if len(parts)%2 != 0 {
		return nil, errors.New("a field has no value")
	}
	for i := 0; i < len(parts); i += 2 {
		found = append(found, member{parts[i], parts[i+1]})
	}
	return found, nil
}

// fromPath returns the value of an escaped path variable.
func (o *options) fromPath(text string, t reflect.Type) (any, error) {
	plain := func(text string) string { return unescapeCookie(text) }
	if o.json {
		return plain(text), nil
	}
	kind := form(t)
	separator := ","
	switch o.prefix {
	case ".":
		rest, ok := strings.CutPrefix(text, ".")
		if !ok {
			return nil, fmt.Errorf("%.80q does not start with a dot", text)
		}
		if text = rest; o.exploded {
			separator = "."
		}
	case ";":
		prefix := ";" + escapePath(o.name) + "="
		if _, ok := kind.(object); ok && o.exploded {
			prefix = ";"
		}
		rest, ok := strings.CutPrefix(text, prefix)
		if !ok {
			return nil, fmt.Errorf("%.80q does not start with %s", text, prefix)
		}
		if text = rest; o.exploded {
			separator = prefix
		}
	}
	if _, single := kind.(string); single {
		return plain(text), nil
	}
	parts := strings.Split(text, separator)
	if _, ok := kind.(object); ok && o.exploded {
		return assemble(kind, parts, true, plain)
	}
	for i := range parts {
		parts[i] = plain(parts[i])
	}
	return assemble(kind, parts, false, plain)
}

// unflatten returns the value that [flatten] has written with keys such as name[field][0], or nil.
func unflatten(name string, given []pair, unescape func(string) string) (any, error) {
	var root any
	for _, p := range given {
		rest, ok := strings.CutPrefix(p.name, name)
		if !ok || rest != "" && rest[0] != '[' {
			continue
		}
		var keys []string
		for rest != "" {
			key, after, ok := strings.Cut(rest, "]")
			if !ok || key == "" || key[0] != '[' {
				return nil, fmt.Errorf("%.80q is not a field of it", p.name)
			}
			keys, rest = append(keys, key[1:]), after
		}
		var err error
		if root, err = insert(root, keys, unescape(p.value)); err != nil {
			return nil, fmt.Errorf("%.80q: %w", p.name, err)
		}
	}
	return root, nil
}

// insert adds a string to the fields of a tree.
func insert(tree any, keys []string, text string) (any, error) {
	if len(keys) == 0 {
		if tree != nil {
			return nil, errors.New("it was sent more than once")
		}
		return text, nil
	}
	fields, ok := tree.(object)
	if tree != nil && !ok {
		return nil, errors.New("it is a value and an object")
	}
	i := slices.IndexFunc(fields, func(m member) bool { return m.name == keys[0] })
	if i < 0 {
		i = len(fields)
		fields = append(fields, member{name: keys[0]})
	}
	var err error
	fields[i].value, err = insert(fields[i].value, keys[1:], text)
	return fields, err
}

// indexed reports whether the fields of an object are the indices of a list.
func indexed(fields object) bool {
	for i, m := range fields {
		if m.name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}
