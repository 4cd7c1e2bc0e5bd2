package contract

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// readTree reads JSON as encoding/json does into an any with numbers as json.Number, in half the time. Whether there is more
// behind the value is the second result.
func readTree(body []byte) (value any, isMore bool, err error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if value, err = readNode(decoder); err != nil {
		return nil, false, err
	}
	_, err = decoder.ReadToken()
	return value, err != io.EOF, nil
}

func readNode(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 't', 'f':
		return token.Kind() == 't', nil
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case '[':
		return readArray(decoder)
	case '{':
		return readObject(decoder)
	}
	return nil, nil // null: an end is never read here
}

func readArray(decoder *jsontext.Decoder) (any, error) {
	elements := []any{}
	for decoder.PeekKind() != ']' {
		element, err := readNode(decoder)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := decoder.ReadToken()
	return elements, err
}

func readObject(decoder *jsontext.Decoder) (any, error) {
	members := map[string]any{}
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the next read changes the token
		if members[key], err = readNode(decoder); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return members, err
}
