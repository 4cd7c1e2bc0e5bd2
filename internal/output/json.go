package output

import (
	"encoding/json"
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
