package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/httpx"
)

// maxDepth is the limit of jsontext.
const maxDepth = 10_000

// parser parses JSON like encoding/json does into an any with numbers as json.Number, in half the
// time. Unlike encoding/json, it collects the pointers of duplicate fields.
type parser struct {
	decoder    *jsontext.Decoder
	duplicates []string
}

// mismatch is why a body is not the JSON that it claims to be.
type mismatch struct{ got, want string }

func readTree(body []byte) (value any, duplicates []string, invalid *mismatch) {
	body = httpx.TrimBOM(body)
	if !utf8.Valid(body) {
		return nil, nil, &mismatch{"invalid UTF-8", "JSON"}
	}
	// Half of a surrogate pair, written as an escape, is invalid UTF-8 to jsontext, too.
	t := &parser{decoder: jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	value, err := t.node()
	switch {
	case err != nil && t.decoder.StackDepth() >= maxDepth:
		return nil, nil, &mismatch{"JSON that is too deep", fmt.Sprintf("at most %d levels", maxDepth)}
	case err != nil:
		return nil, nil, &mismatch{"invalid JSON", "JSON"}
	}
	if _, err = t.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, nil, &mismatch{"more than one JSON value", "one JSON value"}
	}
	if mayHaveSurrogates(body) && !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil, nil, &mismatch{"half of a surrogate pair", "JSON"}
	}
	return value, t.duplicates, nil
}

func mayHaveSurrogates(body []byte) bool {
	return bytes.Contains(body, []byte(`\ud`)) || bytes.Contains(body, []byte(`\uD`))
}

func (t *parser) node() (any, error) {
	token, err := t.decoder.ReadToken()
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
		return t.array()
	case '{':
		return t.object()
	}
	return nil, nil // null: node never reads an end token
}

func (t *parser) array() (any, error) {
	elements := []any{}
	for t.decoder.PeekKind() != ']' {
		element, err := t.node()
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := t.decoder.ReadToken()
	return elements, err
}

func (t *parser) object() (any, error) {
	fields := map[string]any{}
	for t.decoder.PeekKind() != '}' {
		token, err := t.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String() // the next read changes the token
		if _, ok := fields[name]; ok {
			t.duplicates = append(t.duplicates, t.pointer())
		}
		if fields[name], err = t.node(); err != nil {
			return nil, err
		}
	}
	_, err := t.decoder.ReadToken()
	return fields, err
}

// pointer returns where the decoder is, without names that may be data.
func (t *parser) pointer() string {
	var pointer strings.Builder
	depth := 0
	for name := range t.decoder.StackPointer().Tokens() {
		depth++
		if kind, _ := t.decoder.StackIndex(depth); kind != '[' {
			name = EscapePointer(printableName(name))
		}
		pointer.WriteString("/" + name)
	}
	return pointer.String()
}
