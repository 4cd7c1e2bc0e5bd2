package param

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// EncodeForm returns a value, an object in JSON, as application/x-www-form-urlencoded. The elements
// of a list are fields of the same name; other values inside others are fields such as
// address[city] and lines[0][sku], which ASP.NET reads. Tags such as "ids,joined" are for fields in
// another style.
func EncodeForm(value any, tags ...string) (string, error) {
	encoded, err := jsonValue(value)
	if err != nil {
		return "", err
	}
	fields, ok := encoded.(object)
	if !ok {
		return "", fmt.Errorf("%T has no fields", value)
	}
	var pairs []string
	add := func(name, text string) error {
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(text))
		return nil
	}
	for _, m := range fields {
		var err error
		if o := tagged(tags, m.name); o.joined {
			var text string
			separator := separators[o.separator]
			if text, err = join(m.value, separator.escaped, separator.forbidden, url.QueryEscape); err == nil {
				pairs = append(pairs, url.QueryEscape(m.name)+"="+text)
			}
		} else if texts, ok := plainList(m.value); ok {
			for _, text := range texts {
				_ = add(m.name, text)
			}
		} else {
			err = flatten(m.name, m.value, add)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return strings.Join(pairs, "&"), nil
}

// tagged returns the options of a field.
func tagged(tags []string, name string) options {
	for _, tag := range tags {
		if o := parseTag("form", tag); o.name == name {
			return o
		}
	}
	return options{in: "form", name: name, separator: ","}
}

// plainList returns the elements of a list of strings.
func plainList(value any) (texts []string, ok bool) {
	elements, ok := value.(list)
	for _, element := range elements {
		text, plain := element.(string)
		ok = ok && plain
		texts = append(texts, text)
	}
	return texts, ok
}

// BindForm sets a value from application/x-www-form-urlencoded, as [EncodeForm] has written it.
func BindForm(target any, form string, tags ...string) error {
	b := binder{}
	if err := b.parseQuery(form); err != nil {
		return err
	}
	v := reflect.ValueOf(target).Elem()
	types := jsonFields(v.Type())
	fields := object{}
	seen := map[string]bool{}
	for _, p := range b.query {
		name, _, _ := strings.Cut(p.name, "[")
		if seen[name] {
			continue
		}
		seen[name] = true
		var value any
		var err error
		if t, known := types[name]; known && name == p.name && listOf(t) {
			value, err = b.fromPairs(field{options: tagged(tags, name)}, b.query, t, unescapeQuery)
		} else {
			value, err = unflatten(name, b.query, unescapeQuery)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fields = append(fields, member{name, value})
	}
	return set(v, fields)
}

func listOf(t reflect.Type) bool {
	_, ok := form(t).(list)
	return ok
}
