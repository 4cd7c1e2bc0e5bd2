package output

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// array writes a list as one JSON array.
func array[T any](out io.Writer, list iter.Seq2[T, error]) error {
	separator := "[\n  "
	for value, err := range list {
		if err != nil {
			if separator[0] == ',' { // an array without its end shows that the list is not complete
				io.WriteString(out, "\n")
			}
			return err
		}
		if _, err := io.WriteString(out, separator); err != nil {
			return err
		}
		element, err := Format(value, jsontext.WithIndentPrefix("  "), jsontext.WithIndent("  "))
		if err != nil {
			return err
		}
		if _, err := out.Write(element); err != nil {
			return err
		}
		separator = ",\n  "
	}
	end := "\n]\n"
	if strings.HasPrefix(separator, "[") {
		end = "[]\n"
	}
	_, err := io.WriteString(out, end)
	return err
}

// Encode writes a value as JSON and a line break.
func Encode(out io.Writer, value any, format ...jsontext.Options) error {
	data, err := Format(value, format...)
	if err != nil {
		return err
	}
	_, err = out.Write(append(data, '\n'))
	return err
}

// Format returns a value as JSON. Numbers, and the order of fields, stay as they came; strings lose
// their escapes, because people read them.
func Format(value any, format ...jsontext.Options) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	format = append(format, jsontext.AllowDuplicateNames(true))
	if !jsontext.Value(data).IsValid(format...) { // half of a surrogate pair has no other form
		format = append(format, jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	}
	return jsontext.AppendFormat(nil, data, format...)
}

// newDecoder reads JSON as leniently as the client does.
func newDecoder(from io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(from, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// withoutBOM skips a byte order mark.
func withoutBOM(from io.Reader) io.Reader {
	reader := bufio.NewReader(from)
	if start, err := reader.Peek(3); err == nil && string(start) == "\ufeff" {
		reader.Discard(3)
	}
	return reader
}

// elements returns the elements of the array that the decoder is at.
func elements(decoder *jsontext.Decoder) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		_, err := decoder.ReadToken()
		for err == nil && decoder.PeekKind() != ']' {
			var element jsontext.Value
			if element, err = readValue(decoder); err == nil && !yield(element, nil) {
				return
			}
		}
		if err == nil {
			_, err = decoder.ReadToken()
		}
		if err == nil {
			err = atEnd(decoder)
		}
		if err != nil {
			yield(nil, notJSON(err))
		}
	}
}

func readValue(decoder *jsontext.Decoder) (jsontext.Value, error) {
	value, err := decoder.ReadValue()
	if err != nil {
		return nil, notJSON(err)
	}
	return value.Clone(), nil
}

// atEnd returns an error if more follows than white space.
func atEnd(decoder *jsontext.Decoder) error {
	_, err := decoder.ReadToken()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		err = errors.New("something follows its end")
	}
	return notJSON(err)
}

// notJSON describes why a document cannot be read, without what it contains.
func notJSON(err error) error {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("the response is not valid JSON: error at byte %d", syntax.ByteOffset)
	}
	if err == io.EOF {
		return errors.New("the response is empty: it has no JSON")
	}
	return err
}
