package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/printable"
)

// Output formats: a table for people; JSON for programs, as one document or one document per line.
const (
	outputTable  = "table"
	outputJSON   = "json"
	outputNDJSON = "ndjson"
)

func checkOutput(output string) error {
	switch output {
	case outputTable, outputJSON, outputNDJSON:
		return nil
	}
	return usagef("--output %q: use table, json or ndjson", output)
}

// table describes how to show values to people.
type table[T any] struct {
	heading []string
	row     func(T) []any // the cells of one row
}

// printReceived is printList for a list of the API. Elements that do not fit the spec are reported
// and left out, and make the command fail at the end: they must not hide the others.
func printReceived[T any](command *cobra.Command, output string, list iter.Seq2[T, error], table table[T]) error {
	unfit := 0
	err := printList(command.OutOrStdout(), output, func(yield func(T, error) bool) {
		for value, err := range list {
			if element, ok := errors.AsType[*call.ElementError](err); ok {
				unfit++
				fmt.Fprintf(command.ErrOrStderr(), "xsale: %v\n", element)
			} else if !yield(value, err) {
				return
			}
		}
	}, table)
	if unfit > 0 {
		err = errors.Join(err, fmt.Errorf("elements that do not fit the spec and are left out: %d; 'xsale api' prints the whole list", unfit))
	}
	return err
}

// printList writes elements as they arrive, so that memory stays bounded for JSON. An error ends
// the list; the elements before it are already written.
func printList[T any](out io.Writer, output string, list iter.Seq2[T, error], table table[T]) error {
	switch output {
	case outputJSON:
		return printArray(out, list)
	case outputNDJSON:
		for value, err := range list {
			if err != nil {
				return err
			}
			if err := encodeJSON(out, value); err != nil {
				return err
			}
		}
		return nil
	}
	rows := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	heading := strings.Join(table.heading, "\t") + "\n" // written once the call has succeeded
	for value, err := range list {
		if err != nil {
			return errors.Join(err, rows.Flush())
		}
		io.WriteString(rows, heading)
		heading = ""
		printRow(rows, table.row(value))
	}
	io.WriteString(rows, heading)
	return rows.Flush()
}

func printArray[T any](out io.Writer, list iter.Seq2[T, error]) error {
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
		element, err := formatJSON(value, jsontext.WithIndentPrefix("  "), jsontext.WithIndent("  "))
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

// printValue writes one value. As a table it has a column of names and a column of values.
func printValue[T any](out io.Writer, output string, value T, rows func(T) [][]any) error {
	switch output {
	case outputJSON:
		return encodeJSON(out, value, jsontext.WithIndent("  "))
	case outputNDJSON:
		return encodeJSON(out, value)
	}
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows(value) {
		printRow(writer, row)
	}
	return writer.Flush()
}

// printRow replaces tabs and line breaks in cells, which would break the table.
func printRow(out io.Writer, cells []any) {
	for i, cell := range cells {
		if i > 0 {
			io.WriteString(out, "\t")
		}
		io.WriteString(out, printable.String(fmt.Sprint(cell)))
	}
	io.WriteString(out, "\n")
}

// encodeJSON writes a value and a line break.
func encodeJSON(out io.Writer, value any, format ...jsontext.Options) error {
	data, err := formatJSON(value, format...)
	if err != nil {
		return err
	}
	_, err = out.Write(append(data, '\n'))
	return err
}

// formatJSON returns a value as JSON. Numbers, and the order of fields, stay as they came; strings
// lose their escapes, because people read them.
func formatJSON(value any, format ...jsontext.Options) ([]byte, error) {
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

// withoutErrors turns a slice into a list for printList.
func withoutErrors[T any](values []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, value := range values {
			if !yield(value, nil) {
				return
			}
		}
	}
}

// counted returns a number with its noun, which is singular for 1.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// terminal reports whether a stream is a terminal.
func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
