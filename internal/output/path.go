package output

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// path selects a value in a JSON document.
type path struct {
	name  string // as the user wrote it
	steps []string
}

// parsePath reads a JSON pointer, or names with dots between them.
func parsePath(name string) (path, error) {
	if strings.HasPrefix(name, "/") {
		p := path{name: name}
		for step := range strings.SplitSeq(name[1:], "/") {
			p.steps = append(p.steps, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
		}
		return p, nil
	}
	p := path{name, strings.Split(name, ".")}
	for _, step := range p.steps {
		if step == "" {
			return path{}, errors.New("write it as a field, such as Id, as Items.0.Quantity, or as /Items/0/Quantity")
		}
	}
	return p, nil
}

// of returns the value that the path selects, or nil.
func (p path) of(value jsontext.Value) jsontext.Value { return p.in(value, fields(value)) }

// in is of for a value whose fields are known. Names match without case if none matches exactly, as
// fields are read.
func (p path) in(value jsontext.Value, known []field) jsontext.Value {
	for i, step := range p.steps {
		if i > 0 {
			known = fields(value)
		}
		var next jsontext.Value
		for _, field := range known {
			if field.name == step {
				next = field.value
				break
			}
			if next == nil && strings.EqualFold(field.name, step) {
				next = field.value
			}
		}
		if index, err := strconv.Atoi(step); err == nil && value.Kind() == '[' {
			next = elementAt(value, index)
		}
		if next == nil {
			return nil
		}
		value = next
	}
	return value
}

// field is a field of a JSON object.
type field struct {
	name  string
	value jsontext.Value
}

// fields returns the fields of a JSON object in their order, and nil for other values.
func fields(object jsontext.Value) []field {
	if object.Kind() != '{' {
		return nil
	}
	var all []field
	decoder := newDecoder(bytes.NewBuffer(object))
	decoder.ReadToken()
	for decoder.PeekKind() == '"' {
		token, err := decoder.ReadToken()
		if err != nil {
			break
		}
		name := token.String()
		value, err := decoder.ReadValue()
		if err != nil {
			break
		}
		end := decoder.InputOffset()
		all = append(all, field{name, object[end-int64(len(value)) : end]})
	}
	return all
}

// elementAt returns an element of a JSON array, or nil.
func elementAt(array jsontext.Value, index int) jsontext.Value {
	decoder := newDecoder(bytes.NewBuffer(array))
	decoder.ReadToken()
	for i := 0; decoder.PeekKind() != ']'; i++ {
		value, err := decoder.ReadValue()
		if err != nil {
			break
		}
		if i == index {
			return value.Clone()
		}
	}
	return nil
}

// text returns a JSON value as the text of a cell: a string without its quotes, nothing for null and
// for a value that is missing, and anything else as JSON.
func text(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		token, err := newDecoder(bytes.NewBuffer(value)).ReadToken()
		if err == nil {
			return token.String()
		}
	case 'n', jsontext.KindInvalid:
		return ""
	case '{', '[':
		if spaced, err := Format(value, jsontext.SpaceAfterComma(true)); err == nil {
			return string(spaced)
		}
	}
	return strings.TrimSpace(string(value))
}
