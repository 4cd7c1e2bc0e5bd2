package operation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/similar"
)

// Parse returns the JSON value of a parameter from strings, one for each time that its flag was
// passed. Numbers keep their digits. What is not of the type is an error with the value and what is
// wanted; other rules are checked by [Catalog.Build]. Files are left to the caller.
func (p *Parameter) Parse(texts []string) (any, error) {
	if !p.List {
		if len(texts) > 1 {
			return nil, fmt.Errorf("was passed %d times: want one value", len(texts))
		}
		return p.parse(texts[0])
	}
	var elements []any
	for _, text := range texts {
		parts := []string{text}
		if p.Kind == Integer {
			parts = strings.Split(text, ",")
		}
		for _, part := range parts {
			element, err := p.parse(part)
			if err != nil {
				return nil, err
			}
			elements = append(elements, element)
		}
	}
	return elements, nil
}

func (p *Parameter) parse(text string) (any, error) {
	switch p.Kind {
	case Integer:
		text = strings.TrimSpace(text)
		if !number(text) || strings.ContainsAny(text, ".eE") {
			return nil, fmt.Errorf("%q: want a whole number", text)
		}
		return json.Number(text), p.checkEnum(text)
	case Number:
		text = strings.TrimSpace(text)
		if !number(text) {
			return nil, fmt.Errorf("%q: want a number, such as 149.90", text)
		}
		return json.Number(text), nil
	case Boolean:
		switch strings.ToLower(text) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%q: want true or false", text)
	case Scalar:
		switch {
		case number(text):
			return json.Number(text), nil
		case text == "true", text == "false":
			return text == "true", nil
		}
	case JSON:
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("%q: want JSON, such as %s", text, `{"a": 1} or [1, 2]`)
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%q: want one JSON value", text)
		}
		return value, nil
	}
	return text, p.checkEnum(text)
}

// number reports whether a text is a JSON number.
func number(text string) bool {
	return text != "" && strings.Trim(text, "+-.eE0123456789") == "" && json.Valid(bytes.TrimSpace([]byte(text)))
}

// checkEnum returns an error for a value that is not one of the enum.
func (p *Parameter) checkEnum(text string) error {
	if len(p.Enum) == 0 || slices.Contains(p.Enum, text) {
		return nil
	}
	want := "one of " + strings.Join(p.Enum, ", ")
	if len(p.Enum) == 1 {
		want = p.Enum[0]
	}
	if meant := similar.Names(text, p.Enum); len(meant) > 0 {
		return fmt.Errorf("%q: did you mean %s? Want %s", text, strings.Join(meant, " or "), want)
	}
	return fmt.Errorf("%q: want %s", text, want)
}
