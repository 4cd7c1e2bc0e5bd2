package param

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// Encode returns the query of the parameters in a struct, and adds their headers and cookies to
// header. Params may be nil, or a pointer that is nil. An optional parameter that is nil, and a list
// without elements, are not sent. What cannot be sent is an [*Error].
func Encode(params any, header http.Header) (query string, err error) {
	v := reflect.ValueOf(params)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", allOptional(v.Type().Elem())
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return "", nil
	}
	e := encoder{fields: fieldsOf(v.Type()), header: header}
	for _, f := range e.fields {
		if err := e.add(f, v.FieldByIndex(f.index)); err != nil {
			return "", f.fail(err)
		}
	}
	if len(e.cookies) > 0 {
		if given := header.Get("Cookie"); given != "" {
			e.cookies = append([]string{given}, e.cookies...)
		}
		header.Set("Cookie", strings.Join(e.cookies, "; "))
	}
	return strings.Join(e.query, "&"), nil
}

// allOptional returns an error for a required parameter.
func allOptional(t reflect.Type) error {
	for _, f := range fieldsOf(t) {
		if f.required {
			return f.fail(errMissing)
		}
	}
	return nil
}

type encoder struct {
	fields  []field
	header  http.Header
	query   []string // escaped
	cookies []string // escaped
}

func (e *encoder) add(f field, v reflect.Value) error {
	if absent(v) {
		if f.required {
			return errMissing
		}
		return nil
	}
	if f.required && v.IsZero() {
		if enum, ok := v.Interface().(interface{ Valid() bool }); ok && !enum.Valid() {
			return errMissing
		}
	}
	var value any
	var err error
	if f.json {
		value, err = jsonText(v.Interface())
	} else {
		value, err = valueOf(v)
	}
	if err != nil {
		return err
	}
	if empty(value) {
		if f.required {
			return errMissing
		}
		return nil
	}
	switch f.in {
	case "query":
		return e.addQuery(f, value)
	case "header":
		return e.addHeader(f, value)
	case "cookie":
		return e.addCookie(f, value)
	}
	return nil
}

// absent reports whether there is nothing to send.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil()
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return false
}

// empty reports whether an object has no fields.
func empty(value any) bool {
	fields, ok := value.(object)
	return ok && len(fields) == 0
}

func (e *encoder) addQuery(f field, value any) error {
	escape := url.QueryEscape
	if f.reserved {
		escape = escapeReserved
	}
	add := func(name, text string) error {
		e.query = append(e.query, url.QueryEscape(name)+"="+text)
		return nil
	}
	if f.deep {
		return flatten(f.name, value, func(key, text string) error { return add(key, escape(text)) })
	}
	if f.joined {
		separator := separators[f.separator]
		text, err := join(value, separator.escaped, separator.forbidden, url.QueryEscape)
		if err != nil {
			return err
		}
		return add(f.name, text)
	}
	return e.each(f, value, func(name, text string) error { return add(name, escape(text)) })
}

// separators are the separators of joined values in a query. A comma in a value is escaped, unlike
// the one between values. The others are always escaped, so values must not contain them.
var separators = map[string]struct{ escaped, forbidden string }{
	",": {",", ""}, " ": {"%20", " "}, "|": {"%7C", "|"},
}

// reserved are the characters that allowReserved leaves as they are. The others would end the value
// or be decoded: & and # end it, + is a space, and Go and others split at a semicolon.
var reserved = strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%21", "!", "%24", "$", "%27", "'",
	"%28", "(", "%29", ")", "%2A", "*", "%2C", ",", "%3D", "=")

func escapeReserved(text string) string { return reserved.Replace(url.QueryEscape(text)) }

// each yields every value of a list, and every field of an object, which is a parameter of its own.
func (e *encoder) each(f field, value any, yield func(name, text string) error) error {
	switch value := value.(type) {
	case string:
		return yield(f.name, value)
	case list:
		for _, element := range value {
			text, ok := element.(string)
			if !ok {
				return errNested
			}
			if err := yield(f.name, text); err != nil {
				return err
			}
		}
	case object:
		for _, m := range value {
			text, ok := m.value.(string)
			if !ok {
				return fmt.Errorf("%s: %w", m.name, errNested)
			}
			if declared(e.fields, f, m.name) {
				return fmt.Errorf("%s is also the name of another parameter", m.name)
			}
			if err := yield(m.name, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// join returns a value as one string. Values must not contain forbidden, if it is not empty.
func join(value any, separator, forbidden string, escape func(string) string) (string, error) {
	var parts []string
	add := func(value any) error {
		text, ok := value.(string)
		if !ok {
			return errNested
		}
		if forbidden != "" && strings.Contains(text, forbidden) {
			return fmt.Errorf("%.80q contains the separator %q", text, forbidden)
		}
		parts = append(parts, escape(text))
		return nil
	}
	switch value := value.(type) {
	case string: // without separators
		return escape(value), nil
	case list:
		for i, element := range value {
			if err := add(element); err != nil {
				return "", fmt.Errorf("element %d: %w", i, err)
			}
		}
	case object:
		for _, m := range value {
			if err := add(m.name); err != nil {
				return "", err
			}
			if err := add(m.value); err != nil {
				return "", fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	return strings.Join(parts, separator), nil
}

// pairs returns the fields of an object as name=value.
func pairs(fields object, forbidden string, escape func(string) string) ([]string, error) {
	var values []string
	for _, m := range fields {
		text, ok := m.value.(string)
		if !ok {
			return nil, fmt.Errorf("%s: %w", m.name, errNested)
		}
		if forbidden != "" && strings.ContainsAny(m.name+text, forbidden) {
			return nil, fmt.Errorf("%.80q contains a separator", m.name+"="+text)
		}
		values = append(values, escape(m.name)+"="+escape(text))
	}
	return values, nil
}

func same(text string) string { return text }

func (e *encoder) addHeader(f field, value any) error {
	text, single := value.(string)
	var err error
	if fields, ok := value.(object); ok && f.exploded {
		var values []string
		values, err = pairs(fields, ",=", same)
		text = strings.Join(values, ",")
	} else if !single {
		text, err = join(value, ",", ",", same)
	}
	name := http.CanonicalHeaderKey(f.name)
	switch {
	case err != nil:
		return err
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Errorf("%.80q has a control character", text)
	case strings.Trim(text, " \t") != text || !single && blankAtComma.MatchString(text):
		return fmt.Errorf("%.80q has white space at an end, which a header loses", text)
	case managed[name]:
		return errors.New("net/http sets this header")
	}
	e.header[name] = []string{text}
	return nil
}

var blankAtComma = regexp.MustCompile(`[ \t],|,[ \t]`)

// managed are headers that net/http sets whatever the header of a request contains.
var managed = map[string]bool{"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true, "Connection": true}

func (e *encoder) addCookie(f field, value any) error {
	add := func(name, text string) error {
		e.cookies = append(e.cookies, escapeCookie(name)+"="+text)
		return nil
	}
	if f.joined {
		text, err := join(value, ",", "", escapeCookie)
		if err != nil {
			return err
		}
		return add(f.name, text)
	}
	return e.each(f, value, func(name, text string) error { return add(name, escapeCookie(text)) })
}

// escapeCookie escapes what could end a value, and the plus sign, which some servers read as a space.
func escapeCookie(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
